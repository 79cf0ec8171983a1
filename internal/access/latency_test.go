package access_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

const rtt = 100 * time.Millisecond

// At 100 ms to everywhere, nothing waits that need not. A busy machine adds delays
// of its own, never takes one away: one run of a few has to be right.
func TestNothingWaitsThatNeedNot(t *testing.T) {
	w := newWorld(t, simulator.Options{Latency: rtt})
	for _, target := range []string{"gateway-001", w.id("tokyo-gw-014")} {
		var waits []string
		for range 6 {
			if waits = w.waits(target); len(waits) == 0 {
				break
			}
		}
		for _, wait := range waits {
			t.Errorf("%s: %s", target, wait)
		}
	}
}

// waits opens with nothing warm, and says what waited though it need not.
func (w *world) waits(target string) (waits []string) {
	w.t.Helper()
	w.local, _ = w.process()
	w.ResetRequests()
	var events recording
	began := time.Now()
	a, err := w.local.Open(w.t.Context(), w.request(target), events.add)
	took := time.Since(began)
	if err != nil {
		w.t.Fatal(err)
	}
	if n := len(w.Requests()); n != 4 {
		w.t.Fatalf("%s: %d requests, want 4: login, SIM, list, creation", target, n)
	}
	defer w.close(a, lease.Deleted)

	started := func(s access.Step) time.Duration { e := events.end(w.t, s); return e.At - e.Elapsed }
	ended := func(s access.Step) time.Duration { return events.end(w.t, s).At }
	check := func(ok bool, format string, args ...any) {
		if !ok {
			waits = append(waits, fmt.Sprintf(format, args...))
		}
	}
	address, login := started(access.StepAddress), started(access.StepLogin)
	check(max(address, login) < rtt/4, "the address starts at %s, the login at %s; both should at once", address, login)
	check(ended(access.StepAddress) < ended(access.StepLogin)+rtt/2, "the address (%s) is later than the login (%s)", ended(access.StepAddress), ended(access.StepLogin))
	sim, list := started(access.StepSIM), started(access.StepList)
	check((sim-list).Abs() < rtt/4, "the SIM starts at %s, the list at %s; they should together", sim, list)
	check(sim-ended(access.StepLogin) < rtt/4, "%s pass between login and search", sim-ended(access.StepLogin))
	known := max(ended(access.StepSIM), ended(access.StepList))
	check(started(access.StepMapping)-known < rtt/4, "%s pass before the creation", started(access.StepMapping)-known)
	// Connecting, login, SIM and list (on a second connection: two), creation.
	check(took < 11*rtt/2, "all in all %s, which is %.1f round trips; 5 are needed", took, float64(took)/float64(rtt))
	return waits
}
