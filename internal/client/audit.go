package client

import "time"

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
	OperatorID   string          `json:"operatorId"`
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
