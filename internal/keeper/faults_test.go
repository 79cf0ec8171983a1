//go:build linux

package keeper_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// withAndWithout runs a test with a keeper and, followed by one start of another
// command, without.
func withAndWithout(t *testing.T, f func(t *testing.T, h *home, next func())) {
	t.Run("keeper", func(t *testing.T) {
		t.Parallel()
		h := newWorld(t, simulator.Options{}).newHome()
		f(t, h, func() {})
	})
	t.Run("no keeper", func(t *testing.T) {
		t.Parallel()
		h := newWorld(t, simulator.Options{}).newHome("NAPTER_CONNECT_NO_KEEPER=1")
		f(t, h, func() {
			if _, stderr, status := h.run("sims", "gateway-001"); status != 0 {
				t.Errorf("the next command: status %d: %s", status, stderr)
			}
		})
	})
}

// The API made the mapping, and its answer was lost.
func TestLostAnswerOfTheCreation(t *testing.T) {
	t.Parallel()
	withAndWithout(t, func(t *testing.T, h *home, next func()) {
		sim := h.onlineSIMs(1)[0]
		h.sim.Inject(simulator.Fault{Operation: "createPortMappingForSim", CommitThenDrop: true, Times: 1})
		_, stderr, status := h.finish(h.ssh(sim, "true"))
		t.Logf("status %d: %s", status, stderr)
		if n := h.sent("createPortMappingForSim", sim); n != 1 && status != 0 {
			t.Errorf("%d creations were sent", n)
		}
		next()
		h.spotless()
	})
}

func TestDeletionMeetsTrouble(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"500":        {Status: http.StatusInternalServerError},
		"503":        {Status: http.StatusServiceUnavailable},
		"429":        {Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1"}}},
		"reset":      {Reset: true},
		"lost":       {CommitThenDrop: true},
		"hang":       {Hang: true},
		"no sense":   {Status: http.StatusBadGateway, Body: "<html>bad gateway</html>", ContentType: "text/html"},
		"gone":       {Status: http.StatusNotFound},
		"wrong user": {Status: http.StatusUnauthorized, Code: "AUM0001"},
	} {
		fault.Operation, fault.Times = "deletePortMapping", 2
		if name == "gone" {
			fault.Status, fault.CommitThenDrop, fault.Times = 0, true, 1 // then it is 404
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withAndWithout(t, func(t *testing.T, h *home, next func()) {
				sim := h.onlineSIMs(1)[0]
				s := h.begin(sim)
				h.sim.Inject(fault)
				began := time.Now()
				s.release()
				if status := s.status(); status != 0 {
					t.Errorf("status %d, the remote command's is 0: %s", status, s.errOut.String())
				}
				if took := time.Since(began); took > 7*time.Second {
					t.Errorf("the end took %v, more than 5 s", took)
				}
				next()
				h.nothingOpen(cleanLimit)
			})
		})
	}
}

// Somebody revokes the token in mid-session: the deletion logs in again, once.
func TestTokenRevokedInMidSession(t *testing.T) {
	t.Parallel()
	withAndWithout(t, func(t *testing.T, h *home, _ func()) {
		s := h.begin(h.onlineSIMs(1)[0])
		h.sim.RevokeTokens()
		s.release()
		if status := s.status(); status != 0 {
			t.Errorf("status %d: %s", status, s.errOut.String())
		}
		if n := h.sim.Count("auth"); n != 2 {
			t.Errorf("%d logins, want 2", n)
		}
		if strings.Contains(s.errOut.String(), "could not be deleted") {
			t.Errorf("it said %s", s.errOut.String())
		}
		h.spotless()
	})
}

// The API is away at the end for longer than the command waits.
func TestAPIAwayAtTheEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for 20 s")
	}
	t.Parallel()
	withAndWithout(t, func(t *testing.T, h *home, next func()) {
		s := h.begin(h.onlineSIMs(1)[0])
		goesOn := "the keeper keeps retrying"
		if len(h.Keepers()) == 0 {
			goesOn = "the next command retries"
		}
		if err := h.sim.SetUnreachable(true); err != nil {
			t.Fatal(err)
		}
		back := time.After(20 * time.Second)
		began := time.Now()
		s.release()
		if status := s.status(); status != 0 {
			t.Errorf("status %d, the remote command's is 0: %s", status, s.errOut.String())
		}
		if took := time.Since(began); took > 9*time.Second {
			t.Errorf("the command ended after %v; 5 s are for the deletion", took)
		}
		for _, words := range []string{"refused the connection", goesOn, "napter-connect mappings delete 127.0.0.1:"} {
			if !strings.Contains(s.errOut.String(), words) {
				t.Errorf("it said %q, and not %q", s.errOut.String(), words)
			}
		}
		if len(h.sim.Mappings()) != 1 || len(h.Journal()) != 1 {
			t.Error("the mapping, or its entry, is gone though nobody could delete it")
		}
		<-back
		if err := h.sim.SetUnreachable(false); err != nil {
			t.Fatal(err)
		}
		next()
		h.nothingOpen(40 * time.Second)
	})
}
