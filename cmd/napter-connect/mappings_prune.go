package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/lease"
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
	api, err := a.openAPIBeside(ctx, "mappings prune", func(*job) {})
	if err != nil {
		return err
	}
	defer api.close(ctx)
	leases, err := a.openLeases(api.settings.dirs, "mappings prune")
	if err != nil {
		return err
	}
	defer func() { _ = leases.Close() }()
	n, t := 0, a.texts().CLI
	err = access.Reap(ctx, leases, api.sessions, api.settings.account, api.settings.network, func(e lease.Entry, o lease.Outcome, err error) {
		n++
		target := firstOf(e.Spec.SimID, e.Spec.IMSI)
		what := fmt.Sprintf(t.PruneMapping, fmt.Sprintf("%s:%d", e.IP, e.Port), e.Spec.Port, target)
		if e.State == lease.Intent {
			what = fmt.Sprintf(t.PruneIntent, e.Spec.Port, target)
		}
		if err == nil && o == lease.None {
			a.say(t.PruneNone, e.Spec.Port, target)
			return
		}
		if err != nil {
			a.say(t.StillThere, what, err)
			return
		}
		a.say(t.Pruned, what, t.Outcomes.Word(string(o)))
	})
	if err == nil && n == 0 {
		a.tell(t.NothingLeftOver)
	}
	return err
}
