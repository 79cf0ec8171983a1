package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/table"
)

type auditOptions struct {
	inventory.AuditQuery
	json bool
}

func newAuditCommand(a *app, runF func(context.Context, *auditOptions) error) *cobra.Command {
	var o auditOptions
	if runF == nil {
		runF = a.runAudit
	}
	c := &cobra.Command{
		Use: "audit [SIM]", Short: "Show Napter's audit log: who connected, or tried to",
		Long: `Show Napter's audit log, the newest entries first: port mappings that were made
(CREATED), deleted (DELETED) and that ended (EXPIRED), and the connections to them.
ACCESS means that one reached Soracom, CONNECTED that the device took it, CLOSED that
it ended. DENIED: it came from an address that the mapping does not let in, or too
late. REFUSED: there were too many in a short time.

Soracom keeps the log for 24 hours, or for 366 days where that option is on.`,
		Example: `  napter-connect audit gateway-001
  napter-connect audit --event DENIED --event REFUSED --since 1h
  napter-connect audit --limit 0 --json | jq -r '.[].source' | sort | uniq -c`,
		Args: cli.ArgCount(0, 1, message.New("one SIM at most")),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.Target = args[0]
			}
			if err := o.check(); err != nil {
				return err
			}
			return runF(cmd.Context(), &o)
		},
	}
	fs := c.Flags()
	fs.DurationVar(&o.Since, "since", 0, "only entries that are no older than `TIME` (default: all that are kept)")
	fs.IntVar(&o.Limit, "limit", 100, "the newest `COUNT` entries; 0 for all")
	fs.StringSliceVar(&o.Types, "event", nil, "only entries of this `TYPE`, such as DENIED; repeatable")
	cli.JSONFlag(c, &o.json)
	return c
}

func (a *app) runAudit(ctx context.Context, o *auditOptions) error {
	api, err := a.openAPI(ctx, "audit")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	done := a.waiting(a.texts().Sprintf("fetching the audit log"))
	list, err := inventory.Audit(ctx, api.Session, o.AuditQuery, a.now(), func() map[string]access.SIM {
		known := map[string]access.SIM{}
		for _, s := range api.Memory().List().SIMs {
			known[s.IMSI] = access.SIM{ID: s.ID, Name: s.Name}
		}
		return known
	})
	done()
	if err != nil {
		return err
	}
	if o.json {
		return cli.WriteJSON(a.out, list)
	}
	if len(list) == 0 {
		a.say("the audit log has no such entry")
		return nil
	}
	return printAudit(a, list)
}

func (o *auditOptions) check() error {
	for i, t := range o.Types {
		o.Types[i] = strings.ToUpper(strings.TrimSpace(t))
		if !slices.Contains(inventory.AuditTypes(), o.Types[i]) {
			return cli.Usagef(message.New("use %s", message.EitherOf(inventory.AuditTypes())), "unknown --event %q", t)
		}
	}
	switch {
	case o.Limit < 0:
		return cli.Usagef(message.New("give 0 for all entries"), "--limit %d is negative", o.Limit)
	case o.Since < 0:
		return cli.Usagef(message.New("write 90s, 30m or 8h, for example"), "--since %s is in the future", o.Since)
	}
	return nil
}

func printAudit(a *app, list []inventory.AuditEntry) error {
	lines := [][]string{{"TIME", "EVENT", "SIM", "FROM", "TO", "TLS", "CONNECTION"}}
	for _, r := range list {
		lines = append(lines, []string{
			r.Time.Local().Format("2006-01-02 15:04:05"), r.Event, cmp.Or(r.Name, r.SIM, r.IMSI),
			cmp.Or(r.Source, "-"), cmp.Or(r.Destination, "-"), table.YesNo(r.TLS), fmt.Sprintf("%.8s", r.Connection),
		})
	}
	return table.Write(a.out, lines)
}
