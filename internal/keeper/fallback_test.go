//go:build linux

package keeper_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// Where no keeper can be started, the command does the work itself, and says why
// under -v.
func TestWorkWithoutAKeeper(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	sim := w.onlineSIMs(1)[0]
	for name, o := range map[string]struct {
		prepare func(t *testing.T, h *home) (vars []string)
		flags   []string
		says    string
	}{
		"flag":     {flags: []string{"--no-keeper"}},
		"variable": {prepare: func(*testing.T, *home) []string { return []string{"NAPTER_CONNECT_NO_KEEPER=1"} }},
		"config": {prepare: func(_ *testing.T, h *home) []string {
			h.configure("noKeeper: true\n")
			return nil
		}},
		"no folder for the socket": {says: "no keeper: ", prepare: func(t *testing.T, h *home) []string {
			t.Helper()
			if err := os.WriteFile(filepath.Join(h.Dir, "run", "napter-connect"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return nil
		}},
		"a folder in the socket's place": {says: "no keeper: ", prepare: func(t *testing.T, h *home) []string {
			t.Helper()
			h.run("ssh", "-F", "none", "-l", "pi", sim, "true")
			sockets, _ := filepath.Glob(filepath.Join(h.Dir, "run", "napter-connect", "keeper-*.sock"))
			if err := h.StopKeeper(cleanLimit); err != nil || len(sockets) != 1 {
				t.Fatal(err, sockets)
			}
			if err := os.MkdirAll(filepath.Join(sockets[0], "full"), 0o700); err != nil {
				t.Fatal(err)
			}
			return nil
		}},
		"path too long": {says: "no keeper: ", prepare: func(t *testing.T, h *home) []string {
			t.Helper()
			long := filepath.Join(h.Dir, strings.Repeat("long/", 20))
			if err := os.MkdirAll(long, 0o700); err != nil {
				t.Fatal(err)
			}
			return []string{"XDG_RUNTIME_DIR=" + long}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := w.newHome()
			if o.prepare != nil {
				h.Env = append(h.Env, o.prepare(t, h)...)
			}
			args := append([]string{"ssh", "-v", "-F", "none", "-l", "pi"}, o.flags...)
			stdout, stderr, status := h.run(append(args, sim, "echo inside")...)
			if status != 0 || stdout != "inside\n" {
				t.Fatalf("status %d, %q: %s", status, stdout, stderr)
			}
			if !strings.Contains(stderr, o.says) {
				t.Errorf("it said %q, and not %q", stderr, o.says)
			}
			if len(h.Keepers()) != 0 {
				t.Error("there is a keeper")
			}
			if n := len(w.sim.Mappings()); n != 0 {
				t.Errorf("%d mappings are open", n)
			}
			if n := w.sim.Tokens(); n != 0 {
				t.Errorf("%d tokens are left", n)
			}
		})
	}
}

// A keeper of before, whose socket is there and whose process is not.
func TestSocketOfADeadKeeper(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	sim := w.onlineSIMs(1)[0]
	for range 3 {
		if _, stderr, status := h.finish(h.ssh(sim, "true")); status != 0 {
			t.Errorf("status %d: %s", status, stderr)
		}
		if n := len(h.Keepers()); n != 1 {
			t.Errorf("%d keepers, want one", n)
		}
		h.killKeeper()
	}
}
