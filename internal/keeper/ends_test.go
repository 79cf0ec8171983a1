//go:build linux

package keeper_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// However a session ends, its mapping is deleted. ABRT and SEGV end a Go program
// as a panic in any goroutine does: at once, and without what was deferred.
func TestEveryEndDeletes(t *testing.T) {
	t.Parallel()
	type end struct {
		name   string
		do     func(s *session)
		status int  // what the session ends with
		abrupt bool // without a keeper the next command has to tidy up
	}
	bySignal := func(sig syscall.Signal, status int, abrupt bool) end {
		return end{name: sig.String(), do: func(s *session) { s.signal(sig) }, status: status, abrupt: abrupt}
	}
	for _, e := range []end{
		bySignal(syscall.SIGINT, 255, false), bySignal(syscall.SIGTERM, 255, false),
		bySignal(syscall.SIGHUP, 255, false), bySignal(syscall.SIGQUIT, 255, false),
		bySignal(syscall.SIGKILL, -1, true), bySignal(syscall.SIGABRT, 2, true), bySignal(syscall.SIGSEGV, 2, true),
		{name: "signals upon signals", status: 255, do: func(s *session) {
			for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGINT} {
				_ = s.cmd.Process.Signal(sig)
			}
		}},
		{name: "end of the input", status: 3, do: func(s *session) { _ = s.stdin.Close() }},
		{name: "remote end", status: 0, do: func(s *session) { s.release() }},
	} {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			withAndWithout(t, func(t *testing.T, h *home, next func()) {
				s := h.begin(h.onlineSIMs(1)[0])
				e.do(s)
				if status := s.status(); status != e.status {
					t.Errorf("status %d, want %d: %s", status, e.status, s.errOut.String())
				}
				if e.abrupt {
					next()
					h.nothingOpen(cleanLimit)
					return
				}
				if n := len(h.sim.Mappings()); n != 0 {
					t.Errorf("%d mappings are open at an orderly end", n)
				}
				h.spotless()
			})
		})
	}
}

// The reader of the output goes away: writing to it raises PIPE.
func TestReaderGoesAway(t *testing.T) {
	t.Parallel()
	withAndWithout(t, func(t *testing.T, h *home, _ func()) {
		cmd := exec.Command("/bin/sh", "-c", `"$1" ssh -F none -l pi "$2" 'while true; do echo line; done' | head -n 1`, "sh", h.Bin, h.onlineSIMs(1)[0])
		cmd.Env = h.Env
		out, err := cmd.Output()
		if err != nil || string(out) != "line\n" {
			t.Errorf("%v, %q", err, out)
		}
		h.spotless()
	})
}

// The terminal is closed on a shell, or its reader vanishes in mid-output.
func TestTerminalIsClosed(t *testing.T) {
	t.Parallel()
	withAndWithout(t, func(t *testing.T, h *home, _ func()) {
		cmd := h.Command("ssh", "-F", "none", "-l", "pi", h.onlineSIMs(1)[0])
		terminal, err := pty.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		if seen := readUntil(terminal, "$ "); !strings.Contains(seen, "$ ") {
			t.Fatalf("no prompt: %q", seen)
		}
		_ = terminal.Close()
		_ = cmd.Wait()
		h.spotless()
	})
}

// The keeper's end by a signal deletes too, whoever still uses what it holds. A
// crash of it harms nobody.
func TestEveryEndOfTheKeeperDeletes(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGABRT, syscall.SIGSEGV} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, simulator.Options{})
			h := w.newHome()
			s := h.begin(w.onlineSIMs(1)[0])
			for _, pid := range h.Keepers() {
				if err := syscall.Kill(pid, sig); err != nil {
					t.Fatal(err)
				}
			}
			if sig != syscall.SIGABRT && sig != syscall.SIGSEGV {
				w.eventually("the mapping of the keeper that was told to end", func() error { return h.clean("") })
			}
			s.release()
			s.status()
			h.nothingOpen(cleanLimit)
			if sig == syscall.SIGSEGV && !strings.Contains(h.log(), "SIGSEGV") {
				t.Errorf("keeper.log tells nothing of the crash: %s", h.log())
			}
		})
	}
}

// While it cleans up, a second Ctrl-C gives up, and says what to do by hand.
func TestSecondInterruptWhileCleaningUp(t *testing.T) {
	t.Parallel()
	withAndWithout(t, func(t *testing.T, h *home, next func()) {
		s := h.begin(h.onlineSIMs(1)[0])
		remove := h.sim.Inject(simulator.Fault{Operation: "deletePortMapping", Hang: true})
		s.signal(os.Interrupt)
		h.eventually("the deletion", func() error {
			if h.sim.Count("deletePortMapping") == 0 {
				return os.ErrNotExist
			}
			return nil
		})
		time.Sleep(150 * time.Millisecond) // sooner it is the same key press
		began := time.Now()
		s.signal(os.Interrupt)
		s.status()
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("it ended %v after the second Ctrl-C", took)
		}
		if !strings.Contains(s.errOut.String(), "napter-connect mappings delete 127.0.0.1:") {
			t.Errorf("it said %q", s.errOut.String())
		}
		remove()
		next()
		h.nothingOpen(2 * cleanLimit)
	})
}
