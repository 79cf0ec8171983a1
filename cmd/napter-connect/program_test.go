package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// gateway is the SIM ID of gateway-001.
const gateway = "8981108358100000005"

// world is a simulator and the surroundings of a program that uses it.
type world struct {
	*simulator.Simulator
	t    testing.TB
	vars map[string]string
}

func newWorld(t testing.TB, o simulator.Options) *world {
	t.Helper()
	o.SIMs = 40
	sim, err := simulator.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	vars, err := worldVariables(sim, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &world{sim, t, vars}
}

// program prepares the program as a process of its own.
func (w *world) program(args ...string) *exec.Cmd {
	cmd := exec.Command("napter-connect", args...)
	cmd.Env = os.Environ()
	for name, value := range w.vars {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// result is what a program left.
type result struct {
	status      int
	out, stderr string
}

func (w *world) run(cmd *exec.Cmd) result {
	w.t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	return result{w.status(cmd.Run()), out.String(), errs.String()}
}

// status is the exit status in what exec gave; -1 is a death by signal.
func (w *world) status(err error) int {
	w.t.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	w.t.Fatal(err)
	return 0
}

func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("%s did not come", what)
		}
	}
}

// nothingOpen checks that no mapping is left.
func (w *world) nothingOpen() {
	w.t.Helper()
	if open := w.Mappings(); len(open) > 0 {
		w.t.Errorf("left open: %+v", open)
	}
}

// The command of the README, as somebody without an account types it first.
func TestDemoAnswersWithinTwoSeconds(t *testing.T) {
	w := &world{t: t}
	fastest := time.Hour
	for range 3 { // the machine may be busy with something else
		started := time.Now()
		r := w.run(exec.Command("napter-connect", "demo", "ssh", "gateway-001", "uname", "-a"))
		fastest = min(fastest, time.Since(started))
		if r.status != 0 || !strings.HasPrefix(r.out, "Linux gateway-001 ") || r.stderr != "" {
			t.Fatalf("status %d, output %q, stderr %q", r.status, r.out, r.stderr)
		}
	}
	if fastest > slowdown*2*time.Second {
		t.Errorf("the demo took %s, want under 2 s", fastest)
	}
	t.Logf("the demo took %s", fastest)
	if r := w.run(exec.Command("napter-connect", "demo", "ssh", "gateway-001", "exit 7")); r.status != 7 {
		t.Errorf("status %d, want 7: %s", r.status, r.stderr)
	}
}

// The demo's simulator outlives the signal that ends the demo: its command can
// still delete the mapping.
func TestDemoEndsAtASignal(t *testing.T) {
	t.Parallel()
	w := &world{t: t}
	cmd := exec.Command("napter-connect", "demo", "ssh", "gateway-001", "echo there; sleep 1000")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "there\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if status := w.status(cmd.Wait()); status != 255 {
		t.Errorf("status %d, want 255", status)
	}
	if strings.Contains(errs.String(), "could not be deleted") {
		t.Errorf("the mapping stayed: %s", errs.String())
	}
}
