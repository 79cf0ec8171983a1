package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/demo"
)

type demoOptions struct{ args []string }

func newDemoCommand(a *app, runF func(context.Context, *demoOptions) error) *cobra.Command {
	if runF == nil {
		runF = a.runDemo
	}
	return &cobra.Command{
		Use: "demo [command...]", Short: "Try any command on a built-in simulator, without an account",
		Long: `Run a command against a simulated Soracom inside this program: no account, no network,
and nothing of yours is read or written. Without a command it opens the terminal UI.`,
		Example: `  napter-connect demo
  napter-connect demo ssh gateway-001 uname -a
  napter-connect demo sims tokyo`,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.demoHelp(args) {
				return cmd.Help()
			}
			return runF(cmd.Context(), &demoOptions{args})
		},
	}
}

// demoHelp reports that the help of demo itself is asked for, not that of a command
// in it, and takes --lang of that line.
func (a *app) demoHelp(args []string) bool {
	var g globals
	flags := pflag.NewFlagSet("demo", pflag.ContinueOnError)
	flags.SetInterspersed(false)
	flags.Usage = func() {}
	g.register(flags)
	err := flags.Parse(args)
	a.language = g.language
	return errors.Is(err, pflag.ErrHelp)
}

// runDemo runs the command line in this process, in an isolated world.
func (a *app) runDemo(ctx context.Context, o *demoOptions) error {
	// The simulator outlives a signal, for the command to delete its mapping.
	world, err := demo.Start(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	defer world.Close()
	sys := a.with(world.Variables)
	sys.demo = true
	sys.roots = world.Roots
	if status := runContext(ctx, o.args, sys, a.signals); status != cli.OK {
		return cli.ExitError(status)
	}
	return nil
}
