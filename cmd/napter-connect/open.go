package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
)

type openOptions struct {
	accessFlags
	target       string // as it was typed, with the port or scheme
	name         string // the target without them
	port         int
	scheme, path string
	print        bool
}

const openLong = `Show a device's web page in the browser, or its screen in a viewer.

SIM:PORT names the device's port; http, https, vnc and rdp may stand in its place, and
80 is the default. A page of plain HTTP is shown through TLS that ends at Soracom, so
that nobody on the way reads it. A device that speaks HTTPS itself (443, 8443 or
--scheme https) is reached as it is, with its own certificate. Screens (5900 and
3389) are shown by the viewer that is installed here.

The port mapping lives until Enter, Ctrl-C, the viewer's end or the end of its
duration; then it is deleted. stdout carries the URL.`

const openExample = `  napter-connect open gateway-001
  napter-connect open gateway-001:8080 --path /status
  napter-connect open router-7:443
  napter-connect open panel-3:vnc
  napter-connect open --print gateway-001        just the URL, for another browser`

func newOpenCommand(a *app, runF func(context.Context, *openOptions) error) *cobra.Command {
	var o openOptions
	if runF == nil {
		runF = a.runOpen
	}
	c := &cobra.Command{
		Use: "open [flags] SIM[:PORT]", Short: "Show a device's web page or screen",
		Long: openLong, Example: openExample,
		Args: cli.ArgCount(1, 1, message.New("a SIM, perhaps with a port")),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.target = args[0]
			if err := o.splitTarget(); err != nil {
				return err
			}
			return runF(cmd.Context(), &o)
		},
	}
	o.register(c)
	c.Flags().StringVar(&o.scheme, "scheme", "", "`SCHEME` of the device: http, https, vnc or rdp (default: by its port)")
	c.Flags().StringVar(&o.path, "path", "", "`PATH` of the page")
	c.Flags().BoolVar(&o.print, "print", false, "print the URL and start nothing")
	return c
}

func (a *app) runOpen(ctx context.Context, o *openOptions) error {
	s, err := a.setup(ctx)
	if err != nil {
		return err
	}
	oo := connect.OpenOptions{Scheme: o.scheme, Path: o.path}
	if oo.Request, err = o.request(s); err != nil {
		return err
	}
	oo.Request.Target, oo.Request.Port, oo.Request.Command = o.name, o.port, "open "+o.target
	return a.withConnector(ctx, s, oo.Request.Command, o.noKeeper, func(c *connect.Connector, quiet func()) error {
		p, err := c.Open(ctx, oo)
		quiet()
		if err != nil {
			return err
		}
		defer p.Stop()
		if _, err := fmt.Fprintln(a.out, p.URL); err != nil {
			return err
		}
		if o.print && oo.Request.Keep {
			return nil
		}
		return a.showUntilEnd(ctx, p, o.print)
	})
}

// splitTarget takes :PORT or :SCHEME off the target's end.
func (o *openOptions) splitTarget() error {
	name, port, scheme, err := connect.ParseOpenTarget(o.target)
	if err != nil {
		return cli.Misuse(err)
	}
	if scheme != "" && o.scheme != "" && o.scheme != scheme {
		return cli.Usagef(message.New("give one of them"), "%s and --scheme %s contradict each other", o.target, o.scheme)
	}
	o.name, o.port, o.scheme = name, port, cmp.Or(o.scheme, scheme)
	return nil
}

// showUntilEnd starts what shows p and waits for the end.
func (a *app) showUntilEnd(ctx context.Context, p *connect.Opened, printOnly bool) error {
	var viewer <-chan error
	if !printOnly {
		viewer = a.show(p)
		if isTerminal(a.err) {
			a.say("It is open until %s; Enter or Ctrl-C ends it.", p.Info().Mapping.Expires.In(a.now().Location()).Format("15:04"))
		}
	}
	select {
	case err := <-viewer:
		return err
	case <-console.EnterPressed(a.in):
		return nil
	case <-ctx.Done():
		return cli.ExitError(cli.Interrupted) // as was asked: nothing to explain
	case <-p.Done():
		if ctx.Err() != nil {
			return cli.ExitError(cli.Interrupted)
		}
		return nil
	}
}

// show says what a person has to do where nothing can be started: the URL is on
// stdout already.
func (a *app) show(p *connect.Opened) (viewer <-chan error) {
	if p.Scheme == connect.HTTPS {
		a.notice("the certificate is the device's own, so the browser will show a warning")
	}
	viewer, err := p.Show(launch.Desktop{Getenv: a.getenv, Environ: a.childEnvironment()})
	var display *launch.NoDisplayError
	switch {
	case err == nil:
		return viewer
	case errors.As(err, &display) && p.Local.IsValid():
		a.notice("%v; open the address above in a viewer on this machine", err)
	case errors.As(err, &display):
		a.notice("%v; open the URL above from this network: it lets in %s alone", err, sources(p))
	default:
		a.notice("%v; open the address above yourself", err)
		if !a.quiet {
			cli.ReportHint(a.err, a.texts(), err)
		}
	}
	return nil
}

func sources(p *connect.Opened) string {
	var words []string
	for _, r := range p.Info().Source {
		words = append(words, r.String())
	}
	return strings.Join(words, ", ")
}
