package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/connect"
)

const rootLong = `napter-connect reaches devices behind Soracom SIMs.

It finds the SIM, learns your public IPv4 address, opens a Soracom Napter port
mapping for that one address, connects, and deletes the mapping at the end.

SIM is a SIM ID, an IMSI or the exact name. The exit status is 0, 1 (failed), 2 (wrong
usage) or 130 (interrupted); that of ssh is the remote command's, or 255.`

const rootExample = `  napter-connect auth login                 once: try your AuthKey and keep it
  napter-connect                            pick a SIM and connect
  napter-connect ssh pi@gateway-001         a shell on a device
  napter-connect ssh gateway-001 uptime     one command, with its exit status
  napter-connect demo ssh gateway-001       try it without an account`

// app is one run of the program: the world around it and the flags that every
// command has.
type app struct {
	system
	globals
	// failure is the status of an error of our own: 1, or 255 for ssh.
	failure int
	// mute: the command asks no questions and shows no progress.
	mute    bool
	signals *connect.Signals
	args    []string // as they were typed
	// askOTP replaces the question for an MFA code while a UI has the terminal.
	askOTP func(context.Context) (string, error)
}

// globals are the flags of every command.
type globals struct {
	profile, coverage, config, otp string
	language                       cli.LanguageFlag
	verbose, quiet, timings        bool
}

func (g *globals) register(f *pflag.FlagSet) {
	f.StringVar(&g.profile, "profile", "", "use the credentials of the profile `NAME` (default \"default\")")
	f.StringVar(&g.coverage, "coverage-type", "", "`TYPE` of coverage: jp (Japan) or g (global); default: the profile's")
	f.StringVar(&g.config, "config", "", "read `FILE` instead of the usual config.yaml")
	f.StringVar(&g.otp, "otp", "", "MFA `CODE` for a password login")
	f.Var(&g.language, "lang", "`LANGUAGE` of messages: en or ja (default: LC_ALL, LC_MESSAGES or LANG)")
	f.BoolVarP(&g.verbose, "verbose", "v", false, "show more detail")
	f.BoolVarP(&g.quiet, "quiet", "q", false, "print errors only")
	f.BoolVar(&g.timings, "timings", false, "print how long each step took")
}

// run runs one command line and returns the exit status. Signals are caught
// before anything exists that they could leave behind.
func run(args []string, sys system) int {
	ctx, signals := connect.Watch(context.Background())
	defer signals.Stop()
	return runContext(ctx, args, sys, signals)
}

func runContext(ctx context.Context, args []string, sys system, signals *connect.Signals) int {
	a := &app{system: sys, failure: cli.Failed, signals: signals, args: args}
	root := newRoot(a, nil)
	root.SetArgs(args)
	cli.SpeakCompletion(root, args, a.texts)
	err := root.ExecuteContext(ctx)
	cli.Report(a.err, a.texts(), err)
	return cli.StatusOf(err, a.failure)
}

// rootOptions are those of the program without a command.
type rootOptions struct{ accessible, noKeeper bool }

func newRoot(a *app, runF func(context.Context, *rootOptions) error) *cobra.Command {
	var o rootOptions
	root := &cobra.Command{
		Use:           "napter-connect",
		Short:         "Reach devices behind Soracom SIMs",
		Long:          rootLong,
		Example:       rootExample,
		Args:          cli.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: cli.Near,
	}
	root.Flags().BoolVar(&o.accessible, "accessible", false, "ask line by line instead of on a full screen, for screen readers")
	root.Flags().BoolVar(&o.noKeeper, "no-keeper", false, "do the work in this process, without the background keeper")
	if runF == nil {
		runF = func(ctx context.Context, o *rootOptions) error { return a.runRoot(ctx, root, o) }
	}
	root.RunE = func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &o) }
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if cmd.Name() == "ssh" {
			a.failure = cli.SSHFailed
		}
		if a.language == "" { // it may stand behind the flag where the reading ended
			a.language = cli.LanguageIn(a.args)
		}
		return cli.FlagError(cmd, err)
	})
	root.CompletionOptions.DisableDefaultCmd = true
	a.register(root.PersistentFlags())
	root.AddCommand(
		newSSHCommand(a, nil), newProxyCommand(a, nil), newForwardCommand(a, nil), newOpenCommand(a, nil),
		newSSHConfigCommand(a, nil), newKnownHostsCommand(a),
		newSimsCommand(a, nil), newMappingsCommand(a, nil), newAuditCommand(a, nil),
		newAuthCommand(a), newDoctorCommand(a, nil),
		newDemoCommand(a, nil), newSimulatorCommand(a, nil),
		newKeeperCommand(a), newMuxCommand(a, nil),
		newVersionCommand(a, nil), newCompletionCommand(a, nil),
	)
	root.SetHelpCommand(cli.NewHelpCommand(a.texts))
	root.InitDefaultHelpCmd()
	a.complete(root)
	cli.SpeakHelp(root, a.texts)
	return root
}

// runRoot shows one of the UIs, or the SIMs where there is no terminal.
func (a *app) runRoot(ctx context.Context, root *cobra.Command, o *rootOptions) error {
	if o.noKeeper {
		a.system = a.with(map[string]string{"NAPTER_CONNECT_NO_KEEPER": "1"})
	}
	switch {
	case !isTerminal(a.in) || !isTerminal(a.out):
		return a.runSims(ctx, &simsOptions{online: true})
	case a.wantsPlain(o.accessible):
		return runLineUI(ctx, a, root)
	}
	return runUI(ctx, a)
}
