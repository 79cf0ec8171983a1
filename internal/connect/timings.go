package connect

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// Timings collects the steps of a job for --timings. The zero value is ready.
type Timings struct {
	mu   sync.Mutex
	ends []access.Event
}

// Event is an access.Progress.
func (t *Timings) Event(e access.Event) {
	if !e.Done {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ends = append(t.ends, e)
}

// Steps are the finished steps by their start, so that what overlapped stands
// side by side.
func (t *Timings) Steps() []access.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	steps := slices.Clone(t.ends)
	slices.SortStableFunc(steps, func(a, b access.Event) int {
		return int((a.At - a.Elapsed) - (b.At - b.Elapsed))
	})
	return steps
}

// Write prints a line per step: when it started and ended, how long it took,
// what came of it, in the language of say.
func (t *Timings) Write(w io.Writer, say func(message.Text) string) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "STEP\tSTART\tEND\tTOOK\tRESULT")
	for _, e := range t.Steps() {
		result := e.Detail
		if !e.Err.IsZero() {
			result = message.New("failed: %s", e.Err)
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n",
			e.Step, ms(e.At-e.Elapsed), ms(e.At), ms(e.Elapsed), safetext.Line(say(result)))
	}
	return table.Flush()
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}
