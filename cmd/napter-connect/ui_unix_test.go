//go:build unix && !race

// Bubble Tea v2.0.10 closes its input while its reader may still ask for the
// descriptor: the race detector sees that, in a library, in programs that are
// about to end. So these tests run without it (.ci/run does so too).

package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/simcache"
	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/termtest"
)

// ui starts the terminal UI and waits until its list is there.
func (w *world) ui(o termtest.Options) *termtest.Terminal {
	w.t.Helper()
	cmd := w.program()
	cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	e := termtest.Start(w.t, cmd, o)
	e.Expect("gateway-001", "services agree")
	return e
}

// shell goes from the list to a shell on gateway-001, as a person does.
func (w *world) shell(e *termtest.Terminal) {
	w.t.Helper()
	e.Type("/gateway-001\r")
	e.Expect("1 of ")
	e.Type("\r")
	e.Expect("Connect to gateway-001", "203.0.113.10/32")
	e.Type("\r")
	e.Expect("Password:")
	e.Type("raspberry\r")
	e.Expect("pi@gateway-001:~ $")
	e.Until("raw mode", e.Raw)
}

// gone waits for the end of the mappings: the process is the one to wait for
// it, a test that ends it sees that at once.
func (w *world) gone() {
	w.t.Helper()
	if open := w.Mappings(); len(open) > 0 {
		w.t.Errorf("left open: %+v", open)
	}
}

// sane checks that the terminal is as it was before the program.
func (w *world) sane(e *termtest.Terminal) {
	w.t.Helper()
	if before, after := e.Before(), e.Modes(); before != after {
		w.t.Errorf("the terminal's modes were\n%+v\nand are\n%+v", before, after)
	}
	e.Until("the alternate screen is left", func() bool { return !e.Alternate() })
	for mode, on := range e.PrivateModes() {
		if on && !slices.Contains([]int{7, 25}, mode) { // wrap lines, show the cursor
			w.t.Errorf("the mode %d is left on", mode)
		}
	}
}

// TestUIToAShellAndBack: the /32, the shell, a new size, back to the same row, and
// no key press is lost; twice.
func TestUIToAShellAndBack(t *testing.T) {
	w := newWorld(t, simulator.Options{Password: "raspberry"})
	e := w.ui(termtest.Options{Columns: 120, Rows: 30, Modes: func(tio *unix.Termios) { tio.Cc[unix.VERASE] = 8 }})
	w.shell(e)
	if open := w.Mappings(); len(open) != 1 || fmt.Sprint(open[0].Sources) != "[203.0.113.10/32]" {
		t.Errorf("mappings during the session: %+v", open)
	}
	e.Type("stty size\r")
	e.Expect("30 120")
	e.Resize(100, 40)
	asked := 0
	e.Until("the device knows the new size", func() bool {
		asked++
		e.Type(fmt.Sprintf("stty size; echo ask''ed %d\r", asked))
		e.Expect(fmt.Sprintf("asked %d", asked))
		return strings.Contains(e.Screen(), "40 100")
	})
	for i := range 2 {
		e.Type("exit\r")
		e.Until("the UI is back", e.Alternate)
		e.Type("/\x15abc") // the filter, emptied, and three keys
		e.Expect("/ abc", "is deleted.")
		w.gone()
		if lines := strings.Split(e.Screen(), "\n"); len(lines) != 40 || !strings.Contains(lines[39], "enter") {
			t.Errorf("the UI has not the new size:\n%s", e.Screen())
		}
		if i == 1 {
			break
		}
		e.Type("\x15gateway-001\r")
		e.Expect("1 of ", "Last used")
		e.Type("c") // at once, with what was used last
		e.Expect("Password:")
		e.Type("raspberry\r")
		e.Until("the second session", func() bool { return strings.Contains(e.Screen(), "pi@gateway-001:~ $") && e.Raw() })
	}
	e.Type("\x1b")
	e.Expect("40 of 40")
	e.Type("q")
	if status := e.Exit(); status != 0 {
		t.Errorf("status %d", status)
	}
	w.sane(e)
}

// TestUIKeysAfterAShell types at the moment when the shell ends: what the device
// does not get, the UI does.
func TestUIKeysAfterAShell(t *testing.T) {
	w := newWorld(t, simulator.Options{Password: "raspberry"})
	e := w.ui(termtest.Options{Columns: 120, Rows: 30})
	w.shell(e)
	e.Type("exit\r")
	e.Until("the session has ended", func() bool { return strings.Contains(e.Output(), "exit\r\nlogout") || e.Alternate() })
	e.Type("/")
	for _, key := range "\x15abc" {
		e.Type(string(key))
	}
	e.Expect("/ abc")
}

