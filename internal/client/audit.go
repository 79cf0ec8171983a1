package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Types of Napter's audit log entries.
const (
	AuditCreated   = "CREATED"
	AuditDeleted   = "DELETED"
	AuditExpired   = "EXPIRED"
	AuditAccess    = "ACCESS"    // reached Soracom
	AuditConnected = "CONNECTED" // reached the device
	AuditClosed    = "CLOSED"
	AuditDenied    = "DENIED"  // source outside the ranges, or mapping expired
	AuditRefused   = "REFUSED" // too many accesses in a short time
)

// NapterAuditQuery selects audit log entries. Zero fields are not sent.
type NapterAuditQuery struct {
	IMSI     string // resource_id
	From, To time.Time
	Limit    int // per page, 1 to 1000
}

// NapterAuditEntry is one event of one connection or mapping.
type NapterAuditEntry struct {
	ConnectionID string          `json:"connectionId"`
	CreatedAt    Millis          `json:"createdAt"`
	Type         string          `json:"type"`
	IMSI         string          `json:"imsi"`
	TLS          bool            `json:"tls"`
	Direction    *AuditDirection `json:"direction"` // may be null
}

// AuditDirection is who connected to what.
type AuditDirection struct {
	SourceIPAddress      string `json:"sourceIPAddress"`
	SourcePort           Number `json:"sourcePort"`
	DestinationIPAddress string `json:"destinationIPAddress"`
	DestinationPort      Number `json:"destinationPort"`
}

// GetNapterAuditLogs is GET /audit_logs/napter, newest first, all pages.
func (s *Session) GetNapterAuditLogs(ctx context.Context, q NapterAuditQuery) iter.Seq2[NapterAuditEntry, error] {
	v := url.Values{}
	if q.IMSI != "" {
		v.Set("resource_type", "Subscriber") // the only type there is
		v.Set("resource_id", q.IMSI)
	}
	if !q.From.IsZero() {
		v.Set("from", strconv.FormatInt(q.From.UnixMilli(), 10))
	}
	if !q.To.IsZero() {
		v.Set("to", strconv.FormatInt(q.To.UnixMilli(), 10))
	}
	if q.Limit != 0 {
		n, err := pageLimit(q.Limit, 0, 1000)
		if err != nil {
			return failed[NapterAuditEntry](err)
		}
		v.Set("limit", n)
	}
	return pages[NapterAuditEntry](ctx, s, request{
		op: opGetNapterAuditLogs, method: http.MethodGet, path: "/audit_logs/napter", query: v, policy: idempotent,
	})
}
