package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/lineui"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// wantsPlain: the flag, the variable that Charm's tools use too, or a terminal
// that says of itself that it can't do more.
func (a *app) wantsPlain(flag bool) bool {
	return flag || a.getenv("ACCESSIBLE") != "" || a.getenv("TERM") == "dumb"
}

// runLineUI asks line by line. What it does are the commands of root.
func runLineUI(ctx context.Context, a *app, root *cobra.Command) error {
	api, err := a.openAPI(ctx, "plain")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	mappings, err := api.Mappings()
	if err != nil {
		return err
	}
	defer mappings.Close()
	return lineui.Run(ctx, lineui.Options{
		Console: console.New(a.in, a.out, a.texts()), Out: a.out, Texts: a.texts(), Now: a.now,
		Account: tui.Account{Profile: api.Account.Profile, Coverage: api.Account.Coverage},
		Find: func(ctx context.Context, query string) ([]inventory.SIM, error) {
			found, err := inventory.FindSIMs(ctx, api.Session, query, query == "")
			return found.Matching, err
		},
		Mappings: mappings.List, Delete: mappings.Delete,
		Command: func(ctx context.Context, args ...string) int { return a.again(ctx, root, args) },
		Report:  func(err error) { cli.Report(a.err, a.texts(), err) },
	})
}

// again runs one of our commands with the same common flags, and returns its exit
// status.
func (a *app) again(ctx context.Context, root *cobra.Command, args []string) int {
	var flags []string
	root.PersistentFlags().Visit(func(f *pflag.Flag) {
		flags = append(flags, "--"+f.Name+"="+f.Value.String())
	})
	return runContext(ctx, append(flags, args...), a.with(map[string]string{"ACCESSIBLE": "1"}), a.signals)
}
