package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/table"
)

type simsOptions struct {
	query  string
	online bool
	json   bool
}

// simRow is a SIM as `sims --json` prints it.
type simRow struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	IMSI   string `json:"imsi,omitempty"`
	Status string `json:"status"`
	Online bool   `json:"online"`
	Arc    bool   `json:"arc"`
	IP     string `json:"ip,omitempty"`
	IMEI   string `json:"imei,omitempty"`
	Type   string `json:"type,omitempty"`
	// Since is when the session began or was last updated; offline, when it
	// ended. It is absent for a SIM that never connected.
	Since time.Time         `json:"since,omitzero"`
	Tags  map[string]string `json:"tags,omitempty"`
}

func newSimsCommand(a *app, runF func(context.Context, *simsOptions) error) *cobra.Command {
	var o simsOptions
	if runF == nil {
		runF = a.runSims
	}
	c := &cobra.Command{
		Use: "sims [QUERY]", Short: "List SIMs, or search them",
		Long: `List SIMs, the online ones first. QUERY is a part of a name, SIM ID, IMSI, ICCID,
MSISDN, serial number or tag value.`,
		Example: `  napter-connect sims
  napter-connect sims gateway --online
  napter-connect sims --json | jq -r '.[] | select(.online) | .name'`,
		Args: cli.ArgCount(0, 1, message.New("one QUERY at most")),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.query = strings.TrimSpace(args[0])
			}
			return runF(cmd.Context(), &o)
		},
	}
	c.Flags().BoolVar(&o.online, "online", false, "only SIMs that are online (have a session)")
	cli.JSONFlag(c, &o.json)
	return c
}

func (a *app) runSims(ctx context.Context, o *simsOptions) error {
	api, err := a.openAPI(ctx, "sims")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	done := a.waiting(a.texts().Word("fetching SIMs"))
	found, err := inventory.FindSIMs(ctx, api.Session, o.query, o.online)
	done()
	if err != nil {
		return err
	}
	defer api.Remember(found) // after the result, in its own time
	return a.printSims(found.Matching, o.json)
}

func (a *app) printSims(sims []client.Sim, asJSON bool) error {
	rows := make([]simRow, 0, len(sims))
	for _, sim := range sims {
		rows = append(rows, newSimRow(sim))
	}
	if asJSON {
		return cli.WriteJSON(a.out, rows)
	}
	if len(rows) == 0 {
		a.tell(a.texts().Word("no SIM found"))
		return nil
	}
	lines := [][]string{{"STATE", "NAME", "SIM ID", "IMSI", "IP", "SINCE"}}
	for i, r := range rows {
		state := r.Status
		switch access.Describe(sims[i]).State() {
		case access.Online:
			state = "online"
		case access.ArcOnly:
			state = "arc"
		case access.Offline:
			state = "offline"
		}
		lines = append(lines, []string{state, r.Name, r.ID, r.IMSI, r.IP, table.Ago(r.Since, a.now())})
	}
	return table.Write(a.out, lines)
}

func newSimRow(sim client.Sim) simRow {
	d := access.Describe(sim)
	return simRow{
		ID: d.ID, Name: d.Name, IMSI: d.IMSI, Status: d.Status, Online: d.Online, Arc: d.Arc,
		IP: d.IP, IMEI: d.IMEI, Type: sim.Type, Since: d.SeenAt, Tags: sim.Tags,
	}
}
