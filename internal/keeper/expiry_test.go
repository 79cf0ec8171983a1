//go:build linux

package keeper_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// Five minutes before its mapping's end a session is told: by a line on stderr,
// or in the window's title while the terminal is raw.
func TestSessionIsToldBeforeItsMappingEnds(t *testing.T) {
	t.Parallel()
	withAndWithout(t, func(t *testing.T, h *home, _ func()) {
		sim := h.onlineSIMs(1)[0]
		const told = "in 5 minutes"
		s := h.launch("ssh", "-F", "none", "-l", "pi", "--duration", "5m3s", "--no-reuse", sim, waiting)
		cmd := h.Command("ssh", "-F", "none", "-l", "pi", "--duration", "5m3s", "--no-reuse", sim)
		terminal, err := pty.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = terminal.Close() }()
		seen := readUntil(terminal, told)
		i := strings.Index(seen, told)
		if i < 0 || !strings.Contains(seen[:i], "\x1b]") || strings.LastIndex(seen[:i], "\x1b]") < strings.LastIndex(seen[:i], "\n") {
			t.Errorf("the terminal shows %q", seen)
		}
		_, _ = terminal.WriteString("exit\r")
		go readUntil(terminal, "\x00")
		_ = cmd.Wait()
		h.eventually("the warning", func() error {
			if !strings.Contains(s.errOut.String(), told) {
				return fmt.Errorf("stderr: %q", s.errOut.String())
			}
			return nil
		})
		if n := strings.Count(s.errOut.String(), told); n != 1 {
			t.Errorf("it said %d times: %q", n, s.errOut.String())
		}
		s.release()
		s.status()
		h.spotless()
	})
}

// A session whose mapping has ended under it says so.
func TestMappingEndsUnderASession(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for the end of a mapping")
	}
	t.Parallel()
	withAndWithout(t, func(t *testing.T, h *home, _ func()) {
		const life = 12 * time.Second
		s := h.launch("ssh", "-F", "none", "-l", "pi", "--duration", life.String(), h.onlineSIMs(1)[0], waiting)
		if status := s.status(); status != 255 {
			t.Errorf("status %d", status)
		}
		if !strings.Contains(s.errOut.String(), "the mapping expired at") || strings.Contains(s.errOut.String(), "EOF") {
			t.Errorf("it said %q", s.errOut.String())
		}
		if n := h.sim.Count("deletePortMapping"); n > 1 {
			t.Errorf("%d deletions of what had expired", n)
		}
		h.spotless()
	})
}
