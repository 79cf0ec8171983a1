package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

type createOptions struct {
	accessFlags
	target    string
	port      int
	tls, json bool
}

func newMappingsCreateCommand(a *app, runF func(context.Context, *createOptions) error) *cobra.Command {
	var o createOptions
	if runF == nil {
		runF = a.runMappingsCreate
	}
	c := &cobra.Command{
		Use: "create SIM [PORT]", Short: "Create a port mapping that stays until its time is over",
		Long: `Create a port mapping for scripts and other programs. It stays open until its
duration is over, or until: napter-connect mappings delete. PORT is the device's,
22 when it is left out. Prints the address to connect to.`,
		Example: `  napter-connect mappings create gateway-001 --duration 30m
  napter-connect mappings create gateway-001 80 --tls --source 203.0.113.0/28`,
		Args: cli.ArgCount(1, 2, message.New("a SIM, and perhaps a port")),
		RunE: func(cmd *cobra.Command, args []string) error {
			port, err := portArgument(args)
			if err != nil {
				return err
			}
			o.target, o.port = args[0], cmp.Or(port, 22)
			return runF(cmd.Context(), &o)
		},
	}
	o.register(c)
	for _, hidden := range []string{"keep", "linger", "no-reuse", "no-keeper"} {
		_ = c.Flags().MarkHidden(hidden)
	}
	c.Flags().Lookup("duration").Usage = "lifetime of the port mapping: `TIME` is up to 8h (default 8h)"
	c.Flags().BoolVar(&o.tls, "tls", false, "encrypt up to Soracom, for a device that speaks plain HTTP")
	cli.JSONFlag(c, &o.json)
	return c
}

func (a *app) runMappingsCreate(ctx context.Context, o *createOptions) error {
	s, err := a.setup(ctx)
	if err != nil {
		return err
	}
	r, err := o.request(s)
	if err != nil {
		return err
	}
	r.Target, r.Port, r.TLS, r.Keep, r.NoReuse = o.target, o.port, o.tls, true, true
	r.Command = "mappings create " + o.target
	opener := s.Opener(r.Command, true) // it holds nothing afterwards
	defer opener.Close(ctx)
	events, _, stop := a.progress()
	defer stop()
	way, err := opener.Open(ctx, r, events)
	if err != nil {
		return err
	}
	info := way.Info()
	if _, err := way.Close(ctx); err != nil {
		return err
	}
	m := inventory.KeptMapping(info)
	if o.json {
		return cli.WriteJSON(a.out, m)
	}
	address := m.Addr.String()
	if m.TLS { // the certificate names the host
		address = net.JoinHostPort(m.Hostname, strconv.Itoa(int(m.Addr.Port())))
	}
	if _, err := fmt.Fprintln(a.out, safetext.Line(address)); err != nil {
		return err
	}
	a.say("open for %s until %s", strings.Join(m.Sources, ", "), m.Expires.Local().Format("15:04"))
	return nil
}
