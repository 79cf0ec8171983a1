package opener

import (
	"context"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// reapLimit bounds the wait, at the end, for the deletion of what was left over:
// a list that lacks the mapping of an unanswered creation proves something after
// 5 s only (lease.Options.Settle), and then there are some round trips.
const reapLimit = 8 * time.Second

// local opens access in this process.
type local struct {
	opener   *access.Local
	finders  *access.Finders
	leases   *lease.Manager
	reaper   *access.Reaper
	stopReap context.CancelFunc
}

// inProcess is the work in this process, begun with a look at what the account's
// dead processes left over.
func (op *Opener) inProcess(a profile.Account, n access.Network) (*local, error) {
	op.mu.Lock()
	defer op.mu.Unlock()
	if op.local != nil {
		return op.local, nil
	}
	leases, err := lease.Open(op.o.Journal)
	if err != nil {
		return nil, err
	}
	// Its own context: orphans are still being deleted while the
	// session ends.
	ctx, cancel := context.WithCancel(context.Background())
	l := &local{
		finders: access.NewFinders(), leases: leases,
		reaper: access.NewReaper(ctx, leases, op.sessions, op.o.Debugf), stopReap: cancel,
	}
	l.opener = access.NewLocal(access.Options{
		Sessions: op.sessions, Finders: l.finders, Leases: leases, Now: op.o.Journal.Now, Debugf: op.o.Debugf,
	})
	l.reaper.Seen(a, n)
	op.local = l
	return l, nil
}

// close gives up the ownership of leases; pending deletions continue in the next
// process.
func (l *local) close(ctx context.Context) {
	limit, cancel := context.WithTimeout(ctx, reapLimit)
	defer cancel()
	l.reaper.Wait(limit)
	l.opener.Close()
	l.finders.Close()
	_ = l.leases.Close()
	l.stopReap()
}
