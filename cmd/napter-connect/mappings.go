package main

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/table"
)

// mappingsOptions are those of mappings list, delete and prune.
type mappingsOptions struct {
	json    bool
	targets []netip.AddrPort
}

func newMappingsCommand(a *app, runF func(context.Context, *mappingsOptions) error) *cobra.Command {
	c := newMappingsListCommand(a, runF)
	c.Use, c.Short, c.SuggestionsMinimumDistance = "mappings", "List, create and delete port mappings", cli.Near
	c.Long = `Without a command: list the port mappings of the operator, as mappings list does.`
	c.Example = `  napter-connect mappings
  napter-connect mappings create gateway-001 80 --tls --duration 30m
  napter-connect mappings delete 192.0.2.1:34567`
	c.AddCommand(newMappingsListCommand(a, runF), newMappingsCreateCommand(a, nil),
		newMappingsDeleteCommand(a, nil), newMappingsPruneCommand(a, nil))
	return c
}

func newMappingsListCommand(a *app, runF func(context.Context, *mappingsOptions) error) *cobra.Command {
	var o mappingsOptions
	if runF == nil {
		runF = a.runMappingsList
	}
	c := &cobra.Command{
		Use: "list", Short: "List the port mappings of the operator", Args: cli.NoArgs,
		Example: "  napter-connect mappings list --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &o) },
	}
	cli.JSONFlag(c, &o.json)
	return c
}

func (a *app) runMappingsList(ctx context.Context, o *mappingsOptions) error {
	api, err := a.openAPI(ctx, "mappings list")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	mappings, err := api.Mappings()
	if err != nil {
		return err
	}
	defer mappings.Close()
	done := a.waiting(a.texts().Word("fetching port mappings"))
	list, err := mappings.List(ctx)
	done()
	if err != nil {
		return message.Errorf("listing port mappings: %w", err)
	}
	if o.json {
		return cli.WriteJSON(a.out, list)
	}
	if len(list) == 0 {
		a.tell(a.texts().Word("no port mapping is open"))
		return nil
	}
	lines := [][]string{{"SIM", "PORT", "ENDPOINT", "TLS", "SOURCE", "LEFT", "WHOSE"}}
	for _, m := range list {
		whose, address := string(m.Owner), ""
		if !m.By.IsZero() {
			whose += ": " + m.By.String()
		}
		if m.Addr.IsValid() {
			address = m.Addr.String()
		}
		lines = append(lines, []string{
			cmp.Or(m.SIM, m.IMSI), fmt.Sprint(m.DevicePort), address, table.YesNo(m.TLS),
			strings.Join(m.Sources, ","), table.Left(m.Expires, a.now()), whose,
		})
	}
	return table.Write(a.out, lines)
}

func newMappingsDeleteCommand(a *app, runF func(context.Context, *mappingsOptions) error) *cobra.Command {
	if runF == nil {
		runF = a.runMappingsDelete
	}
	return &cobra.Command{
		Use: "delete IP:PORT...", Short: "Delete port mappings, whoever made them",
		Long: `Delete port mappings, whoever made them. IP:PORT is an address as mappings list shows
it. Connections through it end.`,
		Example: "  napter-connect mappings delete 192.0.2.1:34567",
		Args:    cli.ArgCount(1, -1, message.New("the IP:PORT of one mapping or more")),
		RunE: func(cmd *cobra.Command, args []string) error {
			var o mappingsOptions
			for _, arg := range args {
				ap, ok := hostport.ParseAddrPort(arg)
				if !ok || !ap.Addr().Is4() || ap.Port() == 0 {
					return cli.Usagef(message.New("take the ENDPOINT from: napter-connect mappings"),
						"%q is not an IPv4 address and port", arg)
				}
				o.targets = append(o.targets, ap)
			}
			return runF(cmd.Context(), &o)
		},
	}
}

func (a *app) runMappingsDelete(ctx context.Context, o *mappingsOptions) error {
	// What is left over is not looked for meanwhile: it may be what is to be deleted.
	api, err := a.openAPIOnly(ctx, "mappings delete")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	return api.DeleteMappings(ctx, o.targets, func(addr netip.AddrPort) { a.say("%s is closed", addr) })
}
