package connect

import (
	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/launch"
)

// AuditProvider gives the API session that can read the audit log for a request.
type AuditProvider func(access.Request) (launch.AuditLog, error)