// TestUIWithoutAKeeper: none is started where none is wanted, and else one is.
func TestUIWithoutAKeeper(t *testing.T) {
	w := newWorld(t, simulator.Options{Password: "raspberry"})
	w.vars["NAPTER_CONNECT_NO_KEEPER"] = ""
	for _, args := range [][]string{{"--no-keeper"}, nil} {
		cmd := w.program(args...)
		cmd.Env = append(cmd.Env, "TERM=xterm-256color")
		e := termtest.Start(t, cmd, termtest.Options{Columns: 120, Rows: 30})
		e.Expect("gateway-001", "services agree")
		w.shell(e)
		if r := w.run(w.program("keeper", "status")); strings.HasPrefix(r.out, "keeper ") == (args != nil) {
			t.Errorf("%v: %+v", args, r)
		}
		e.Type("exit\r")
		e.Expect("is deleted.")
		w.gone()
		e.Type("q")
		e.Exit()
	}
	if r := w.run(w.program("keeper", "stop")); r.status != cli.OK {
		t.Errorf("stopping the keeper: %+v", r)
	}
}

// TestUICutOff: the connection ends under the shell. The UI says so and goes on.
func TestUICutOff(t *testing.T) {
	w := newWorld(t, simulator.Options{Password: "raspberry"})
	e := w.ui(termtest.Options{Columns: 120, Rows: 30})
	w.shell(e)
	e.Type("printf '\\033[?1049h\\033[?1003h\\033[?1h\\033[?2004h'\r") // as a full-screen program does
	e.Until("its modes are on", func() bool { m := e.PrivateModes(); return e.Alternate() && m[1003] && m[1] })
	if err := w.DeleteMapping(w.Mappings()[0].Port); err != nil {
		t.Fatal(err)
	}
	e.Expect("That did not work", "the connection was lost", "Next step", "is deleted")
	e.Type("\x1b")
	e.Until("the dialog is gone", func() bool { return !strings.Contains(e.Screen(), "That did not work") })
	if m := e.PrivateModes(); m[1003] || m[1] {
		t.Errorf("modes of the device are left on: %v", m)
	}
	w.gone()
	e.Type("q")
	if status := e.Exit(); status != 0 {
		t.Errorf("status %d", status)
	}
	w.sane(e)
}

// TestUISignals: in the list and in a shell, a signal deletes the mapping and
// leaves the terminal as it was.
func TestUISignals(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		for _, shell := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v, shell %v", s, shell), func(t *testing.T) {
				w := newWorld(t, simulator.Options{Password: "raspberry"})
				e := w.ui(termtest.Options{Columns: 120, Rows: 30})
				if shell {
					w.shell(e)
				}
				e.Signal(s)
				if status := e.Exit(); status != 130 {
					t.Errorf("status %d", status)
				}
				w.gone()
				w.sane(e)
			})
		}
	}
}

// TestUIHangUp: the window is closed.
func TestUIHangUp(t *testing.T) {
	w := newWorld(t, simulator.Options{Password: "raspberry"})
	e := w.ui(termtest.Options{Columns: 120, Rows: 30})
	w.shell(e)
	e.HangUp()
	e.Exit()
	w.gone()
}

// TestMuteTerminal: a terminal that answers no query delays nothing. Each pair is
// measured in turn, and the best of some counts, for the machine may be busy.
func TestMuteTerminal(t *testing.T) {
	w := newWorld(t, simulator.Options{Password: "raspberry"})
	start := func(mute bool, args ...string) time.Duration {
		cmd := w.program(args...)
		cmd.Env = append(cmd.Env, "TERM=xterm-256color")
		began := time.Now()
		e := termtest.Start(t, cmd, termtest.Options{Columns: 120, Rows: 30, Mute: mute})
		if len(args) == 0 {
			e.Expect("gateway-001")
		} else {
			e.Exit()
		}
		took := time.Since(began)
		_ = e.Cmd.Process.Signal(syscall.SIGTERM)
		e.Exit()
		return took
	}
	for _, args := range [][]string{{}, {"version"}, {"sims"}, {"mappings"}, {"--help"}} {
		best := map[bool]time.Duration{}
		for range 5 {
			for _, mute := range []bool{false, true} {
				if took := start(mute, args...); best[mute] == 0 || took < best[mute] {
					best[mute] = took
				}
			}
		}
		if late := best[true] - best[false]; late > 100*time.Millisecond {
			t.Errorf("%v starts in %v in a terminal that answers, in %v in one that does not", args, best[false], best[true])
		}
	}
}

