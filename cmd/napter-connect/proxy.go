package main

import (
	"context"
	"errors"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
)

const proxyLong = `Connect standard input and output with a port of a device, for programs that
speak through such a command: OpenSSH's ProxyCommand above all, and with it scp, sftp,
rsync, git, Ansible and VS Code.

SIM is a SIM ID, an IMSI or the exact name; a .napter at its end is dropped. stdout
carries what the device sends and nothing else. Nothing is ever asked. The exit status
is 0 when the connection ended in order, and 1 otherwise.`

const proxyExample = `  ssh -o ProxyCommand='napter-connect proxy %h %p' -o HostKeyAlias=gateway-001 pi@gateway-001
  napter-connect proxy gateway-001 80 < request.http`

type proxyOptions struct {
	accessFlags
	target string
	port   int // 0: the usual one
}

func newProxyCommand(a *app, runF func(context.Context, *proxyOptions) error) *cobra.Command {
	var o proxyOptions
	if runF == nil {
		runF = a.runProxy
	}
	c := &cobra.Command{
		Use: "proxy [flags] SIM [PORT]", Short: "Connect stdin and stdout to a device, for ssh's ProxyCommand",
		Long: proxyLong, Example: proxyExample,
		Args: cli.ArgCount(1, 2, message.New("a SIM, and perhaps a port")),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			o.target = args[0]
			if o.port, err = portArgument(args); err != nil {
				return err
			}
			return runF(cmd.Context(), &o)
		},
	}
	o.register(c)
	return c
}

func (a *app) runProxy(ctx context.Context, o *proxyOptions) error {
	a.mute = true
	ctx, stdio, stop := launch.NewStdio(ctx, a.in, a.out)
	defer stop()
	s, err := a.setup(ctx)
	if err != nil {
		return err
	}
	r, err := o.request(s)
	if err != nil {
		return err
	}
	r.Target, r.Port, r.Command = o.target, o.port, "proxy "+o.target
	connected := false
	err = a.withConnector(ctx, s, r.Command, o.noKeeper, func(c *connect.Connector, _ func()) error {
		connected, err = c.Proxy(ctx, connect.ProxyOptions{Request: r, Stdio: stdio})
		return err
	})
	return a.proxyEnd(connected, err)
}

// portArgument is the port that follows the SIM, or 0.
func portArgument(args []string) (int, error) {
	if len(args) < 2 {
		return 0, nil
	}
	port, err := strconv.Atoi(args[1])
	if err != nil {
		return 0, cli.Usagef(message.New("a port is a number from 1 to 65535"), "%q is not a port", args[1])
	}
	if err := access.CheckPort(port); err != nil {
		return 0, cli.Misuse(err)
	}
	return port, nil
}

// proxyEnd is silent about the ends that its user has brought about: OpenSSH ends
// its ProxyCommand by HUP each time, and is no longer there to listen.
func (a *app) proxyEnd(connected bool, err error) error {
	hangUp := a.signals.Received() == syscall.SIGHUP
	var interrupted *connect.Interrupted
	switch {
	case connected && (hangUp || errors.Is(err, launch.ErrNoReader)):
		return nil
	case errors.As(err, &interrupted):
		return cli.ExitError(cli.Interrupted)
	case hangUp || errors.Is(err, launch.ErrNoReader):
		return cli.ExitError(cli.Failed)
	}
	return err
}
