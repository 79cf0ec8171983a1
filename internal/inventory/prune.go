package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/wait"
)

const (
	// pruneLimit is how long deletions are tried; somebody waits for the end.
	pruneLimit = 30 * time.Second
	// othersLimit is how long prune waits for deletions of other processes.
	othersLimit = 10 * time.Second
	// othersPoll is how often it looks: the journal tells nobody of a change.
	othersPoll = 100 * time.Millisecond
)

// Prune deletes the account's mappings that were left over, and waits for what
// others are deleting. told hears what became of each; the error names what is
// still there.
func (l *Mappings) Prune(
	ctx context.Context, sessions *access.Sessions, a profile.Account, n access.Network, told func(message.Text),
) error {
	limit, cancel := context.WithTimeout(ctx, pruneLimit)
	defer cancel()
	err := access.Reap(limit, l.Leases, sessions, a, n, func(e lease.Entry, o lease.Outcome, err error) {
		told(pruned(e, o, err))
	})
	if waiting := l.awaitOthers(ctx); waiting != nil {
		err = errors.Join(err, waiting)
	}
	return err
}

// pruned says what became of a mapping that was left over.
func pruned(e lease.Entry, o lease.Outcome, err error) message.Text {
	target := cmp.Or(e.Spec.SimID, e.Spec.IMSI)
	what := message.New("the mapping %s to port %d of SIM %s", fmt.Sprintf("%s:%d", e.IP, e.Port), e.Spec.Port, target)
	if e.State == lease.Intent {
		what = message.New("a mapping to port %d of SIM %s that may have been created", e.Spec.Port, target)
	}
	switch {
	case err != nil:
		return message.New("%s is still there: %v", what, err)
	case o == lease.None:
		return message.New("no mapping to port %d of SIM %s was created", e.Spec.Port, target)
	}
	return message.New("%s: %s", what, o.Text())
}

// awaitOthers waits for what the keeper, or another command, is deleting.
func (l *Mappings) awaitOthers(ctx context.Context) error {
	limit, cancel := context.WithTimeout(ctx, othersLimit)
	defer cancel()
	for {
		entries, _, err := l.Leases.Entries()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(entries, func(e lease.Entry) bool { return e.Alive && e.Deleting && !e.Mine })
		switch {
		case i < 0:
			return nil
		case wait.For(limit, othersPoll) == nil:
		case ctx.Err() != nil:
			return context.Cause(ctx)
		default:
			e := entries[i]
			return message.WithHint(message.Errorf("a mapping to port %d of SIM %s is still being deleted by process %d",
				e.Spec.Port, cmp.Or(e.Spec.SimID, e.Spec.IMSI), e.Owner.PID),
				"it keeps trying until the mapping is gone; check again later")
		}
	}
}
