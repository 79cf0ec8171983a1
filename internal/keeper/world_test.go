//go:build linux

package keeper_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"github.com/napter-connect/napter-connect/internal/hometest"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// program is the real one, with the race detector where the tests have it.
var program hometest.Program

// abreastTests is how many tests run at once on a small machine: they wait more
// than they compute. -parallel says otherwise.
const abreastTests = 6

func TestMain(m *testing.M) {
	if runtime.GOMAXPROCS(0) < abreastTests {
		_ = flag.Set("test.parallel", strconv.Itoa(abreastTests))
	}
	hometest.Hear(syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP)
	if raceEnabled {
		program.Flags = []string{"-race"}
	}
	code := m.Run()
	program.Remove()
	os.Exit(code)
}

// world is a simulated Soracom.
type world struct {
	t   testing.TB
	sim *simulator.Simulator
}

func newWorld(t testing.TB, o simulator.Options) *world {
	t.Helper()
	sim, err := simulator.Start(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	return &world{t: t, sim: sim}
}

// home is one user's machine.
type home struct {
	*world
	*hometest.Home
}

// newHome makes a home that trusts the devices; further variables may be given.
func (w *world) newHome(vars ...string) *home {
	w.t.Helper()
	h := &home{w, hometest.New(w.t, program.Path(w.t), w.sim, vars...)}
	h.Write("napter-connect/known_hosts", w.sim.KnownHosts())
	return h
}

// ssh is a remote command on a SIM.
func (h *home) ssh(sim, command string) *exec.Cmd {
	return h.Command("ssh", "-F", "none", "-l", "pi", sim, command)
}

// run runs a command to its end.
func (h *home) run(args ...string) (stdout, stderr string, status int) {
	h.t.Helper()
	return h.finish(h.Command(args...))
}

func (h *home) finish(cmd *exec.Cmd) (stdout, stderr string, status int) {
	h.t.Helper()
	return hometest.Finish(h.t, cmd)
}

// clean says what is open of a SIM, or of any without, or journalled.
func (h *home) clean(simID string) error {
	for _, m := range h.sim.Mappings() {
		if simID == "" || m.SimID == simID {
			return fmt.Errorf("mapping %s:%d is open", m.IP, m.Port)
		}
	}
	if names := h.Journal(); len(names) > 0 {
		return fmt.Errorf("the journal holds %v", names)
	}
	return nil
}

// log is the keeper's log, for a failure's message.
func (h *home) log() string {
	b, _ := os.ReadFile(filepath.Join(h.Dir, "napter-connect", "keeper.log"))
	return string(b)
}

// onlineSIMs are SIM IDs that can be reached over air.
func (w *world) onlineSIMs(n int) []string {
	w.t.Helper()
	var ids []string
	for _, s := range w.sim.SIMs() {
		if s.Online && s.Status == "active" && len(ids) < n {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) < n {
		w.t.Fatalf("only %d SIMs are online", len(ids))
	}
	return ids
}
