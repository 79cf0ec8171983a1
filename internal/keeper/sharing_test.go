//go:build linux

package keeper_test

import (
	"fmt"
	"sync"
	"syscall"
	"testing"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// Commands that start at once, from nothing, share one keeper and one login.
func TestManyCommandsShareOneKeeperAndOneLogin(t *testing.T) {
	const many = 20
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	sims := w.onlineSIMs(many)
	var all []*session
	for _, sim := range sims {
		all = append(all, h.launch("ssh", "-F", "none", "-l", "pi", sim, waiting))
	}
	for _, s := range all {
		w.eventually("the session", s.isReady)
	}
	if got := h.Keepers(); len(got) != 1 {
		t.Errorf("keepers: %v, want one", got)
	}
	if n := w.sim.Count("auth"); n != 1 {
		t.Errorf("%d logins, want one", n)
	}
	for i, s := range all {
		s.release()
		if status := s.status(); status != 0 {
			t.Errorf("session %d: status %d: %s", i, status, s.errOut.String())
		}
	}
	h.spotless()
}

func TestCommandsToOneSIMShareOneMapping(t *testing.T) {
	const many = 10
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	sim := w.onlineSIMs(1)[0]
	var all []*session
	for range many {
		all = append(all, h.launch("ssh", "-F", "none", "-l", "pi", sim, waiting))
	}
	for _, s := range all {
		w.eventually("the session", s.isReady)
	}
	if err := h.sessions(sim, many); err != nil {
		t.Error(err)
	}
	var wg sync.WaitGroup
	for _, s := range all {
		wg.Go(func() {
			s.release()
			if status := s.status(); status != 0 {
				t.Errorf("status %d: %s", status, s.errOut.String())
			}
		})
	}
	wg.Wait()
	h.spotless()
	created, deleted := w.sent("createPortMappingForSim", sim), w.sent("deletePortMapping", "")
	if created != 1 || deleted != 1 {
		t.Errorf("%d creations and %d deletions, want one of each", created, deleted)
	}
}

// Of two sessions on one mapping either may be killed: the other goes on.
func TestEitherOfTwoSessionsMayDie(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	for victim := range 2 {
		t.Run(fmt.Sprint("session ", victim+1), func(t *testing.T) {
			h := w.newHome()
			sim := w.onlineSIMs(1)[0]
			both := []*session{h.begin(sim), h.begin(sim)}
			if err := h.sessions(sim, 2); err != nil {
				t.Fatal(err)
			}
			both[victim].signal(syscall.SIGKILL)
			both[victim].status()
			w.eventually("the user that is gone", func() error { return h.sessions(sim, 1) })
			other := both[1-victim]
			other.release()
			if status := other.status(); status != 0 {
				t.Errorf("the other one ended with status %d: %s", status, other.errOut.String())
			}
			h.spotless()
		})
	}
}

// Both keep their mapping when the keeper dies under them, and the last of them
// deletes it.
func TestSessionsOutliveTheirKeeper(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	sim := w.onlineSIMs(1)[0]
	both := []*session{h.begin(sim), h.begin(sim)}
	old := h.Keepers()
	if len(old) != 1 {
		t.Fatalf("keepers: %v", old)
	}
	if err := syscall.Kill(old[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	w.eventually("the next keeper", func() error {
		st, err := h.status()
		if err == nil && st.PID == old[0] {
			err = fmt.Errorf("the keeper is still process %d", st.PID)
		}
		if err != nil {
			return err
		}
		return h.sessions(sim, 2)
	})
	if n := len(h.Keepers()); n != 1 {
		t.Errorf("%d keepers took over, want one", n)
	}
	if n := len(w.sim.Mappings()); n != 1 {
		t.Errorf("%d mappings are open, want the one", n)
	}
	for _, s := range both {
		s.release()
		if status := s.status(); status != 0 {
			t.Errorf("status %d: %s", status, s.errOut.String())
		}
	}
	if w.sent("createPortMappingForSim", sim) != 1 {
		t.Error("the next keeper made another mapping")
	}
	h.eventually("the mapping", func() error { return h.clean(sim) })
	if err := h.StopKeeper(cleanLimit); err != nil {
		t.Error(err)
	}
}
