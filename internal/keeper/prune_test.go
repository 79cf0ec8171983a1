//go:build linux

package keeper_test

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// The list tells whose each mapping is; prune deletes what was left over and
// nothing else, and says so.
func TestListAndPrune(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome("NAPTER_CONNECT_NO_KEEPER=1")
	sims := w.onlineSIMs(4)
	victim, other := h.begin(sims[0]), h.begin(sims[1])
	if _, stderr, status := h.run("mappings", "create", sims[2]); status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	if _, err := w.sim.AddMapping(simulator.MappingSpec{SimID: sims[3]}); err != nil {
		t.Fatal(err)
	}
	victim.signal(syscall.SIGKILL)
	victim.status()

	// With the API's list delayed, the look at the journal comes before the
	// command's own reaper is done.
	remove := w.sim.Inject(simulator.Fault{Operation: "deletePortMapping", Status: http.StatusInternalServerError})
	stdout, stderr, status := h.run("mappings")
	if status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}
	for i, want := range []string{"", fmt.Sprintf("in use: ssh %s (process %d)", sims[1], other.cmd.Process.Pid), "kept", "other"} {
		line := lineWith(stdout, sims[i])
		if !strings.Contains(line, want) {
			t.Errorf("of SIM %d it says %q, want %q", i, line, want)
		}
	}
	if line := lineWith(stdout, sims[0]); !strings.Contains(line, "left over") && !strings.Contains(line, "being deleted") {
		t.Errorf("of the dead one's it says %q", line)
	}
	remove()

	stdout, stderr, status = h.run("mappings", "prune")
	if status != 0 || stdout != "" || !strings.Contains(stderr, sims[0]+": deleted") && !strings.Contains(stderr, "nothing is left over") {
		t.Errorf("prune: status %d, %q, %q", status, stdout, stderr)
	}
	h.eventually("the left over one", func() error {
		for _, m := range w.sim.Mappings() {
			if m.SimID == sims[0] {
				return fmt.Errorf("it is open")
			}
		}
		return nil
	})
	if n := len(w.sim.Mappings()); n != 3 {
		t.Errorf("%d mappings are open, want that in use, the kept one and the other's", n)
	}
	_, stderr, status = h.run("mappings", "prune")
	if status != 0 || !strings.Contains(stderr, "nothing is left over") {
		t.Errorf("prune again: status %d, %q", status, stderr)
	}
	other.release()
	other.status()
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

// What cannot be deleted makes prune fail.
func TestPruneFailsWhileSomethingIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome("NAPTER_CONNECT_NO_KEEPER=1")
	sim := w.onlineSIMs(1)[0]
	s := h.begin(sim)
	s.signal(syscall.SIGKILL)
	s.status()
	remove := w.sim.Inject(simulator.Fault{Operation: "deletePortMapping", Status: http.StatusForbidden})
	_, stderr, status := h.run("mappings", "prune")
	if status != 1 || !strings.Contains(stderr, "is still there") {
		t.Errorf("status %d: %s", status, stderr)
	}
	remove()
	if _, stderr, status = h.run("mappings", "prune"); status != 0 || !strings.Contains(stderr, "deleted") {
		t.Errorf("status %d: %s", status, stderr)
	}
	h.nothingOpen(cleanLimit) // the token of the killed one is left
}
