//go:build linux

package keeper_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/hometest"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// memoryBudget is what an idle keeper may occupy, in bytes.
const memoryBudget = 25 << 20

// configure writes this home's config.yaml.
func (h *home) configure(text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.Dir, "napter-connect", "config.yaml"), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// noKeeper says whether a keeper runs.
func (h *home) noKeeper() error {
	if left := h.Keepers(); len(left) > 0 {
		return fmt.Errorf("processes %v", left)
	}
	return nil
}

// A keeper without work ends, and logs out.
func TestIdleKeeperEndsAndLogsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	h.configure("keeperIdle: 1s\n")
	s := h.begin(w.onlineSIMs(1)[0])
	pid := h.Keepers()
	// It does not end while somebody uses it, though another that came later does.
	other := w.newHome()
	other.configure("keeperIdle: 1s\n")
	if _, stderr, status := other.finish(other.ssh(w.onlineSIMs(1)[0], "true")); status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	other.eventually("another idle keeper", other.noKeeper)
	if now := h.Keepers(); fmt.Sprint(now) != fmt.Sprint(pid) || len(now) != 1 {
		t.Errorf("keeper %v has become %v in mid-session", pid, now)
	}
	s.release()
	s.status()
	h.eventually("the idle keeper", h.noKeeper)
	if n := w.sim.Tokens(); n != 0 {
		t.Errorf("%d tokens are left", n)
	}
	// And the next command starts another.
	if _, stderr, status := h.finish(h.ssh(w.onlineSIMs(1)[0], "true")); status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}
	h.spotless()
}

// A mapping that lingers keeps the keeper.
func TestKeeperStaysForWhatLingers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	h.configure("keeperIdle: 1s\n")
	sim := w.onlineSIMs(1)[0]
	var began time.Time
	for range 2 {
		began = time.Now()
		if _, stderr, status := h.run("ssh", "-F", "none", "-l", "pi", "--linger", "3s", sim, "true"); status != 0 {
			t.Fatalf("status %d: %s", status, stderr)
		}
	}
	if w.sent("createPortMappingForSim", sim) != 1 {
		t.Error("the second command did not use the mapping that lingered")
	}
	if st, err := h.status(); err != nil || len(st.Leases) != 1 || len(st.Leases[0].Users) != 0 {
		t.Errorf("status %+v, %v; want a lease without users", st, err)
	}
	h.eventually("the mapping", func() error { return h.clean(sim) })
	if lasted := time.Since(began); lasted < 3*time.Second {
		t.Errorf("it was deleted %v after the last command's start", lasted)
	}
	h.eventually("the keeper", h.noKeeper)
	h.spotless()
}

// ticks is the CPU time that a process has used, in clock ticks of 10 ms.
func ticks(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, err1 := strconv.Atoi(fields[11]) // utime and stime, proc(5)
	system, err2 := strconv.Atoi(fields[12])
	if err1 != nil || err2 != nil {
		t.Fatalf("%v %v", err1, err2)
	}
	return user + system
}

// switches is how often a process's threads gave up the CPU by themselves: each
// time that it woke up for something, however short.
func switches(t *testing.T, pid int) int {
	t.Helper()
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	total := 0
	for _, file := range files {
		total += number(t, file, "voluntary_ctxt_switches:")
	}
	return total
}

func number(t *testing.T, file, label string) int {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, label); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("%s has no %s", file, label)
	return 0
}

// A keeper that nobody talks to does nothing, also while it holds a mapping, and
// is small.
func TestIdleKeeperCostsNothing(t *testing.T) {
	w := newWorld(t, simulator.Options{TLS: true})
	h := w.newHome()
	sim := w.onlineSIMs(1)[0]
	for range 3 {
		if _, stderr, status := h.finish(h.ssh(sim, "true")); status != 0 {
			t.Fatalf("status %d: %s", status, stderr)
		}
	}
	s := h.begin(sim)
	pids := h.Keepers()
	if len(pids) != 1 {
		t.Fatalf("keepers: %v", pids)
	}
	pid := pids[0]
	quiet := func() error {
		before, woken := ticks(t, pid), switches(t, pid)
		time.Sleep(2 * time.Second) // what is measured
		spent, woke := ticks(t, pid)-before, switches(t, pid)-woken
		t.Logf("in 2 s it used %d ticks and woke %d times", spent, woke)
		if spent > 0 || woke > 10 {
			return fmt.Errorf("it used %d ticks of CPU in 2 s and woke up %d times", spent, woke)
		}
		return nil
	}
	if err := hometest.Within(cleanLimit, quiet); err != nil { // the collector ends its work first
		t.Error(err)
	}
	rss := number(t, fmt.Sprintf("/proc/%d/status", pid), "VmRSS:") << 10
	st, err := h.status()
	t.Logf("it occupies %.1f MB, and says %.1f MB (%v)", float64(rss)/1e6, float64(st.Memory)/1e6, err)
	if rss > memoryBudget && !raceEnabled {
		t.Errorf("it occupies %d bytes, more than %d", rss, memoryBudget)
	}
	s.release()
	s.status()
	h.spotless()
}
