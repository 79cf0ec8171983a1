//go:build linux

package keeper_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/napter-connect/napter-connect/internal/hometest"
)

// ready is what the remote command of a session says before it waits.
const ready = "ready"

// waiting is a remote command that says ready, waits for a line, and ends with
// status 0; without a line, at the end of its input, with 3.
const waiting = "echo ready; read x && exit 0; exit 3"

// session is an ssh command in the middle of its remote command.
type session struct {
	*home
	cmd         *exec.Cmd
	stdin       io.WriteCloser
	out, errOut text
	ended       chan struct{}
}

// text is what a process has written so far.
type text struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all.Write(p)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all.String()
}

// begin starts a session and waits until its remote command runs.
func (h *home) begin(sim string) *session {
	h.t.Helper()
	s := h.launch("ssh", "-F", "none", "-l", "pi", sim, waiting)
	if err := hometest.Within(cleanLimit, s.isReady); err != nil {
		h.t.Fatal(err)
	}
	return s
}

// launch starts a command with a pipe as its input.
func (h *home) launch(args ...string) *session {
	h.t.Helper()
	s := &session{home: h, cmd: h.Command(args...), ended: make(chan struct{})}
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.errOut
	var err error
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		h.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait()
	}()
	return s
}

// isReady says whether the remote command runs.
func (s *session) isReady() error {
	if !strings.Contains(s.out.String(), ready) {
		return fmt.Errorf("the session says %q, not %q; stderr: %s", s.out.String(), ready, s.errOut.String())
	}
	return nil
}

// release ends the remote command.
func (s *session) release() {
	_, _ = io.WriteString(s.stdin, "\n")
}

func (s *session) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// status waits for the end and returns the exit status, -1 for a signal.
func (s *session) status() int {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(2 * cleanLimit):
		_ = s.cmd.Process.Signal(syscall.SIGABRT)
		<-s.ended
		s.t.Errorf("it did not end: %s", s.errOut.String())
	}
	return s.cmd.ProcessState.ExitCode()
}

// sent counts the requests of an operation that concern a SIM, or all without.
func (w *world) sent(operation, sim string) int {
	n := 0
	for _, r := range w.sim.Requests() {
		if r.Operation == operation && (strings.Contains(r.Path, sim) || bytes.Contains(r.Body, []byte(sim))) {
			n++
		}
	}
	return n
}

// eventually fails the test unless f is content in time.
func (w *world) eventually(what string, f func() error) {
	w.t.Helper()
	if err := hometest.Within(cleanLimit, f); err != nil {
		w.t.Errorf("%s: %v", what, err)
	}
}

// spotless fails the test when anything at all is left of a home: a mapping, a
// journal entry, and after the keeper's end a process or a token.
func (h *home) spotless() {
	h.t.Helper()
	h.nothingOpen(cleanLimit)
	if n := h.sim.Tokens(); n > 0 {
		h.t.Errorf("%d tokens are left", n)
	}
}

// nothingOpen is spotless without the tokens, for when the API was away or
// refused one that was good.
func (h *home) nothingOpen(limit time.Duration) {
	h.t.Helper()
	err := hometest.Within(limit, func() error {
		if n := len(h.sim.Mappings()); n > 0 {
			return fmt.Errorf("%d mappings are open", n)
		}
		if names := h.Journal(); len(names) > 0 {
			return fmt.Errorf("the journal holds %v", names)
		}
		return nil
	})
	if err != nil {
		h.t.Error(err)
	}
	if err := h.StopKeeper(cleanLimit); err != nil {
		h.t.Error(err)
	}
	if h.t.Failed() {
		h.t.Logf("keeper.log:\n%s", h.log())
	}
}

// killAll kills every process of this home, and waits until they are gone: until
// then the kernel has not dropped their locks.
func (h *home) killAll() {
	h.t.Helper()
	h.kill("")
}

func (h *home) killKeeper() {
	h.t.Helper()
	h.kill("keeper\x00run")
}

func (h *home) kill(containing string) {
	h.t.Helper()
	victims := h.Processes(containing)
	// Stopped first, so that none of them sees another die.
	for _, sig := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		for _, pid := range victims {
			_ = syscall.Kill(pid, sig)
		}
	}
	h.eventually("the killed", func() error {
		for _, pid := range h.Processes(containing) {
			if slices.Contains(victims, pid) {
				return fmt.Errorf("process %d is there", pid)
			}
		}
		return nil
	})
}