// worldOfMany has a home that knows 100,000 SIMs, of which every third was online,
// and where the API never answers.
func worldOfMany(t testing.TB) *world {
	t.Helper()
	w := newWorld(t, simulator.Options{})
	w.Inject(simulator.Fault{Operation: "auth", Hang: true})
	sims := make([]access.SIM, 100_000)
	for i := range sims {
		sims[i] = access.SIM{
			ID: fmt.Sprintf("898110000000%07d", i), IMSI: fmt.Sprintf("44010000%07d", i), Name: fmt.Sprintf("meter-%06d", i),
			Status: "active", Online: i%3 == 0, Tags: access.NewTags(map[string]string{"site": fmt.Sprintf("site-%d", i%100)}),
		}
	}
	dir := filepath.Join(w.vars["XDG_CACHE_HOME"], "napter-connect")
	choice := simcache.Choice{ProfileDir: w.vars["SORACOM_PROFILE_DIR"], Endpoint: w.Endpoint()}
	if err := simcache.Remember(dir, choice, w.Endpoint(), "OP0012345678"); err != nil {
		t.Fatal(err)
	}
	if err := simcache.Open(dir, w.Endpoint(), "OP0012345678").Save(sims, time.Now()); err != nil {
		t.Fatal(err)
	}
	return w
}

// firstRows starts the program and says how long it takes to the first rows, and
// how much of that it computed.
func (w *world) firstRows() (wall, cpu time.Duration) {
	w.t.Helper()
	cmd := w.program()
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "NAPTER_CONNECT_NO_KEEPER=1")
	began := time.Now()
	e := termtest.Start(w.t, cmd, termtest.Options{Columns: 120, Rows: 30})
	e.Until("those that were online", func() bool { return strings.Contains(e.Output(), "meter-000003") })
	wall = time.Since(began)
	_ = e.Cmd.Process.Kill()
	e.Exit()
	return wall, e.Cmd.ProcessState.UserTime() + e.Cmd.ProcessState.SystemTime()
}

// TestUILeavesInMidLogin: the end of a login that hangs is waited for a while, and
// nobody wonders why.
func TestUILeavesInMidLogin(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	w.Inject(simulator.Fault{Operation: "auth", Hang: true})
	cmd := w.program()
	cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	e := termtest.Start(t, cmd, termtest.Options{Columns: 120, Rows: 30})
	e.Expect("Fetching SIMs")
	e.Type("q")
	e.Expect("logging out …")
	if status := e.Exit(); status != 0 {
		t.Errorf("status %d", status)
	}
	w.sane(e)
}

// TestUIShowsWhatItRemembers: rows come from the cache, whatever the API does, and
// soon. On a machine with other work the time that the process had counts.
func TestUIShowsWhatItRemembers(t *testing.T) {
	w := worldOfMany(t)
	wall, cpu := time.Hour, time.Hour
	for range 5 {
		took, used := w.firstRows()
		wall, cpu = min(wall, took), min(cpu, used)
	}
	t.Logf("the first rows of 100,000 SIMs are there after %v, and %v of computing", wall, cpu)
	if min(wall, cpu) > 200*time.Millisecond {
		t.Errorf("the first rows of 100,000 SIMs take %v, and %v of computing", wall, cpu)
	}
}

// BenchmarkFirstRows100k: from the start of the program to rows on the screen.
func BenchmarkFirstRows100k(b *testing.B) {
	w := worldOfMany(b)
	var total time.Duration
	for b.Loop() {
		wall, _ := w.firstRows()
		total += wall
	}
	b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "ms/start")
}

// TestUIDemo: two keys from nothing to a shell, without an account.
func TestUIDemo(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	cmd := w.program("demo")
	cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	e := termtest.Start(t, cmd, termtest.Options{Columns: 120, Rows: 30})
	e.Expect("gateway-001", "services agree")
	e.Type("\r")
	e.Expect("Connect to gateway-001")
	e.Type("\r")
	e.Expect("pi@gateway-001:~ $")
	e.Type("exit\r")
	e.Expect("is deleted.")
	e.Type("q")
	if status := e.Exit(); status != 0 {
		t.Errorf("status %d", status)
	}
	w.sane(e)
}

// Alone on a terminal the program shows the UI: two keys to a shell, and back.
func TestUIConnects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	s := w.onScreen(30, 120)
	s.shows("gateway-001")
	s.types("c")
	s.until("a prompt", func() bool { return len(w.Mappings()) == 1 && strings.Contains(s.text(), "pi@gateway-001") })
	s.types("echo here$((40+2))\r")
	s.shows("here42")
	s.types("exit 4\r")
	s.shows("with status 4")
	w.nothingOpen()
	s.types("q")
	s.ends(0)
	after, err := term.GetState(int(s.tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if *s.before != *after {
		t.Errorf("the terminal's modes were %+v and are %+v", *s.before, *after)
	}
}
