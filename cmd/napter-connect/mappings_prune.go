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
	n := 0
	err = access.Reap(ctx, leases, api.sessions, api.settings.account, api.settings.network, func(e lease.Entry, o lease.Outcome, err error) {
		n++
		what := fmt.Sprintf("the mapping %s:%d to port %d of SIM %s", e.IP, e.Port, e.Spec.Port, firstOf(e.Spec.SimID, e.Spec.IMSI))
		if e.State == lease.Intent {
			what = fmt.Sprintf("a mapping to port %d of SIM %s that may have been made", e.Spec.Port, firstOf(e.Spec.SimID, e.Spec.IMSI))
		}
		if err == nil && o == lease.None {
			a.say("no mapping to port %d of SIM %s was made", e.Spec.Port, firstOf(e.Spec.SimID, e.Spec.IMSI))
			return
		}
		if err != nil {
			a.say("%s is still there: %v", what, err)
			return
		}
		a.say("%s: %s", what, o)
	})
	if err == nil && n == 0 {
		a.say("nothing is left over")
	}
	return err
}
