package simulator

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Types of Napter's audit log entries.
const (
	auditCreated   = "CREATED"
	auditDeleted   = "DELETED"
	auditExpired   = "EXPIRED"
	auditAccess    = "ACCESS"
	auditConnected = "CONNECTED"
	auditClosed    = "CLOSED"
	auditDenied    = "DENIED"
	auditRefused   = "REFUSED"
)

// auditRetention is how long entries are kept without the paid option.
const auditRetention = 24 * time.Hour

// maxAudit bounds the log of a simulator that runs for days.
const maxAudit = 100_000

// AuditEntry is one entry of the log; Direction is nil for CREATED and DELETED.
type AuditEntry struct {
	ConnectionID string          `json:"connectionId"`
	CreatedAt    int64           `json:"createdAt"` // milliseconds
	Type         string          `json:"type"`
	IMSI         string          `json:"imsi"`
	OperatorID   string          `json:"operatorId"`
	TLS          bool            `json:"tls"`
	Direction    *auditDirection `json:"direction"`
	seq          int
}

type auditDirection struct {
	SourceIPAddress      string `json:"sourceIPAddress"`
	SourcePort           int    `json:"sourcePort"`
	DestinationIPAddress string `json:"destinationIPAddress"`
	DestinationPort      int    `json:"destinationPort"`
}

// audit makes an entry about a mapping.
func (m *mapping) audit(kind string) AuditEntry {
	return AuditEntry{ConnectionID: uuid(), Type: kind, IMSI: m.IMSI, OperatorID: m.OperatorID, TLS: m.TLS}
}

func (s *Simulator) record(e AuditEntry) {
	s.auditMu.Lock()
	defer s.auditMu.Unlock()
	s.auditSeq++
	e.seq, e.CreatedAt = s.auditSeq, s.now().UnixMilli()
	s.audits = append(s.audits, e)
	if len(s.audits) > maxAudit {
		s.audits = slices.Delete(s.audits, 0, maxAudit/4)
	}
}

// Audit returns the whole log, oldest first.
func (s *Simulator) Audit() []AuditEntry {
	s.auditMu.Lock()
	defer s.auditMu.Unlock()
	return slices.Clone(s.audits)
}

func (s *Simulator) getNapterAuditLogs(c *call) (*answer, *apiError) {
	q := parseQuery(c.r.URL.RawQuery)
	q.choice("resource_type", "Subscriber")
	imsi := q.text("resource_id")
	from := q.whole("from", 0, 0, 1<<62)
	to := q.whole("to", 1<<62, 0, 1<<62)
	limit := int(q.whole("limit", 100, 1, 1000))
	before := math.MaxInt
	if key := q.text("last_evaluated_key"); key != "" {
		var at int64
		if _, err := fmt.Sscanf(key, "%d-%d", &at, &before); err != nil {
			q.fail("last_evaluated_key is not a key of this list")
		}
	}
	if err := q.done(); err != nil {
		return nil, err
	}
	from = max(from, s.now().Add(-auditRetention).UnixMilli())
	s.auditMu.Lock()
	defer s.auditMu.Unlock()
	list := []AuditEntry{}
	ans := &answer{status: http.StatusOK}
	for _, e := range slices.Backward(s.audits) { // newest first
		if e.seq >= before || e.OperatorID != c.session.operatorID || imsi != "" && e.IMSI != imsi || e.CreatedAt < from || e.CreatedAt > to {
			continue
		}
		if len(list) == limit {
			last := list[limit-1]
			ans.next = strconv.FormatInt(last.CreatedAt, 10) + "-" + strconv.Itoa(last.seq)
			break
		}
		list = append(list, e)
	}
	ans.body = list
	return ans, nil
}
