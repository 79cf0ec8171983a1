package lease

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Lease is a mapping that this process answers for. It is safe for concurrent
// use.
type Lease struct {
	m       *Manager
	id      string // names the journal entry; see Manager.Adopt
	mapping client.PortMapping
	turn    chan struct{} // holds one token: the right to the fields below
	end     ending
	done    Outcome // "" until it is over
}

// newLease: own says that this process created it.
func newLease(m *Manager, r *record, own bool) *Lease {
	l := &Lease{m: m, id: r.ID, mapping: *r.Mapping, turn: make(chan struct{}, 1), end: ending{r: r, own: own}}
	l.turn <- struct{}{}
	return l
}

// Mapping is what the API granted.
func (l *Lease) Mapping() client.PortMapping { return l.mapping }

// Delete ends the mapping, with retries until ctx ends or the mapping has
// expired. When the outcome is Pending the error says why, and the entry stays:
// see DeleteLater. Once it is over, further calls say the same.
func (l *Lease) Delete(ctx context.Context, api API) (Outcome, error) {
	done, err := l.take(ctx)
	if err != nil {
		return Pending, message.Errorf("deleting %s: %w", describe(l.mapping), err)
	}
	defer done()
	return l.delete(ctx, api)
}

// DeleteLater deletes in the background, with retries until the mapping has
// expired or the manager is closed: for after a Delete that left it Pending.
// Settle waits for it. When the API refuses for good, the entry becomes an
// orphan, for a reaper with other rights.
func (l *Lease) DeleteLater(api API) {
	l.m.background.run(l.id, func(ctx context.Context) error {
		done, err := l.take(ctx)
		if err != nil {
			return err
		}
		defer done()
		if l.done != "" {
			return nil
		}
		l.change(func(r *record) { r.Deleting = true })
		_, err = l.delete(ctx, api)
		if err != nil && ctx.Err() == nil {
			l.end.own = false
			l.change(func(r *record) { r.Owner.ID = "" })
			l.m.forget(l.id)
		}
		return err
	})
}

// Keep leaves the mapping open until it expires: no reaper takes it.
func (l *Lease) Keep() error {
	done, _ := l.take(context.Background())
	defer done()
	if l.done != "" {
		return ErrGone
	}
	kept := *l.end.r
	kept.State = StateKept
	if err := l.m.write(&kept); err != nil {
		return message.Errorf("keeping %s: %w", describe(l.mapping), err)
	}
	l.end.r = &kept
	return nil
}

// take waits for the right to change the lease; done gives it back.
func (l *Lease) take(ctx context.Context) (done func(), err error) {
	select {
	case <-l.turn:
		return func() { l.turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *Lease) delete(ctx context.Context, api API) (Outcome, error) {
	if l.done != "" {
		return l.done, nil
	}
	if l.m.isClosed() { // without our lock, another process may be at it
		return Pending, message.Errorf("deleting %s: %w", describe(l.mapping), ErrClosed)
	}
	outcome, err := l.m.end(ctx, api, &l.end)
	if outcome != Pending {
		l.done = outcome
		l.m.forget(l.id)
	}
	return outcome, err
}

// change writes a note to the journal; the deletion continues even if that fails.
func (l *Lease) change(f func(*record)) {
	r := *l.end.r
	f(&r)
	if err := l.m.write(&r); err != nil {
		l.m.logf("lease: %v", err)
		return
	}
	l.end.r = &r
}

func (m *Manager) isClosed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

func (m *Manager) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.leases, id)
	m.background.clear(id)
}
