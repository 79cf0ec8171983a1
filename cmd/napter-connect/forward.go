package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/environ"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/setup"
)

type forwardOptions struct {
	accessFlags
	tls, json bool
	args      []string // the SIM and the ports, as they were typed
	ports     []connect.PortSpec
	program   []string
}

const forwardLong = `Listen on local ports that lead to ports of the device behind a SIM, until Ctrl-C.

A port is [[BIND:]LPORT:]PORT. PORT is the device's. LPORT 0 takes any free port;
without LPORT it is the device's number where that is free here. Only programs of this
machine can connect, unless BIND is another of its addresses. Each port that is ready
is one line on stdout.

The command after -- runs while the ports are open, and its exit status is that of
forward. In it {host} and {port} stand for where the first local port is, {address} for
both as host:port, and {port2} for the number of the second one.

When a port mapping ends, the next connection opens another one.`

const forwardExample = `  napter-connect forward gateway-001 8080:80
  napter-connect forward gateway-001 5900 0:502 --json
  napter-connect forward gateway-001 5432 -- psql -h {host} -p {port} metrics
  napter-connect forward --tls gateway-001 8080:80     encrypted up to Soracom`

func newForwardCommand(a *app, runF func(context.Context, *forwardOptions) error) *cobra.Command {
	var o forwardOptions
	if runF == nil {
		runF = a.runForward
	}
	c := &cobra.Command{
		Use:   "forward [flags] SIM [[BIND:]LPORT:]PORT... [-- command...]",
		Short: "Forward local ports to ports of a device", Long: forwardLong, Example: forwardExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if i := cmd.ArgsLenAtDash(); i >= 0 {
				args, o.program = args[:i], args[i:]
				if len(o.program) == 0 {
					return cli.Usagef(cli.SeeHelp(cmd), "there is no command after --")
				}
			}
			if len(args) < 2 {
				return cli.Usagef(cli.SeeHelp(cmd), "forward takes a SIM and at least one port")
			}
			o.args = args
			for _, text := range args[1:] {
				spec, err := connect.ParsePortSpec(text)
				if err != nil {
					return cli.Misuse(err)
				}
				o.ports = append(o.ports, spec)
			}
			return runF(cmd.Context(), &o)
		},
	}
	o.register(c)
	c.Flags().BoolVar(&o.tls, "tls", false, "encrypt between here and Soracom; local connections stay plain")
	c.Flags().BoolVar(&o.json, "json", false, "print a line of JSON for each port that is ready")
	return c
}

func (a *app) runForward(ctx context.Context, o *forwardOptions) error {
	s, err := a.setup(ctx)
	if err != nil {
		return err
	}
	r, err := o.request(s)
	if err != nil {
		return err
	}
	r.Target, r.TLS, r.Command = o.args[0], o.tls, "forward "+strings.Join(o.args, " ")
	return a.withConnector(ctx, s, r.Command, o.noKeeper, func(c *connect.Connector, quiet func()) error {
		fo := connect.ForwardOptions{Request: r, Ports: o.ports}
		if len(o.program) > 0 {
			return a.runWith(ctx, c, fo, o.program, quiet)
		}
		return a.runListeners(ctx, c, fo, o.json, quiet)
	})
}

// runListeners prints what is ready and waits for the end.
func (a *app) runListeners(ctx context.Context, c *connect.Connector, o connect.ForwardOptions, asJSON bool, quiet func()) error {
	f, err := c.Forward(ctx, o)
	quiet()
	if err != nil {
		return err
	}
	defer f.Stop()
	for _, t := range f.Tunnels() {
		if err := a.printReady(t, asJSON); err != nil {
			return err
		}
	}
	if isTerminal(a.err) {
		a.say("Ctrl-C ends it.")
	}
	<-f.Done()
	return cli.ExitError(cli.Interrupted) // as was asked: nothing to explain
}

func (a *app) printReady(t connect.Tunnel, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(a.out).Encode(t)
	}
	_, err := fmt.Fprintf(a.out, "%s -> %s port %d\n", t.Listen, safetext.Line(t.Info.SIM.Label()), t.Info.Mapping.DevicePort)
	return err
}

func (a *app) runWith(ctx context.Context, c *connect.Connector, o connect.ForwardOptions, program []string, quiet func()) error {
	status, err := c.RunWith(ctx, o, launch.Command{
		Args: program, Env: a.childEnvironment(), Stdin: a.in, Stdout: a.out, Stderr: a.err, Starting: quiet,
	})
	if err == nil && status != 0 {
		err = cli.ExitError(status)
	}
	return err
}

// childEnvironment is ours without the secret that only we need. The demo's folders
// are not for other programs.
func (a *app) childEnvironment() []string {
	list := a.environ
	if a.demo {
		list = os.Environ
	}
	return environ.Without(list(), func(name string) bool { return name == "NAPTER_CONNECT_OTP" })
}

// withConnector runs a job that opens access, with its progress on the terminal
// until quiet is called.
func (a *app) withConnector(ctx context.Context, s *setup.Setup, command string, noKeeper bool,
	run func(c *connect.Connector, quiet func()) error,
) error {
	opener := s.Opener(command, noKeeper)
	defer opener.Close(ctx)
	events, printer, stop := a.progress()
	defer stop()
	c := a.connector(s, opener)
	c.Progress = events
	return run(c, func() {
		if printer != nil {
			printer.Stop()
		}
	})
}
