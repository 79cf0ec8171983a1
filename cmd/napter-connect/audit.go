package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/table"
)

type auditOptions struct {
	target string
	since  time.Duration
	limit  int
	types  []string
	json   bool
}

// auditRow is an entry of Napter's audit log as `audit --json` prints it.
type auditRow struct {
	Time time.Time `json:"time"`
	// Event is the API's word: CREATED, DELETED, EXPIRED, ACCESS, CONNECTED,
	// CLOSED, DENIED or REFUSED.
	Event string `json:"event"`
	IMSI  string `json:"imsi"`
	// SIM and Name are what is known of the IMSI's SIM: that of the argument, or
	// one that an earlier command listed.
	SIM  string `json:"sim,omitempty"`
	Name string `json:"name,omitempty"`
	// Source and Destination are ADDRESS:PORT; events of mappings have none.
	Source      string `json:"source,omitempty"`
	Destination string `json:"destination,omitempty"`
	TLS         bool   `json:"tls"`
	Connection  string `json:"connection"`
}

// auditPage is the largest page that the API gives (getNapterAuditLogs, limit).
const auditPage = 1000

func auditTypes() []string {
	return []string{
		client.AuditCreated, client.AuditDeleted, client.AuditExpired, client.AuditAccess,
		client.AuditConnected, client.AuditClosed, client.AuditDenied, client.AuditRefused,
	}
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
		Args: argCount(0, 1, message.New("one SIM at most")),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.target = args[0]
			}
			if err := o.check(); err != nil {
				return err
			}
			return runF(cmd.Context(), &o)
		},
	}
	fs := c.Flags()
	fs.DurationVar(&o.since, "since", 0, "only entries that are no older than `TIME` (default: all that are kept)")
	fs.IntVar(&o.limit, "limit", 100, "the newest `COUNT` entries; 0 for all")
	fs.StringSliceVar(&o.types, "event", nil, "only entries of this `TYPE`, such as DENIED; repeatable")
	jsonFlag(c, &o.json)
	return c
}

func (a *app) runAudit(ctx context.Context, o *auditOptions) error {
	api, err := a.openAPI(ctx, "audit")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	done := a.waiting(a.texts().Sprintf("fetching the audit log"))
	rows, err := o.fetch(ctx, a, api)
	done()
	if err != nil {
		return err
	}
	if o.json {
		return writeJSON(a.out, rows)
	}
	if len(rows) == 0 {
		a.say("the audit log has no such entry")
		return nil
	}
	return printAudit(a, rows)
}

func (o *auditOptions) check() error {
	for i, t := range o.types {
		o.types[i] = strings.ToUpper(strings.TrimSpace(t))
		if !slices.Contains(auditTypes(), o.types[i]) {
			return usagef(message.New("use %s", message.EitherOf(auditTypes())), "unknown --event %q", t)
		}
	}
	switch {
	case o.limit < 0:
		return usagef(message.New("give 0 for all entries"), "--limit %d is negative", o.limit)
	case o.since < 0:
		return usagef(message.New("write 90s, 30m or 8h, for example"), "--since %s is in the future", o.since)
	}
	return nil
}

// fetch reads the newest entries that were asked for, newest first.
func (o *auditOptions) fetch(ctx context.Context, a *app, api *api) ([]auditRow, error) {
	query := client.NapterAuditQuery{Limit: auditPage}
	if o.limit > 0 && len(o.types) == 0 {
		query.Limit = min(o.limit, auditPage)
	}
	if o.since > 0 {
		query.From = a.now().Add(-o.since)
	}
	known, imsis, err := o.sims(ctx, a, api)
	if err != nil {
		return nil, err
	}
	rows := []auditRow{}
	for _, imsi := range imsis {
		query.IMSI = imsi
		some, err := o.take(api.GetNapterAuditLogs(ctx, query), known)
		if err != nil {
			return nil, message.Errorf("reading the audit log: %w", err)
		}
		rows = append(rows, some...)
	}
	slices.SortStableFunc(rows, func(x, y auditRow) int { return y.Time.Compare(x.Time) })
	if o.limit > 0 && len(rows) > o.limit {
		rows = rows[:o.limit]
	}
	return rows, nil
}

// sims are the SIMs that are known, by IMSI, and the IMSIs to ask for; "" asks
// for all.
func (o *auditOptions) sims(ctx context.Context, a *app, api *api) (known map[string]access.SIM, imsis []string, err error) {
	known = map[string]access.SIM{}
	if o.target == "" {
		for _, s := range a.memory(api.setup).List().SIMs {
			known[s.IMSI] = access.SIM{ID: s.ID, Name: s.Name}
		}
		return known, []string{""}, nil
	}
	sim, imsis, err := access.FindSIM(ctx, api.Session, o.target, a.now())
	if err != nil {
		return nil, nil, err
	}
	if len(imsis) == 0 {
		return nil, nil, message.WithHint(message.Errorf("the IMSI of SIM %s is not known, and the audit log goes by IMSIs", sim.ID),
			"give its IMSI in place of the SIM ID")
	}
	for _, imsi := range imsis {
		known[imsi] = sim
	}
	return known, imsis, nil
}

// take reads the log up to the limit: the pages behind it are not asked for.
func (o *auditOptions) take(entries iter.Seq2[client.NapterAuditEntry, error], known map[string]access.SIM) ([]auditRow, error) {
	var rows []auditRow
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		if len(o.types) > 0 && !slices.Contains(o.types, e.Type) {
			continue
		}
		rows = append(rows, newAuditRow(e, known[e.IMSI]))
		if len(rows) == o.limit {
			break
		}
	}
	return rows, nil
}

func newAuditRow(e client.NapterAuditEntry, sim access.SIM) auditRow {
	r := auditRow{
		Time: e.CreatedAt.Time(), Event: e.Type, IMSI: e.IMSI, SIM: sim.ID, Name: sim.Name,
		TLS: e.TLS, Connection: e.ConnectionID,
	}
	if d := e.Direction; d != nil {
		r.Source, r.Destination = joinPort(d.SourceIPAddress, d.SourcePort), joinPort(d.DestinationIPAddress, d.DestinationPort)
	}
	return r
}

func joinPort(ip string, port client.Number) string {
	if ip == "" {
		return ""
	}
	return net.JoinHostPort(ip, strconv.Itoa(int(port)))
}

func printAudit(a *app, rows []auditRow) error {
	lines := [][]string{{"TIME", "EVENT", "SIM", "FROM", "TO", "TLS", "CONNECTION"}}
	for _, r := range rows {
		lines = append(lines, []string{
			r.Time.Local().Format("2006-01-02 15:04:05"), r.Event, cmp.Or(r.Name, r.SIM, r.IMSI),
			cmp.Or(r.Source, "-"), cmp.Or(r.Destination, "-"), table.YesNo(r.TLS), fmt.Sprintf("%.8s", r.Connection),
		})
	}
	return table.Write(a.out, lines)
}
