package launch

import (
	"context"
	"errors"
	"iter"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// auditLog answers each read with the next of its lists, the last one for ever.
type auditLog struct {
	lists [][]client.NapterAuditEntry
	err   error
	asked []client.NapterAuditQuery
}

func (l *auditLog) GetNapterAuditLogs(_ context.Context, q client.NapterAuditQuery) iter.Seq2[client.NapterAuditEntry, error] {
	l.asked = append(l.asked, q)
	return func(yield func(client.NapterAuditEntry, error) bool) {
		if l.err != nil {
			yield(client.NapterAuditEntry{}, l.err)
			return
		}
		for _, e := range l.lists[min(len(l.asked), len(l.lists))-1] {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func entry(connection, kind string, port int) client.NapterAuditEntry {
	return client.NapterAuditEntry{ConnectionID: connection, Type: kind, Direction: &client.AuditDirection{
		SourceIPAddress: "198.51.100.9", DestinationPort: client.Number(port),
	}}
}

func TestExplain(t *testing.T) {
	refused := &sshclient.RefusedError{Host: "gw", Addr: "192.0.2.1:40000", Err: errors.New("refused")}
	closed := &sshclient.ClosedError{Host: "gw", Stage: "waiting for the SSH banner", Err: errors.New("reset")}
	inAuth := &sshclient.ClosedError{Host: "gw", Stage: "authenticating", Err: errors.New("reset")}
	type entries = []client.NapterAuditEntry
	for _, c := range []struct {
		what  string
		log   *auditLog
		cause error
		want  string // "" is the cause itself
		hint  string
		reads int
	}{
		{"denied", &auditLog{lists: []entries{{entry("2", "DENIED", 22)}}}, closed,
			"came from 198.51.100.9, and the mapping lets in 203.0.113.7/32", "--source 198.51.100.9/32", 1},
		{"refused as a burst", &auditLog{lists: []entries{{entry("2", "REFUSED", 22)}}}, refused,
			"too many in a short time", "wait a minute", 1},
		{"the device", &auditLog{lists: []entries{{entry("2", "CLOSED", 22), entry("2", "ACCESS", 22)}}}, closed,
			"the device did not accept it on port 22", "firewall", 1},
		{"late entries", &auditLog{lists: []entries{{}, {}, {entry("2", "ACCESS", 22)}}}, closed, "the device did not accept it", "", 3},
		{"the device took it", &auditLog{lists: []entries{{entry("2", "CONNECTED", 22), entry("2", "ACCESS", 22)}}}, closed, "", "", 3},
		{"an older connection was denied", &auditLog{lists: []entries{{entry("2", "CONNECTED", 22), entry("1", "DENIED", 22)}}}, closed, "", "", 3},
		{"another port", &auditLog{lists: []entries{{entry("2", "DENIED", 80)}}}, closed, "", "", 3},
		{"not allowed", &auditLog{err: &client.Error{Status: 403}}, closed, "", "", 1},
		{"after the banner", &auditLog{lists: []entries{{entry("2", "DENIED", 22)}}}, inAuth, "", "", 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				info := access.Info{
					SIM:     access.SIM{IMSI: "440101234567890"},
					Mapping: access.Mapping{Addr: netip.MustParseAddrPort("192.0.2.1:40000"), DevicePort: 22, Created: time.Now()},
					Source:  []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")},
				}
				err := Explain(t.Context(), c.log, info, time.Now(), c.cause)
				if len(c.log.asked) != c.reads {
					t.Errorf("%d reads, want %d", len(c.log.asked), c.reads)
				}
				if c.want == "" {
					if !errors.Is(err, c.cause) || err.Error() != c.cause.Error() {
						t.Errorf("got %v, want the cause as it was", err)
					}
					return
				}
				if !strings.Contains(err.Error(), c.want) || !strings.Contains(message.Hint(err).String(), c.hint) || !errors.Is(err, c.cause) {
					t.Errorf("got %q, hint %q, wraps its cause: %v", err, message.Hint(err).String(), errors.Is(err, c.cause))
				}
			})
		})
	}
}

func TestAliasAndName(t *testing.T) {
	for _, c := range []struct {
		sim         access.SIM
		alias, name string
	}{
		{access.SIM{ID: "8942310022000012345", Name: "gw"}, "sim-8942310022000012345", "gw"},
		{access.SIM{ID: "8942310022000012345"}, "sim-8942310022000012345", "8942310022000012345"},
		{access.SIM{IMSI: "440101234567890"}, "imsi-440101234567890", "440101234567890"},
	} {
		if a, n := Alias(c.sim), c.sim.Label(); a != c.alias || n != c.name {
			t.Errorf("%v: alias %q, name %q", c.sim, a, n)
		}
	}
}
