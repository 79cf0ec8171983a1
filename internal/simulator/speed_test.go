package simulator

import (
	"testing"
	"time"
)

// TestManySIMs holds what the benchmarks of the UI rely on.
func TestManySIMs(t *testing.T) {
	began := time.Now()
	s := start(t, Options{SIMs: 100_000})
	t.Logf("started in %v", time.Since(began))
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("100,000 SIMs took %v to start", d)
	}
	u := login(t, s, Engineer)
	began = time.Now()
	r := u.call("GET", "/sims?limit=1000&last_evaluated_key="+s.SIMs()[70_000].ID, nil).ok(200)
	if n := len(r.list()); n != 950 || r.header.Get("x-soracom-next-key") == "" {
		t.Errorf("a page of %d SIMs", n)
	}
	t.Logf("a page took %v", time.Since(began))
	began = time.Now()
	u.call("GET", "/query/sims?name=no+such+name", nil).ok(200)
	t.Logf("search without a match: %v", time.Since(began))
}
