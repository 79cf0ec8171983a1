package lease

import (
	"context"
	"errors"
	"sync"

	"github.com/napter-connect/napter-connect/internal/message"
)

// background runs deletions without a waiting caller, at most one per entry. It
// does nothing at all while there are none.
type background struct {
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	running map[string]chan struct{} // closed at the end
	failed  map[string]error         // what was given up
}

func (b *background) start() {
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.running, b.failed = map[string]chan struct{}{}, map[string]error{}
}

// stop ends all and waits for that; nothing is started afterwards.
func (b *background) stop() {
	b.mu.Lock()
	b.cancel()
	b.mu.Unlock()
	b.wg.Wait()
}

// run starts f unless one with that id runs already; false after stop.
func (b *background) run(id string, f func(context.Context) error) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx.Err() != nil {
		return false
	}
	if _, ok := b.running[id]; ok {
		return true
	}
	over := b.add(id)
	b.wg.Go(func() { over(f(b.ctx)) })
	return true
}

// begin counts work that runs elsewhere; over ends it.
func (b *background) begin(id string) (over func(error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.add(id)
}

func (b *background) add(id string) (over func(error)) {
	done := make(chan struct{})
	b.running[id] = done
	delete(b.failed, id)
	return func(err error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.running, id)
		if err != nil {
			b.failed[id] = err
		}
		close(done)
	}
}

// next is one of those that run, or nil.
func (b *background) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, done := range b.running {
		return done
	}
	return nil
}

// clear drops what was given up and is over after all.
func (b *background) clear(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.failed, id)
}

func (b *background) errors() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []error
	for _, err := range b.failed {
		list = append(list, err)
	}
	return errors.Join(list...)
}

// Pending is how many deletions are still being tried: in the background, and by
// Reap.
func (m *Manager) Pending() int {
	m.background.mu.Lock()
	defer m.background.mu.Unlock()
	return len(m.background.running)
}

// Settle waits until the background deletions (of creates whose answer was lost,
// and of DeleteLater) and those of Reap are over. The error says what is still open, or may be.
func (m *Manager) Settle(ctx context.Context) error {
	for {
		done := m.background.next()
		if done == nil {
			return m.background.errors()
		}
		select {
		case <-done:
		case <-ctx.Done():
			return message.Errorf("a mapping may still be open, it is in the journal: %w", ctx.Err())
		}
	}
}
