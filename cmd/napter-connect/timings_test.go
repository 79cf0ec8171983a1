package main

import (
	"fmt"
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

// With a round trip of 100 ms to everything, nothing waits that need not. A busy
// machine may delay a step by as much, so that one good run of three is enough.
func TestStepsOverlap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{Latency: 100 * time.Millisecond})
	for left := 2; ; left-- {
		r := w.run(w.program("ssh", "--timings", "gateway-001", "true"))
		if r.status != 0 {
			t.Fatalf("status %d: %s", r.status, r.stderr)
		}
		problems := needlessWaits(readTimings(t, r.stderr))
		t.Logf("\n%s", r.stderr)
		if len(problems) == 0 {
			break
		}
		if left == 0 {
			t.Fatal(strings.Join(problems, "\n"))
		}
	}
	w.nothingOpen()
}

func needlessWaits(steps map[string]span) (problems []string) {
	for _, pair := range [][2]string{{"login", "address"}, {"sim", "list"}} {
		if !steps[pair[0]].overlaps(steps[pair[1]]) {
			problems = append(problems, pair[0]+" and "+pair[1]+" do not overlap")
		}
	}
	// What a step needs, it follows within much less than a round trip.
	for _, next := range []struct{ step, after string }{
		{"sim", "login"}, {"list", "login"}, {"mapping", "sim list address"}, {"dial", "mapping"}, {"ssh", "dial"},
	} {
		var ready time.Duration
		for _, name := range strings.Fields(next.after) {
			ready = max(ready, steps[name].end)
		}
		if wait := steps[next.step].start - ready; wait > 50*time.Millisecond {
			problems = append(problems, fmt.Sprintf("%s waited %s", next.step, wait))
		}
	}
	return problems
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
