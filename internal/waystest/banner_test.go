//go:build linux

package waystest_test

import (
	"io"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// Round trips from a proxy's start to the first byte of SSH's banner: TCP and TLS
// to the API (2), login, search and creation (1 each), TCP to the mapping and the
// banner (1 each). A warm keeper saves the first three, a mapping that is open all
// but the last two.
const (
	coldBanner = 7
	warmBanner = 4
	liveBanner = 2
	// bannerSlack is what a busy machine may add beside them, in round trips.
	bannerSlack = 0.3
	// editorLimit is how long VS Code waits for a connection.
	editorLimit = 15 * time.Second
)

// With 300 ms to everything, an editor has its banner long before it gives up.
func TestRoundTripsToTheBanner(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for many round trips")
	}
	const rtt = 300 * time.Millisecond
	budgets := map[string]float64{"cold": coldBanner, "cold, no keeper": coldBanner, "warm": warmBanner, "live": liveBanner}
	best := map[string]float64{}
	for range 5 {
		good := true
		near, far := banners(t, 0), banners(t, rtt)
		for name, took := range far {
			if took > editorLimit {
				t.Errorf("%s: %v", name, took)
			}
			t.Logf("%s: %v, of which %v without latency", name, took, near[name])
			trips := (took - near[name]).Seconds() / rtt.Seconds()
			if old, ok := best[name]; !ok || trips < old {
				best[name] = trips
			}
			good = good && best[name] <= budgets[name]+bannerSlack
		}
		if good {
			break
		}
	}
	for name, budget := range budgets {
		t.Logf("%s: %.1f round trips", name, best[name])
		if best[name] > budget+bannerSlack {
			t.Errorf("%s: %.1f round trips to the banner, more than %g", name, best[name], budget)
		}
	}
}

// banners measures in a new home: from nothing, with a keeper that knows the API
// already, and with a mapping that somebody holds.
func banners(t *testing.T, rtt time.Duration) map[string]time.Duration {
	t.Helper()
	w := newWorld(t, simulator.Options{TLS: true, Latency: rtt})
	sims := w.online(3)
	took := map[string]time.Duration{}
	measure := func(name, sim string, more ...string) *tunnel {
		began := time.Now()
		p, err := w.tunnel(append([]string{sim, "22"}, more...)...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(p, make([]byte, 4)); err != nil {
			t.Fatalf("%s: %v; %v", name, err, p.end())
		}
		took[name] = time.Since(began)
		return p
	}
	var open []*tunnel
	open = append(open, measure("cold, no keeper", sims[0].Name(), "--no-keeper"))
	open = append(open, measure("cold", sims[1].Name()), measure("warm", sims[2].Name()), measure("live", sims[2].Name()))
	for _, p := range open {
		if err := p.end(); err != nil {
			t.Error(err)
		}
	}
	w.clean()
	w.stopKeeper()
	return took
}
