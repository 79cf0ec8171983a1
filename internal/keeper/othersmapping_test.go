//go:build linux

package keeper_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// A mapping of somebody else that fits is used, and still there afterwards.
func TestOthersMappingIsUsedAndStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	for _, vars := range [][]string{nil, {"NAPTER_CONNECT_NO_KEEPER=1"}} {
		h := w.newHome(vars...)
		sim := w.onlineSIMs(1)[0]
		w.sim.ResetRequests()
		theirs, err := w.sim.AddMapping(simulator.MappingSpec{SimID: sim, Sources: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}})
		if err != nil {
			t.Fatal(err)
		}
		if _, stderr, status := h.finish(h.ssh(sim, "true")); status != 0 {
			t.Fatalf("status %d: %s", status, stderr)
		}
		// A session that loses its keeper goes on with it, too.
		s := h.begin(sim)
		h.killKeeper()
		s.release()
		if status := s.status(); status != 0 {
			t.Errorf("status %d: %s", status, s.errOut.String())
		}
		if err := h.StopKeeper(cleanLimit); err != nil {
			t.Error(err)
		}
		if n := w.sent("createPortMappingForSim", sim) + w.sent("deletePortMapping", ""); n != 0 {
			t.Errorf("%d creations and deletions, want none", n)
		}
		open := w.sim.Mappings()
		if len(open) != 1 || open[0].Port != theirs.Port {
			t.Errorf("open are %+v, want theirs alone", open)
		}
		if err := w.sim.DeleteMapping(theirs.Port); err != nil {
			t.Error(err)
		}
	}
}

// The journal names an ip:port that has been given to another SIM meanwhile.
func TestReusedAddressIsNotDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	for _, vars := range [][]string{nil, {"NAPTER_CONNECT_NO_KEEPER=1"}} {
		h := w.newHome(vars...)
		sims := w.onlineSIMs(2)
		s := h.begin(sims[0])
		h.killAll()
		s.status()
		names := h.Journal()
		if len(names) != 1 || len(w.sim.Mappings()) != 1 {
			t.Fatalf("journal %v, mappings %+v; want one of each", names, w.sim.Mappings())
		}
		ours := w.sim.Mappings()[0]
		if err := w.sim.DeleteMapping(ours.Port); err != nil {
			t.Fatal(err)
		}
		theirs, err := w.sim.AddMapping(simulator.MappingSpec{SimID: sims[1], Port: ours.Port})
		if err != nil {
			t.Fatal(err)
		}
		if _, stderr, status := h.run("mappings", "prune"); status != 0 {
			t.Errorf("prune: status %d: %s", status, stderr)
		}
		w.eventually("the journal", func() error { return h.clean(sims[0]) })
		if err := h.StopKeeper(cleanLimit); err != nil {
			t.Error(err)
		}
		if !slices.ContainsFunc(w.sim.Mappings(), func(m simulator.Mapping) bool { return m.Port == theirs.Port }) {
			t.Error("the mapping of another SIM was deleted")
		}
		if err := w.sim.DeleteMapping(theirs.Port); err != nil {
			t.Error(err)
		}
	}
}
