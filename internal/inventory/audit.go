package inventory

import (
	"context"
	"iter"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// AuditQuery asks for a part of Napter's audit log.
type AuditQuery struct {
	// Target is a SIM as typed; "" is all.
	Target string
	// Since is how old an entry may be; 0 is any age.
	Since time.Duration
	// Limit is how many entries are wanted, the newest; 0 is all.
	Limit int
	// Types are client.AuditCreated and the like; none is all.
	Types []string
}

// AuditEntry is an entry with what is known of its SIM, in the form that scripts
// read.
type AuditEntry struct {
	Time time.Time `json:"time"`
	// Event is one of AuditTypes.
	Event string `json:"event"`
	IMSI  string `json:"imsi"`
	// SIM and Name are what is known of the IMSI's SIM: that of the query, or one
	// that an earlier command listed.
	SIM  string `json:"sim,omitempty"`
	Name string `json:"name,omitempty"`
	// Source and Destination are ADDRESS:PORT; events of mappings have none.
	Source      string `json:"source,omitempty"`
	Destination string `json:"destination,omitempty"`
	TLS         bool   `json:"tls"`
	Connection  string `json:"connection"`
}

func newAuditEntry(e client.NapterAuditEntry, sim access.SIM) AuditEntry {
	entry := AuditEntry{
		Time: e.CreatedAt.Time(), Event: e.Type, IMSI: e.IMSI, SIM: sim.ID, Name: sim.Name,
		TLS: e.TLS, Connection: e.ConnectionID,
	}
	if d := e.Direction; d != nil {
		entry.Source = joinPort(d.SourceIPAddress, d.SourcePort)
		entry.Destination = joinPort(d.DestinationIPAddress, d.DestinationPort)
	}
	return entry
}

func joinPort(ip string, port client.Number) string {
	if ip == "" {
		return ""
	}
	return net.JoinHostPort(ip, strconv.Itoa(int(port)))
}

// auditPage is the largest page that the API gives (getNapterAuditLogs, limit).
const auditPage = 1000

// AuditTypes are the types of entries, as the API calls them.
func AuditTypes() []string {
	return []string{
		client.AuditCreated, client.AuditDeleted, client.AuditExpired, client.AuditAccess,
		client.AuditConnected, client.AuditClosed, client.AuditDenied, client.AuditRefused,
	}
}

// Audit reads the newest entries that are asked for, newest first. known gives the
// SIMs that are known without the API, by IMSI.
func Audit(ctx context.Context, s *client.Session, q AuditQuery, now time.Time, known func() map[string]access.SIM) ([]AuditEntry, error) {
	query := client.NapterAuditQuery{Limit: auditPage}
	if q.Limit > 0 && len(q.Types) == 0 {
		query.Limit = min(q.Limit, auditPage)
	}
	if q.Since > 0 {
		query.From = now.Add(-q.Since)
	}
	sims, imsis, err := q.sims(ctx, s, now, known)
	if err != nil {
		return nil, err
	}
	list := []AuditEntry{}
	for _, imsi := range imsis {
		query.IMSI = imsi
		some, err := q.take(s.GetNapterAuditLogs(ctx, query), sims)
		if err != nil {
			return nil, message.Errorf("reading the audit log: %w", err)
		}
		list = append(list, some...)
	}
	slices.SortStableFunc(list, func(x, y AuditEntry) int { return y.Time.Compare(x.Time) })
	if q.Limit > 0 && len(list) > q.Limit {
		list = list[:q.Limit]
	}
	return list, nil
}

// sims are the SIMs that are known, by IMSI, and the IMSIs to ask for; "" asks for
// all.
func (q AuditQuery) sims(
	ctx context.Context, s *client.Session, now time.Time, known func() map[string]access.SIM,
) (sims map[string]access.SIM, imsis []string, err error) {
	if q.Target == "" {
		return known(), []string{""}, nil
	}
	sim, imsis, err := access.FindSIM(ctx, s, q.Target, now)
	if err != nil {
		return nil, nil, err
	}
	if len(imsis) == 0 {
		return nil, nil, message.WithHint(message.Errorf("the IMSI of SIM %s is not known, and the audit log goes by IMSIs", sim.ID),
			"give its IMSI in place of the SIM ID")
	}
	sims = map[string]access.SIM{}
	for _, imsi := range imsis {
		sims[imsi] = sim
	}
	return sims, imsis, nil
}

// take reads the log up to the limit: the pages behind it are not asked for.
func (q AuditQuery) take(entries iter.Seq2[client.NapterAuditEntry, error], sims map[string]access.SIM) ([]AuditEntry, error) {
	var list []AuditEntry
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		if len(q.Types) > 0 && !slices.Contains(q.Types, e.Type) {
			continue
		}
		list = append(list, newAuditEntry(e, sims[e.IMSI]))
		if len(list) == q.Limit {
			break
		}
	}
	return list, nil
}
