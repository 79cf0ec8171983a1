package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/table"
)

type simsOptions struct {
	query  string
	online bool
	json   bool
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

func (a *app) printSims(sims []inventory.SIM, asJSON bool) error {
	if asJSON {
		return cli.WriteJSON(a.out, sims)
	}
	if len(sims) == 0 {
		a.tell(a.texts().Word("no SIM found"))
		return nil
	}
	lines := [][]string{{"STATE", "NAME", "SIM ID", "IMSI", "IP", "SINCE"}}
	for _, s := range sims {
		state := s.Status
		if s.State() != access.Inactive {
			state = s.State().Text(s.Status).String()
		}
		lines = append(lines, []string{state, s.Name, s.ID, s.IMSI, s.IP, table.Ago(s.SeenAt, a.now())})
	}
	return table.Write(a.out, lines)
}
