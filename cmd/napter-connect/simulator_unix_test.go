//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

var exportForm = regexp.MustCompile(`^export ([A-Z_]+)='([^']+)'$`)

// The lines that the simulator prints point the program, as any script, to it.
func TestSimulatorCommand(t *testing.T) {
	t.Parallel()
	w := &world{t: t, vars: map[string]string{"NAPTER_CONNECT_NO_KEEPER": "1"}}
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"} {
		w.vars[name] = t.TempDir()
	}
	sim := w.program("simulator", "--sims", "30", "--device", "2222=127.0.0.1:1")
	out, err := sim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	sim.Stderr = &stderr
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Process.Kill() })
	lines := bufio.NewScanner(out)
	for range 3 {
		if !lines.Scan() {
			t.Fatalf("it ended: %s", &stderr)
		}
		m := exportForm.FindStringSubmatch(lines.Text())
		if m == nil {
			t.Fatalf("%q sets no variable", lines.Text())
		}
		w.vars[m[1]] = m[2]
	}
	if r := w.run(w.program("sims", "--json")); r.status != 0 || strings.Count(r.out, `"id"`) != 30 {
		t.Errorf("sims: status %d, %d SIMs, want 30: %s", r.status, strings.Count(r.out, `"id"`), r.stderr)
	}
	if r := w.run(w.program("mappings", "create", "gateway-001")); r.status != 0 {
		t.Errorf("mappings create: status %d: %s", r.status, r.stderr)
	}
	s := (&world{t: t, Simulator: nil, vars: w.vars}).onScreen(24, 80, "ssh", "pi@gateway-001", "uname -n")
	s.shows("SHA256:")
	s.types("yes\n")
	s.shows("assword:")
	s.types("raspberry\n")
	s.shows("gateway-001\r\n")
	s.ends(0)
	if err := sim.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if status := w.status(sim.Wait()); status != cli.Interrupted {
		t.Errorf("status %d, want %d", status, cli.Interrupted)
	}
	if strings.Contains(stderr.String(), "napter-connect: ") || !strings.Contains(stderr.String(), "raspberry") {
		t.Errorf("stderr: %s", &stderr)
	}
	if _, err := os.Stat(w.vars["SORACOM_PROFILE_DIR"]); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its profiles are still there: %v", err)
	}
}

// A reader that has seen enough is nothing to complain about.
func TestOutputIntoAClosedPipe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	r, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	cmd := w.program("sims")
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = out.Close()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != cli.Failed || stderr.Len() > 0 {
		t.Errorf("%v, %q", err, stderr.String())
	}
	if n := w.Tokens(); n != 0 {
		t.Errorf("%d tokens are still valid", n)
	}
}
