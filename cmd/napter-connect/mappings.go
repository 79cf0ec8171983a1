package main

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

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

func newMappingsCommand(a *app) *cobra.Command {
	var asJSON bool
	list := func(cmd *cobra.Command, _ []string) error { return runMappingsList(cmd.Context(), a, asJSON) }
	c := &cobra.Command{
		Use: "mappings", Short: "List, create and delete port mappings", Args: noArgs, RunE: list, SuggestionsMinimumDistance: near,
		Long: `Without a command: list the port mappings of the operator, as mappings list does.`,
		Example: `  napter-connect mappings
  napter-connect mappings create gateway-001 80 --tls --duration 30m
  napter-connect mappings delete 192.0.2.1:34567`,
	}
	l := &cobra.Command{
		Use: "list", Short: "List the port mappings of the operator", Args: noArgs, RunE: list,
		Example: "  napter-connect mappings list --json",
	}
	jsonFlag(c, &asJSON)
	jsonFlag(l, &asJSON)
	c.AddCommand(l, newMappingsCreateCommand(a), newMappingsDeleteCommand(a), newMappingsPruneCommand(a))
	return c
}

func runMappingsList(ctx context.Context, a *app, asJSON bool) error {
	api, err := a.openAPI(ctx, "mappings")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	leases, err := a.openLeases(api.setup.dirs, "mappings list")
	if err != nil {
		return err
	}
	defer func() { _ = leases.Close() }()
	done := a.waiting(a.texts().Word("fetching port mappings"))
	list, err := a.mappings(api.setup, api.Session, leases).List(ctx)
	done()
	if err != nil {
		return message.Errorf("listing port mappings: %w", err)
	}
	rows := make([]mappingRow, 0, len(list))
	for _, m := range list {
		rows = append(rows, newMappingRow(m))
	}
	if asJSON {
		return writeJSON(a.out, rows)
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

func newMappingsDeleteCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "delete IP:PORT...", Short: "Delete port mappings, whoever made them",
		Long: `Delete port mappings, whoever made them. IP:PORT is an address as mappings list shows
it. Connections through it end.`,
		Example: "  napter-connect mappings delete 192.0.2.1:34567",
		Args:    argCount(1, -1, message.New("the IP:PORT of one mapping or more")),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runMappingsDelete(cmd.Context(), a, args)
		},
	}
}

func runMappingsDelete(ctx context.Context, a *app, args []string) error {
	var targets []netip.AddrPort
	for _, arg := range args {
		ap, ok := hostport.ParseAddrPort(arg)
		if !ok || !ap.Addr().Is4() || ap.Port() == 0 {
			return usagef(message.New("take the ENDPOINT from: napter-connect mappings"),
				"%q is not an IPv4 address and port", arg)
		}
		targets = append(targets, ap)
	}
	// What is left over is not looked for meanwhile: it may be what is to be deleted.
	api, err := a.openAPIOnly(ctx, "mappings")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	for _, t := range targets {
		if err := api.DeletePortMapping(ctx, t.Addr(), int(t.Port())); err != nil {
			return message.Errorf("deleting %s: %w", t, err)
		}
		a.say("%s is closed", t) // a mapping that was gone already is no error
	}
	if !lease.Any(api.setup.dirs.Leases()) {
		return nil
	}
	leases, err := a.openLeases(api.setup.dirs, "mappings delete")
	if err != nil {
		return err
	}
	defer func() { _ = leases.Close() }()
	return a.mappings(api.setup, api.Session, leases).Forget(targets...)
}
