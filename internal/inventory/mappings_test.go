package inventory

import (
	"net/netip"
	"testing"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
)

func TestWhose(t *testing.T) {
	const sim = "8981100000000000001"
	addr := netip.MustParseAddrPort("192.0.2.1:30022")
	entry := func(change func(*lease.Entry)) lease.Entry {
		e := lease.Entry{State: lease.Live, Alive: true}
		e.Spec.SimID, e.Spec.Command = sim, "ssh gw"
		e.Owner.Command, e.Owner.Program, e.Owner.PID = "ssh gw", "napter-connect", 7
		change(&e)
		return e
	}
	nothing := func(*lease.Entry) {}
	for _, c := range []struct {
		name  string
		entry lease.Entry
		users holders
		owner Owner
		by    string
	}{
		{"another SIM's address", entry(func(e *lease.Entry) { e.Spec.SimID = "8981100000000000002" }), nil, Other, ""},
		{"used by a command", entry(nothing), nil, InUse, "ssh gw (process 7)"},
		{"used through the keeper", entry(nothing), holders{addr: {message.Verbatim("a (process 1)"), message.Verbatim("b (process 2)")}},
			InUse, "a (process 1), b (process 2)"},
		{"lingering", entry(nothing), holders{addr: {}}, Lingering, "ssh gw (process 7)"},
		{"being deleted", entry(func(e *lease.Entry) { e.Deleting = true }), holders{addr: {}}, Deleting, "ssh gw (process 7)"},
		{"left over", entry(func(e *lease.Entry) { e.Alive = false }), nil, LeftOver, ""},
		{"left over while being deleted", entry(func(e *lease.Entry) { e.Alive, e.Deleting = false, true }), nil, LeftOver, ""},
		{"kept", entry(func(e *lease.Entry) { e.State, e.Alive = lease.StateKept, false }), nil, Kept, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := journal{addr: c.entry}.describe(client.PortMapping{SimID: sim, IPAddress: "192.0.2.1", Port: 30022}, c.users)
			if m.Owner != c.owner || m.By.String() != c.by || m.Addr != addr || m.SIM != sim {
				t.Errorf("got %+v", m)
			}
		})
	}
	if m := (journal{}).describe(client.PortMapping{IPAddress: "nowhere"}, nil); m.Owner != Other || m.Addr.IsValid() {
		t.Errorf("an answer without an address: %+v", m)
	}
}
