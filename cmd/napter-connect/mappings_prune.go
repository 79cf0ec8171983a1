package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
)

func newMappingsPruneCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "prune", Short: "Delete port mappings that were made here and left over", Args: noArgs,
		Long: `Delete the port mappings that a napter-connect on this machine made and could not
delete: its process was killed, or the network was away. Those in use and those of
others stay. The exit status is 0 only when nothing is left over.`,
		Example: "  napter-connect mappings prune",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runPrune(cmd.Context(), a) },
	}
}

func runPrune(ctx context.Context, a *app) error {
	api, err := a.openAPIOnly(ctx, "mappings prune")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	leases, err := a.openLeases(api.setup.dirs, "mappings prune")
	if err != nil {
		return err
	}
	defer func() { _ = leases.Close() }()
	n := 0
	limit, cancel := context.WithTimeout(ctx, pruneLimit)
	defer cancel()
	err = access.Reap(limit, leases, api.Sessions(), api.setup.account, api.setup.network, func(e lease.Entry, o lease.Outcome, err error) {
		n++
		a.sayPruned(e, o, err)
	})
	if waiting := a.awaitOthers(ctx, leases); waiting != nil {
		err = errors.Join(err, waiting)
	}
	if err == nil && n == 0 {
		a.tell(a.texts().Word("nothing is left over"))
	}
	return err
}

func (a *app) sayPruned(e lease.Entry, o lease.Outcome, err error) {
	t := a.texts()
	target := cmp.Or(e.Spec.SimID, e.Spec.IMSI)
	what := t.Sprintf("the mapping %s to port %d of SIM %s", fmt.Sprintf("%s:%d", e.IP, e.Port), e.Spec.Port, target)
	if e.State == lease.Intent {
		what = t.Sprintf("a mapping to port %d of SIM %s that may have been created", e.Spec.Port, target)
	}
	switch {
	case err != nil:
		a.say("%s is still there: %v", what, err)
	case o == lease.None:
		a.say("no mapping to port %d of SIM %s was created", e.Spec.Port, target)
	default:
		a.say("%s: %s", what, o.Text())
	}
}

const (
	// pruneLimit is how long deletions are tried; somebody waits for the end.
	pruneLimit = 30 * time.Second
	// othersLimit is how long prune waits for deletions of other processes.
	othersLimit = 10 * time.Second
	// othersPoll is how often it looks: the journal tells nobody of a change.
	othersPoll = 100 * time.Millisecond
)

// awaitOthers waits for what the keeper, or another command, is deleting. The
// error names what is still there.
func (a *app) awaitOthers(ctx context.Context, leases *lease.Manager) error {
	limit, cancel := context.WithTimeout(ctx, othersLimit)
	defer cancel()
	tick := time.NewTicker(othersPoll)
	defer tick.Stop()
	for {
		entries, _, err := leases.Entries()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(entries, func(e lease.Entry) bool { return e.Alive && e.Deleting && !e.Mine })
		if i < 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-limit.Done():
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			e := entries[i]
			return message.WithHint(message.Errorf("a mapping to port %d of SIM %s is still being deleted by process %d",
				e.Spec.Port, cmp.Or(e.Spec.SimID, e.Spec.IMSI), e.Owner.PID),
				"it goes on until the mapping is gone; look again later")
		}
	}
}
