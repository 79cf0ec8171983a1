package tui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

var counts = []int{1_000, 10_000, 100_000}

// bigModel shows n SIMs at 120x40.
func bigModel(tb testing.TB, n int) *Model {
	tb.Helper()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	o := Options{Backend: newFakeBackend(time.Now), Now: func() time.Time { return now }, Lang: i18n.English}
	m := newModel(context.Background(), o, func(time.Duration, tea.Msg) tea.Cmd { return nil })
	m.Update(sizeOf(120, 40))
	m.sims.gen = 1
	for list := manySIMs(n, now); len(list) > 0; {
		k := min(1000, len(list))
		m.Update(pageMsg{gen: 1, page: Page{SIMs: list[:k]}})
		list = list[k:]
	}
	m.Update(pageMsg{gen: 1, err: io.EOF})
	m.View()
	return m
}

func letter(r rune) tea.Msg { return tea.KeyPressMsg(tea.Key{Code: r, Text: string(r)}) }

// frame is what one message costs until its frame is there.
func frame(m *Model, msg tea.Msg) time.Duration {
	began := time.Now()
	m.Update(msg)
	m.View()
	return time.Since(began)
}

// BenchmarkKeyToFrame types a query and takes it back, letter by letter; p95-ms
// is what 95 of 100 letters take at most.
func BenchmarkKeyToFrame(b *testing.B) {
	for _, n := range counts {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := bigModel(b, n)
			m.Update(letter('/'))
			var took []time.Duration
			for b.Loop() {
				for _, r := range "tokyo 0042" {
					took = append(took, frame(m, letter(r)))
				}
				for range "tokyo 0042" {
					took = append(took, frame(m, tea.KeyPressMsg(tea.Key{Code: tea.KeyBackspace})))
				}
			}
			slices.Sort(took)
			ms := func(i int) float64 { return float64(took[i].Microseconds()) / 1000 }
			b.ReportMetric(ms(len(took)/2), "median-ms")
			b.ReportMetric(ms(len(took)*95/100), "p95-ms")
			b.ReportMetric(ms(len(took)-1), "worst-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func BenchmarkMoveToFrame(b *testing.B) {
	for _, n := range counts {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := bigModel(b, n)
			for b.Loop() {
				frame(m, tea.KeyPressMsg(tea.Key{Code: tea.KeyDown}))
			}
		})
	}
}

// BenchmarkPageToFrame merges one more page into n SIMs while a filter is set.
func BenchmarkPageToFrame(b *testing.B) {
	for _, n := range counts {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := bigModel(b, n)
			m.Update(letter('/'))
			m.Update(letter('t'))
			page := manySIMs(1000, m.now())
			for b.Loop() {
				frame(m, pageMsg{gen: 1, page: Page{SIMs: page}})
			}
		})
	}
}

// BenchmarkFirstRows is from the first page of the cache to the first frame.
func BenchmarkFirstRows(b *testing.B) {
	page := manySIMs(2000, time.Now())
	for b.Loop() {
		m := bigModel(b, 0)
		m.Update(pageMsg{gen: 1, page: Page{SIMs: page, Cached: true}})
		m.View()
	}
}

// BenchmarkMemory reports what n SIMs and their texts take.
func BenchmarkMemory(b *testing.B) {
	for _, n := range counts {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var m *Model
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			m = bigModel(b, n)
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
			b.ReportMetric(0, "ns/op")
			runtime.KeepAlive(m)
		})
	}
}

// TestKeysAreQuick allows several times the goal of 16 ms, for busy machines.
func TestKeysAreQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 SIMs")
	}
	m := bigModel(t, 100_000)
	best := time.Hour
	for range 3 { // the best of three: other work must not count
		m.Update(letter('/'))
		var worst time.Duration
		for _, r := range "tokyo 0042" {
			worst = max(worst, frame(m, letter(r)))
		}
		best = min(best, worst)
		m.Update(tea.KeyPressMsg(tea.Key{Code: tea.KeyEscape}))
	}
	if best > 80*time.Millisecond {
		t.Errorf("the slowest key took %v at 100,000 SIMs", best)
	}
}

// counter counts what is written to it.
type counter struct {
	mu sync.Mutex
	bytes.Buffer
}

func (c *counter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Buffer.Write(p)
}

func (c *counter) take() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := bytes.Clone(c.Bytes())
	c.Reset()
	return p
}

// TestCountdownIsCheap shows 30 mappings that count down by the second in a real
// program, and counts what a tick writes.
func TestCountdownIsCheap(t *testing.T) {
	var mu sync.Mutex
	clock := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return clock }
	fake := newFakeBackend(now)
	fake.stream.end = io.EOF
	for i := range 30 {
		m := someMappings(clock)[0]
		m.DevicePort, m.Expires = 1000+i, clock.Add(8*time.Minute+time.Duration(7*i)*time.Second)
		fake.mappings = append(fake.mappings, m)
	}
	m := newModel(t.Context(), Options{Backend: fake, Now: now, Lang: i18n.English}, func(time.Duration, tea.Msg) tea.Cmd { return nil })
	var out counter
	p := tea.NewProgram(m, tea.WithInput(nil), tea.WithOutput(&out), tea.WithWindowSize(120, 40), tea.WithColorProfile(colorprofile.TrueColor),
		tea.WithoutSignalHandler(), tea.WithContext(t.Context()), tea.WithEnvironment([]string{"TERM=xterm-256color"}))
	done := make(chan error, 1)
	go func() {
		_, err := p.Run()
		done <- err
	}()
	p.Send(letter('2'))
	var drawn []byte // the whole screen comes first, late on a busy machine
	for end := time.Now().Add(20 * time.Second); !bytes.Contains(drawn, []byte("1029")); {
		if drawn = append(drawn, quiet(&out)...); time.Now().After(end) {
			t.Fatalf("the last mapping is not shown: %q", drawn)
		}
	}
	total, ticks, most := 0, 20, 0
	for range ticks {
		mu.Lock()
		clock = clock.Add(time.Second)
		mu.Unlock()
		p.Send(tickMsg{})
		n := len(quiet(&out))
		total, most = total+n, max(most, n)
	}
	p.Quit()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes a tick on average, %d at most, for 30 rows", total/ticks, most)
	if total == 0 || total/ticks > 200 {
		t.Errorf("%d bytes a tick", total/ticks)
	}
}

// quiet waits until nothing has been written for some frames, and returns what
// was.
func quiet(out *counter) []byte {
	var all []byte
	for still := 0; still < 4; {
		time.Sleep(20 * time.Millisecond) // the renderer's frames come by the clock
		p := out.take()
		all = append(all, p...)
		if still++; len(p) > 0 {
			still = 0
		}
	}
	return all
}
