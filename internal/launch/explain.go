// Package launch holds the ways to use an open mapping.
package launch

import (
	"context"
	"iter"

	"github.com/napter-connect/napter-connect/internal/client"
)

// AuditLog is Napter's audit log; *client.Session has it.
type AuditLog interface {
	GetNapterAuditLogs(ctx context.Context, q client.NapterAuditQuery) iter.Seq2[client.NapterAuditEntry, error]
}
