package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/message"
)

func newMappingsPruneCommand(a *app, runF func(context.Context, *mappingsOptions) error) *cobra.Command {
	if runF == nil {
		runF = a.runMappingsPrune
	}
	return &cobra.Command{
		Use: "prune", Short: "Delete port mappings that were made here and left over", Args: cli.NoArgs,
		Long: `Delete the port mappings that a napter-connect on this machine made and could not
delete: its process was killed, or the network was away. Those in use and those of
others stay. The exit status is 0 only when nothing is left over.`,
		Example: "  napter-connect mappings prune",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &mappingsOptions{}) },
	}
}

func (a *app) runMappingsPrune(ctx context.Context, _ *mappingsOptions) error {
	api, err := a.openAPIOnly(ctx, "mappings prune")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	mappings, err := api.Mappings()
	if err != nil {
		return err
	}
	defer mappings.Close()
	n := 0
	err = mappings.Prune(ctx, api.Sessions(), api.Account, api.Network, func(what message.Text) {
		n++
		a.say("%s", what)
	})
	if err == nil && n == 0 {
		a.tell(a.texts().Word("nothing is left over"))
	}
	return err
}
