package launch

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient"
	"github.com/napter-connect/napter-connect/internal/wait"
)

// AuditLog is Napter's audit log; *client.Session has it.
type AuditLog interface {
	GetNapterAuditLogs(ctx context.Context, q client.NapterAuditQuery) iter.Seq2[client.NapterAuditEntry, error]
}

// The log may lag behind the connection; it is read a few times.
const (
	auditReads = 3
	auditPause = 500 * time.Millisecond
	// auditSlack covers the difference of the clocks here and at the API.
	auditSlack = time.Minute
)

// ConnectError is a failed connection with the reason that Napter's audit log
// gives.
type ConnectError struct {
	Reason message.Text
	Fix    message.Text
	// Denied: Napter did not let this address in, so that another mapping may
	// help.
	Denied bool
	Err    error // what was seen here
}

// Text is the reason.
func (e *ConnectError) Text() message.Text { return e.Reason }
func (e *ConnectError) Error() string      { return e.Text().String() }
func (e *ConnectError) Unwrap() error      { return e.Err }

// Hint says what to do.
func (e *ConnectError) Hint() message.Text { return e.Fix }

// Explain asks the audit log why connecting through a mapping, which began at
// since, failed with cause. When it knows nothing, cannot be read, or the failure
// is not one of the network, cause comes back as it was.
func Explain(ctx context.Context, log AuditLog, info access.Info, since time.Time, cause error) error {
	if log == nil || info.SIM.IMSI == "" || !unexplained(cause) {
		return cause
	}
	query := client.NapterAuditQuery{IMSI: info.SIM.IMSI, From: since.Add(-auditSlack), Limit: 100}
	if created := info.Mapping.Created; created.After(query.From) {
		query.From = created
	}
	for read := range auditReads {
		if read > 0 && wait.For(ctx, auditPause) != nil {
			break
		}
		events, err := lastConnection(log.GetNapterAuditLogs(ctx, query), info.Mapping)
		if err != nil {
			break
		}
		if explained := reason(events, info, cause); explained != nil {
			return explained
		}
	}
	return cause
}

// unexplained reports whether the cause is one that only Napter can know more
// about: the connection did not come about, or ended before the device spoke.
func unexplained(cause error) bool {
	const banner = "waiting for the SSH banner"
	var refused *sshclient.RefusedError
	var timeout *sshclient.TimeoutError
	var closed *sshclient.ClosedError
	var dial *DialError
	var silent *SilentError
	switch {
	case errors.As(cause, &refused), errors.As(cause, &dial), errors.As(cause, &silent):
		return true
	case errors.As(cause, &timeout):
		return timeout.Stage == "connecting" || timeout.Stage == banner
	case errors.As(cause, &closed):
		return closed.Stage == banner
	}
	return false
}

// lastConnection reads the entries of the newest connection to the mapping; the
// log is sorted newest first.
func lastConnection(entries iter.Seq2[client.NapterAuditEntry, error], m access.Mapping) ([]client.NapterAuditEntry, error) {
	var last []client.NapterAuditEntry
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		if !concerns(e, m) || len(last) > 0 && e.ConnectionID != last[0].ConnectionID {
			continue
		}
		last = append(last, e)
	}
	return last, nil
}

// concerns reports whether an entry is about a connection to the mapping. The
// definition's example shows the device's port as the destination; the public
// one is accepted too.
func concerns(e client.NapterAuditEntry, m access.Mapping) bool {
	switch e.Type {
	case client.AuditCreated, client.AuditDeleted, client.AuditExpired:
		return false
	}
	if e.Direction == nil {
		return true
	}
	port := int(e.Direction.DestinationPort)
	return port == 0 || port == m.DevicePort || port == int(m.Addr.Port())
}

func reason(events []client.NapterAuditEntry, info access.Info, cause error) error {
	has := func(kind string) bool {
		return slices.ContainsFunc(events, func(e client.NapterAuditEntry) bool { return e.Type == kind })
	}
	switch {
	case len(events) == 0 || has(client.AuditConnected):
		return nil // the device took the connection: what was seen here stands
	case has(client.AuditDenied):
		return denied(events, info, cause)
	case has(client.AuditRefused):
		return &ConnectError{
			Reason: message.New("Napter refused the connection: too many in a short time"),
			Fix:    message.New("wait a minute, then try again"),
			Err:    cause,
		}
	case has(client.AuditAccess):
		return &ConnectError{
			Reason: message.New("Napter accepted the connection, but the device did not accept it on port %d",
				info.Mapping.DevicePort),
			Fix: message.New("check that the service runs on the device, its port (-p) and the device's firewall"),
			Err: cause,
		}
	}
	return nil
}

func denied(events []client.NapterAuditEntry, info access.Info, cause error) error {
	seen := ""
	for _, e := range events {
		if e.Type == client.AuditDenied && e.Direction != nil {
			seen = safetext.Line(e.Direction.SourceIPAddress)
		}
	}
	if seen == "" {
		return &ConnectError{
			Reason: message.New("Napter denied the connection: not from the mapping's source, or it has expired"),
			Fix:    message.New("try again; if it stays, give your public range with --source"),
			Denied: true,
			Err:    cause,
		}
	}
	var allowed []string
	for _, p := range info.Source {
		allowed = append(allowed, p.String())
	}
	return &ConnectError{
		Reason: message.New("Napter denied the connection: it came from %s, and the mapping lets in %s",
			seen, strings.Join(allowed, ", ")),
		Fix: message.New(
			"connections leave from a different address than the address services saw (a VPN, or several exits); if %s is yours, add --source %s/32",
			seen, seen),
		Denied: true,
		Err:    cause,
	}
}
