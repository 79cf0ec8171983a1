package lease

import (
	"context"
	"errors"
	"io/fs"
	"sync"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/wait"
)

// reapSlots is how many orphans a reaper works on at once.
const reapSlots = 4

// Reap deletes what dead processes left: for each orphan it asks find for the
// API of the entry's endpoint, operator and profile (an error leaves the entry
// to others), makes the entry its own, and deletes with retries until ctx ends
// or the mapping has expired. An entry that it could not end is an orphan again
// afterwards. Several reapers, in one process or many, share the work.
//
// find must give the API of the entry's own operator: to another one the mapping
// does not exist, and the entry would be dropped. It may be called concurrently.
// report, which may be nil, gets one call at a time. The error joins what could
// not be done; nil says that no orphan is left.
func (m *Manager) Reap(ctx context.Context, find func(Entry) (API, error), report func(Entry, Outcome, error)) error {
	list, problems, err := m.scan(ctx)
	if err != nil {
		return message.Errorf("looking for left over mappings: %w", err)
	}
	r := &reaper{m: m, find: find, report: report, slots: make(chan struct{}, reapSlots)}
	for _, p := range problems {
		m.logf("lease: %v", p)
		r.errs = append(r.errs, p)
	}
	var wg sync.WaitGroup
	for _, s := range list {
		expired := s.expired(m.now())
		switch {
		case expired && (s.State == StateKept || !s.alive):
			m.remove(s.ID)
			r.tell(m.entry(s), Expired, nil)
		case s.alive, s.State == StateKept:
		default:
			wg.Go(func() { r.reap(ctx, s) })
		}
	}
	wg.Wait()
	return errors.Join(r.errs...)
}

type reaper struct {
	m      *Manager
	find   func(Entry) (API, error)
	slots  chan struct{}
	mu     sync.Mutex
	report func(Entry, Outcome, error)
	errs   []error
}

func (r *reaper) tell(e Entry, o Outcome, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.errs = append(r.errs, err)
	}
	if r.report != nil {
		r.report(e, o, err)
	}
}

func (r *reaper) reap(ctx context.Context, s scanned) {
	m, entry := r.m, r.m.entry(s)
	if s.State == Live && !s.Deleting && wait.For(ctx, m.grace) != nil {
		r.tell(entry, Pending, message.Errorf("deleting %s: %w", s.describe(), ctx.Err()))
		return
	}
	api, err := r.find(entry)
	if err != nil {
		r.tell(entry, Pending, message.Errorf("deleting %s: %w", s.describe(), err))
		return
	}
	own, err := m.claim(ctx, s.ID, func(r *record) error {
		r.Deleting = true
		return nil
	})
	if errors.Is(err, ErrGone) || errors.Is(err, ErrInUse) {
		return // another one was quicker
	}
	if err != nil {
		r.tell(entry, Pending, err)
		return
	}
	over := m.background.begin(own.ID)
	defer over(nil) // whoever called Reap knows what became of it
	outcome, err := m.end(ctx, api, &ending{r: own, quiet: m.now().Add(m.settle), slots: r.slots})
	if outcome == Pending {
		m.giveBack(own)
	}
	r.tell(entry, outcome, err)
}

// giveBack makes our entry an orphan again, so that others can try.
func (m *Manager) giveBack(r *record) {
	r.Owner.ID = "" // nobody's
	if err := m.write(r); err != nil {
		m.logf("lease: giving an entry back: %v", err)
	}
}

// claim takes over an orphan, once change has inspected it.
// The journal lock keeps other processes from doing the same.
func (m *Manager) claim(ctx context.Context, id string, change func(*record) error) (*record, error) {
	var r *record
	err := m.locked(ctx, func() (err error) {
		if r, err = m.read(id); errors.Is(err, fs.ErrNotExist) {
			return ErrGone
		} else if err != nil {
			return err
		}
		if r.expired(m.now()) {
			return ErrGone
		}
		alive, _, err := m.liveOwners()
		if err != nil {
			return err
		}
		if alive[r.Owner.ID] {
			return ErrInUse
		}
		if err := change(r); err != nil {
			return err
		}
		r.Owner = m.owner
		return m.write(r)
	})
	return r, err
}

// Adopt makes an orphan's mapping a lease of this process, for a successor whose
// users are still connected. Adopting a lease of this manager gives the same
// one. Errors: ErrGone, ErrInUse (its owner lives, or it is being deleted here),
// ErrNotLive.
func (m *Manager) Adopt(id string) (*Lease, error) {
	if !idForm.MatchString(id) {
		return nil, ErrGone
	}
	m.mu.Lock()
	defer m.mu.Unlock() // two users of one entry get one lease
	if m.closed {
		return nil, ErrClosed
	}
	if l := m.leases[id]; l != nil {
		return l, nil
	}
	r, err := m.claim(context.Background(), id, func(r *record) error {
		if r.Mapping == nil {
			return ErrNotLive
		}
		r.Deleting = false
		return nil
	})
	if err != nil {
		return nil, err
	}
	l := newLease(m, r, false)
	m.leases[id] = l
	return l, nil
}

// Forget drops the entries of a mapping that somebody has deleted by hand. A
// process that still holds it finds it gone, which is no error.
func (m *Manager) Forget(e Entry) error {
	if !idForm.MatchString(e.ID) {
		return ErrGone
	}
	return m.locked(context.Background(), func() error {
		m.remove(e.ID)
		return nil
	})
}
