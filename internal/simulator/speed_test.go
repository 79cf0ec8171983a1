package simulator

import (
	"encoding/json"
	"testing"
	"time"
)

// TestManySIMs: 100,000 SIMs are all there, and cost so little that they start
// in a fraction of a second. Allocations are counted since time on a busy machine
// says nothing; BenchmarkStart100k has the time.
func TestManySIMs(t *testing.T) {
	const n, some = 100_000, 10_000
	if allocs := testing.AllocsPerRun(1, func() { newSimulator(Options{SIMs: some}) }); allocs > 8*some {
		t.Errorf("%.0f allocations for %d SIMs", allocs, some)
	}
	s := start(t, Options{SIMs: n})
	u := login(t, s, Engineer)
	sims := s.SIMs()
	r := u.call("GET", "/sims?limit=1000&last_evaluated_key="+sims[70_000].ID, nil).ok(200)
	if got := r.list(); len(got) != 950 || got[0]["simId"] != sims[70_001].ID || r.header.Get("x-soracom-next-key") != sims[70_950].ID {
		t.Errorf("a page of %d SIMs", len(got))
	}
	if got := u.search("sim_id=" + sims[99_999].ID); len(got) != 1 || got[0] != sims[99_999].Name() {
		t.Errorf("the last SIM: %q", got)
	}
}

func BenchmarkStart100k(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newSimulator(Options{SIMs: 100_000})
	}
}

func BenchmarkPageOf950(b *testing.B) {
	s := newSimulator(Options{SIMs: 2000})
	b.ReportAllocs()
	for b.Loop() {
		list, _, _ := s.dirs[s.operator].page("", 950, nil)
		if _, err := json.Marshal(pageOfSims(list, time.Now())); err != nil {
			b.Fatal(err)
		}
	}
}
