package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshmux"
)

func newMuxCommand(a *app, runF func(context.Context, *sshmux.RunOptions) error) *cobra.Command {
	var o sshmux.RunOptions
	if runF == nil {
		runF = a.runMux
	}
	c := &cobra.Command{
		Use: "mux", Short: "Hold an SSH connection for several commands (commands start it by themselves)",
		Args: cli.NoArgs, Hidden: true,
		Example: "  napter-connect mux --socket PATH",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &o) },
	}
	c.Flags().StringVar(&o.Socket, "socket", "", "path of the socket")
	return c
}

func (a *app) runMux(ctx context.Context, o *sshmux.RunOptions) error {
	ready, ok := a.out.(*os.File)
	if !ok {
		return message.Errorf("a background process needs a file for its standard output")
	}
	o.Patient, o.Ready = launch.Patient, ready
	return sshmux.Run(ctx, *o)
}
