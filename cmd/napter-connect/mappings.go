package main

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/table"
)

// mappingRow is a port mapping as `mappings --json` prints it.
type mappingRow struct {
	Address    string    `json:"address"`
	Hostname   string    `json:"hostname"`
	SIM        string    `json:"sim,omitempty"`
	IMSI       string    `json:"imsi,omitempty"`
	DevicePort int       `json:"devicePort"`
	TLS        bool      `json:"tls"`
	Sources    []string  `json:"sources"`
	Created    time.Time `json:"created"`
	Expires    time.Time `json:"expires"`
	// Owner is "in use" (by a process of this user here), "lingering" (by
	// --linger), "being deleted", "left over" (made here, its process is gone),
	// "kept" (by --keep) or "other".
	Owner inventory.Owner `json:"owner"`
	// By is the commands that use it, or the process that deletes it.
	By string `json:"by,omitempty"`
}

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
	rows := make([]mappingRow, 0, len(list))
	for _, m := range list {
		rows = append(rows, newMappingRow(m))
	}
	if o.json {
		return cli.WriteJSON(a.out, rows)
	}
	if len(rows) == 0 {
		a.tell(a.texts().Word("no port mapping is open"))
		return nil
	}
	lines := [][]string{{"SIM", "PORT", "ENDPOINT", "TLS", "SOURCE", "LEFT", "WHOSE"}}
	for _, r := range rows {
		whose := string(r.Owner)
		if r.By != "" {
			whose += ": " + r.By
		}
		lines = append(lines, []string{
			cmp.Or(r.SIM, r.IMSI), fmt.Sprint(r.DevicePort), r.Address, table.YesNo(r.TLS),
			strings.Join(r.Sources, ","), table.Left(r.Expires, a.now()), whose,
		})
	}
	return table.Write(a.out, lines)
}

func newMappingRow(m inventory.Mapping) mappingRow {
	var address string
	if m.Addr.IsValid() {
		address = m.Addr.String()
	}
	return mappingRow{
		Address: address, Hostname: m.Hostname, SIM: m.SIM, IMSI: m.IMSI,
		DevicePort: m.DevicePort, TLS: m.TLS, Sources: m.Sources,
		Created: m.Created, Expires: m.Expires, Owner: m.Owner, By: m.By.String(),
	}
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
	for _, t := range o.targets {
		if err := api.DeletePortMapping(ctx, t.Addr(), int(t.Port())); err != nil {
			return message.Errorf("deleting %s: %w", t, err)
		}
		a.say("%s is closed", t) // a mapping that was gone already is no error
	}
	if !lease.Any(api.Dirs.Leases()) {
		return nil
	}
	mappings, err := api.Mappings()
	if err != nil {
		return err
	}
	defer mappings.Close()
	return mappings.Forget(o.targets...)
}
