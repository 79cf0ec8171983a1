//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/term"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// screen is a terminal that a program runs on.
type screen struct {
	*world
	cmd    *exec.Cmd
	tty    *os.File    // the program's side, to look at its modes
	pty    *os.File    // the person's side
	before *term.State // the modes before the program began
	mu     sync.Mutex
	seen   bytes.Buffer
}

func (w *world) onScreen(rows, cols uint16, args ...string) *screen {
	w.t.Helper()
	p, tty, err := pty.Open()
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = p.Close(); _ = tty.Close() })
	s := &screen{world: w, cmd: w.program(args...), tty: tty, pty: p}
	s.resize(rows, cols)
	if s.before, err = term.GetState(int(tty.Fd())); err != nil {
		w.t.Fatal(err)
	}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = tty, tty, tty
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true} // of stdin
	if err := s.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := p.Read(buf)
			s.mu.Lock()
			s.seen.Write(buf[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

func (s *screen) resize(rows, cols uint16) {
	s.t.Helper()
	if err := pty.Setsize(s.pty, &pty.Winsize{Rows: rows, Cols: cols}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.String()
}

func (s *screen) shows(text string) {
	s.t.Helper()
	defer func() {
		if s.t.Failed() {
			s.t.Logf("the screen:\n%s", s.text())
		}
	}()
	s.until(text, func() bool { return strings.Contains(s.text(), text) })
}

func (s *screen) types(text string) {
	s.t.Helper()
	if _, err := s.pty.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

func (s *screen) ends(want int) {
	s.t.Helper()
	if got := s.status(s.cmd.Wait()); got != want {
		s.t.Errorf("status %d, want %d; the screen:\n%s", got, want, s.text())
	}
}

// A shell has the size of the terminal here, learns of its changes, and gives
// the terminal back as it was.
func TestRealDeviceShell(t *testing.T) {
	t.Parallel()
	w, server := withSSHD(t)
	s := w.onScreen(37, 101, "ssh", "-i", server.UserKeyFile, "-l", server.User, "gateway-001")
	s.types("PS1=; stty size\n")
	s.shows("37 101\r\n")
	s.resize(50, 132)
	s.until("the new size", func() bool {
		s.types("stty size\n")
		return strings.Contains(s.text(), "50 132\r\n")
	})
	// The person's Ctrl-C is the device's, not ours.
	s.types("cat\n")
	s.until("cat reads", func() bool { // a shell that is at its prompt shows no ^C
		s.types("mew\n")
		return strings.Contains(s.text(), "mew\r\nmew\r\n")
	})
	s.types("\x03")
	s.shows("^C")
	s.until("the shell is back", func() bool { // what is typed while it comes back may be dropped
		s.types("echo still$((40+2))here\n")
		return strings.Contains(s.text(), "still42here")
	})
	s.types("exit 3\n")
	s.ends(3)
	after, err := term.GetState(int(s.tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if *s.before != *after {
		t.Errorf("the terminal's modes were %+v and are %+v", *s.before, *after)
	}
	w.nothingOpen()
}

func TestRealDeviceCommandOnATerminal(t *testing.T) {
	t.Parallel()
	w, server := withSSHD(t)
	s := w.onScreen(20, 66, "ssh", "-t", "-i", server.UserKeyFile, "-l", server.User, "gateway-001", "stty size; exit 9")
	s.shows("20 66\r\n")
	s.ends(9)
	w.nothingOpen()
}

// A first contact asks, a password is asked for without echo, by the server's
// keyboard-interactive (PAM).
func TestRealDevicePassword(t *testing.T) {
	t.Parallel()
	server := sshdtest.Start(t, sshdtest.Options{Password: true})
	w := newWorld(t, simulator.Options{Devices: map[int]string{22: server.Addr}})
	if err := os.Remove(w.vars["XDG_STATE_HOME"] + "/napter-connect/known_hosts"); err != nil {
		t.Fatal(err)
	}
	s := w.onScreen(24, 80, "ssh", "-l", server.User, "gateway-001", "echo in$((40+2))side")
	s.shows("SHA256:")
	s.types("yes\n")
	s.shows("assword:")
	s.types("wrong\n")
	s.until("the second question", func() bool { return strings.Count(s.text(), "assword:") == 2 })
	s.types(server.Password + "\n")
	s.shows("in42side")
	s.ends(0)
	if strings.Contains(s.text(), server.Password) {
		t.Error("the password was shown")
	}
	w.nothingOpen()
}

// A name that several SIMs have: on a terminal the person picks.
func TestPickAmongSIMsOfOneName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	s := w.onScreen(24, 100, "ssh", "dup-sensor", "uname -n")
	s.shows("Which one, 1 to 2? ")
	s.types("9\n")
	s.types("2\n")
	s.shows("dup-sensor")
	s.ends(0)
	w.nothingOpen()
}
