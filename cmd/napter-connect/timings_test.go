package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// span is when a step began and ended.
type span struct{ start, end time.Duration }

func (s span) overlaps(o span) bool { return s.start < o.end && o.start < s.end }

// With a round trip of 100 ms to everything, nothing waits that need not.
func TestStepsOverlap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{Latency: 100 * time.Millisecond})
	r := w.run(w.program("ssh", "--timings", "gateway-001", "true"))
	if r.status != 0 {
		t.Fatalf("status %d: %s", r.status, r.stderr)
	}
	t.Logf("\n%s", r.stderr)
	steps := readTimings(t, r.stderr)
	for _, pair := range [][2]string{{"login", "address"}, {"sim", "list"}} {
		if !steps[pair[0]].overlaps(steps[pair[1]]) {
			t.Errorf("%s and %s do not overlap", pair[0], pair[1])
		}
	}
	// What a step needs, it follows at once: the pause is much less than a round
	// trip even on a busy machine.
	for _, next := range []struct{ step, after string }{
		{"login", ""}, {"address", ""}, {"sim", "login"}, {"list", "login"}, {"mapping", "sim list address"}, {"dial", "mapping"}, {"ssh", "dial"},
	} {
		var ready time.Duration
		for _, name := range strings.Fields(next.after) {
			ready = max(ready, steps[name].end)
		}
		if wait := steps[next.step].start - ready; wait > 80*time.Millisecond {
			t.Errorf("%s waited %s", next.step, wait)
		}
	}
	w.nothingOpen()
}

var timingLine = regexp.MustCompile(`(?m)^(\w+) +(\d+) ms +(\d+) ms `)

// readTimings reads the table of --timings.
func readTimings(t *testing.T, text string) map[string]span {
	t.Helper()
	steps := map[string]span{}
	for _, m := range timingLine.FindAllStringSubmatch(text, -1) {
		start, _ := strconv.Atoi(m[2])
		end, _ := strconv.Atoi(m[3])
		steps[m[1]] = span{time.Duration(start) * time.Millisecond, time.Duration(end) * time.Millisecond}
	}
	for _, name := range []string{"login", "address", "sim", "list", "mapping", "dial", "ssh", "delete"} {
		if _, ok := steps[name]; !ok {
			t.Fatalf("no step %s in:\n%s", name, text)
		}
	}
	return steps
}
