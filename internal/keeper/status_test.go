//go:build linux

package keeper_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// status is what the keeper of this home says about itself.
func (h *home) status() (keeper.Status, error) {
	stdout, stderr, status := h.run("keeper", "status", "--json")
	if status != 0 {
		return keeper.Status{}, fmt.Errorf("keeper status: %d: %s", status, stderr)
	}
	var st *keeper.Status
	if err := json.Unmarshal([]byte(stdout), &st); err != nil {
		return keeper.Status{}, err
	}
	if st == nil {
		return keeper.Status{}, fmt.Errorf("no keeper is running")
	}
	return *st, nil
}

// sessions says whether the keeper counts n users of a SIM's mapping.
func (h *home) sessions(sim string, n int) error {
	st, err := h.status()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(st.Leases, func(l keeper.LeaseInfo) bool { return l.Info.SIM.ID == sim })
	switch {
	case i < 0 && n == 0:
		return nil
	case i < 0:
		return fmt.Errorf("the keeper holds no lease of SIM %s", sim)
	case len(st.Leases[i].Users) != n:
		return fmt.Errorf("the lease has users %+v, not %d", st.Leases[i].Users, n)
	}
	return nil
}

func TestStatusWithoutAKeeper(t *testing.T) {
	t.Parallel()
	h := newWorld(t, simulator.Options{}).newHome()
	for _, args := range [][]string{{"keeper", "status"}, {"keeper", "stop"}} {
		if stdout, stderr, status := h.run(args...); status != 0 || stdout != "" || !strings.Contains(stderr, "no keeper is running") {
			t.Errorf("%v: status %d, %q, %q", args, status, stdout, stderr)
		}
	}
	if stdout, stderr, status := h.run("keeper", "status", "--json"); status != 0 || stdout != "null\n" {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
	if n := len(h.Keepers()); n != 0 {
		t.Error("asking started a keeper")
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	sims := w.onlineSIMs(2)
	all := []*session{h.begin(sims[0]), h.begin(sims[0]), h.begin(sims[1])}
	st, err := h.status()
	if err != nil {
		t.Fatal(err)
	}
	if pids := h.Keepers(); len(pids) != 1 || st.PID != pids[0] || st.Protocol != keeper.Protocol || st.Version == "" {
		t.Errorf("keepers %v, status %+v", pids, st)
	}
	if up := time.Since(st.Started); up < 0 || up > time.Minute || st.Memory < 1<<20 || st.Memory > memoryBudget && !raceEnabled {
		t.Errorf("up for %v, %d bytes", up, st.Memory)
	}
	if len(st.Sessions) != 1 || !strings.Contains(st.Sessions[0].Account, "default") || time.Until(st.Sessions[0].Expires) < time.Hour {
		t.Errorf("sessions %+v", st.Sessions)
	}
	if len(st.Leases) != 2 || st.Leases[0].Info.SIM.ID != sims[0] || st.Leases[1].Info.SIM.ID != sims[1] {
		t.Fatalf("leases %+v, want those of two SIMs, oldest first", st.Leases)
	}
	var users []int
	for _, l := range st.Leases {
		for _, u := range l.Users {
			users = append(users, u.PID)
			if want := "ssh " + l.Info.SIM.ID; u.Command != want {
				t.Errorf("command %q, want %q", u.Command, want)
			}
		}
	}
	if want := []int{all[0].cmd.Process.Pid, all[1].cmd.Process.Pid, all[2].cmd.Process.Pid}; !slices.Equal(users, want) {
		t.Errorf("users %v, want processes %v", users, want)
	}
	stdout, stderr, status := h.run("keeper", "status")
	if status != 0 || !strings.Contains(stdout, fmt.Sprintf("ssh %s (process %d)", sims[1], all[2].cmd.Process.Pid)) {
		t.Errorf("status %d, %q: %s", status, stdout, stderr)
	}
	// The list of mappings says who uses each, which is not the keeper.
	stdout, stderr, status = h.run("mappings", "list")
	if want := fmt.Sprintf("in use: ssh %s (process %d)", sims[1], all[2].cmd.Process.Pid); status != 0 || !strings.Contains(stdout, want) {
		t.Errorf("status %d, %q without %q: %s", status, stdout, want, stderr)
	}
	for _, s := range all {
		s.release()
		s.status()
	}
	h.spotless()
}

// Stopping deletes what is open, also what is in use, logs out and waits.
func TestStopDeletesWhatIsInUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{Latency: 20 * time.Millisecond})
	h := w.newHome()
	sims := w.onlineSIMs(3)
	all := []*session{h.begin(sims[0]), h.begin(sims[0]), h.launch("ssh", "-F", "none", "-l", "pi", sims[1], waiting)}
	if _, stderr, status := h.run("keeper", "stop"); status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}
	if open, tokens := len(w.sim.Mappings()), w.sim.Tokens(); open+tokens > 0 {
		// The third command may have got a keeper of its own already.
		if len(h.Keepers()) == 0 {
			t.Errorf("%d mappings and %d tokens are left after it has stopped", open, tokens)
		}
	}
	for _, s := range all {
		s.release()
		s.status()
	}
	h.spotless()
}
