//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// phases are moments of `ssh`, each reached with certainty.
func phases() map[string]struct {
	latency time.Duration
	fault   simulator.Fault
	reached func(*world) bool
} {
	type phase = struct {
		latency time.Duration
		fault   simulator.Fault
		reached func(*world) bool
	}
	asked := func(operation string) func(*world) bool {
		return func(w *world) bool { return w.Count(operation) > 0 }
	}
	return map[string]phase{
		"login":           {fault: simulator.Fault{Operation: "auth", Delay: time.Second}, reached: asked("auth")},
		"search":          {fault: simulator.Fault{Operation: "searchSims", Delay: time.Second}, reached: asked("searchSims")},
		"create not done": {fault: simulator.Fault{Operation: "createPortMappingForSim", Delay: time.Second}, reached: asked("createPortMappingForSim")},
		// Half of the round trip is left when the mapping is there already.
		"create done, answer on its way": {latency: 300 * time.Millisecond, reached: func(w *world) bool { return len(w.Mappings()) > 0 }},
		"session": {reached: func(w *world) bool {
			open := w.Mappings()
			return len(open) > 0 && open[0].Streams > 0
		}},
	}
}

func TestSignalsLeaveNothingOpen(t *testing.T) {
	t.Parallel()
	for name, p := range phases() {
		for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
			t.Run(fmt.Sprintf("%s/%s", name, sig), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, simulator.Options{Latency: p.latency})
				w.Inject(p.fault)
				cmd, stderr := w.start("ssh", "gateway-001", "sleep 60")
				w.until(name, func() bool { return p.reached(w) })
				status, took := w.end(cmd, sig)
				if status != cli.SSHFailed || took > 10*time.Second {
					t.Errorf("status %d after %s, want %d soon\n%s", status, took, cli.SSHFailed, stderr)
				}
				w.nothingOpen()
				if n := w.Tokens(); n != 0 && name != "login" { // there, the answer was not waited for
					t.Errorf("%d tokens are still valid", n)
				}
			})
		}
	}
}

// Other commands end with 130.
func TestSignalsEndOtherCommands(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, simulator.Options{})
			w.Inject(simulator.Fault{Operation: "listSims", Delay: 5 * time.Second})
			cmd, stderr := w.start("sims")
			w.until("the request", func() bool { return w.Count("listSims") > 0 })
			if status, took := w.end(cmd, sig); status != cli.Interrupted || took > 4*time.Second {
				t.Errorf("status %d after %s, want %d at once\n%s", status, took, cli.Interrupted, stderr)
			}
			if n := w.Tokens(); n != 0 {
				t.Errorf("%d tokens are still valid", n)
			}
		})
	}
}

// A second Ctrl-C gives up a deletion that hangs, and says how to do it by hand.
func TestSecondInterruptSaysHowToDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	remove := w.Inject(simulator.Fault{Operation: "deletePortMapping", Hang: true})
	cmd, stderr := w.start("ssh", "gateway-001", "sleep 60")
	w.until("the session", func() bool { open := w.Mappings(); return len(open) > 0 && open[0].Streams > 0 })
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	w.until("the deletion", func() bool { return w.Count("deletePortMapping") > 0 })
	time.Sleep(200 * time.Millisecond) // a second key press, not an echo of the first
	if status, took := w.end(cmd, syscall.SIGINT); status != cli.SSHFailed || took > 4*time.Second {
		t.Errorf("status %d after %s, want %d at once\n%s", status, took, cli.SSHFailed, stderr)
	}
	open := w.Mappings()
	if len(open) != 1 {
		t.Fatalf("%d mappings are open, want the one whose deletion hangs", len(open))
	}
	remove()

	command := fmt.Sprintf("napter-connect mappings delete %s:%d", open[0].IP, open[0].Port)
	if !strings.Contains(stderr.String(), command) {
		t.Fatalf("no %q in:\n%s", command, stderr)
	}
	if r := w.run(w.program(strings.Fields(command)[1:]...)); r.status != 0 {
		t.Errorf("that command gave status %d: %s", r.status, r.stderr)
	}
	w.nothingOpen()
	if r := w.run(w.program("mappings", "prune")); !strings.Contains(r.stderr, "nothing is left over") {
		t.Errorf("prune said: %s", r.stderr)
	}
}

func (w *world) start(args ...string) (*exec.Cmd, *bytes.Buffer) {
	w.t.Helper()
	cmd, stderr := w.program(args...), &bytes.Buffer{}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, stderr
}

// end sends a signal and waits for the end.
func (w *world) end(cmd *exec.Cmd, sig syscall.Signal) (status int, took time.Duration) {
	w.t.Helper()
	started := time.Now()
	if err := cmd.Process.Signal(sig); err != nil {
		w.t.Fatal(err)
	}
	return w.status(cmd.Wait()), time.Since(started)
}
