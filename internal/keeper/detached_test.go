//go:build linux

package keeper_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// pipelineLimit is what a pipeline may take at most on a busy machine. One that
// waits for the keeper takes ten minutes.
const pipelineLimit = 30 * time.Second

// A pipeline ends with its command, though that started a keeper.
func TestPipelinesDoNotWaitForTheKeeper(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	sim := w.onlineSIMs(1)[0]
	for name, script := range map[string]string{
		"substitution":   `x=$("$1" ssh -F none -l pi "$2" echo done 2>&1); echo "$x"`,
		"pipe":           `"$1" ssh -F none -l pi "$2" echo done | cat`,
		"both":           `"$1" ssh -F none -l pi "$2" echo done 2>&1 </dev/null | cat`,
		"descriptor 3":   `x=$({ "$1" ssh -F none -l pi "$2" echo done >&2; } 3>&1 2>/dev/null); echo "done$x"`,
		"descriptor 9":   `exec 9>&1; "$1" ssh -F none -l pi "$2" echo done | cat`,
		"closed streams": `"$1" ssh -F none -l pi "$2" true <&- >&- 2>&-; echo done`,
		"mappings":       `"$1" keeper status >/dev/null 2>&1; "$1" ssh -F none -l pi "$2" true; "$1" mappings 2>&1 | cat; echo done`,
	} {
		t.Run(name, func(t *testing.T) {
			h := w.newHome()
			ctx, cancel := context.WithTimeout(t.Context(), pipelineLimit)
			defer cancel()
			cmd := exec.CommandContext(ctx, "/bin/sh", "-c", script, "sh", h.Bin, sim)
			cmd.Env = h.Env
			cmd.WaitDelay = time.Second
			out, err := cmd.Output()
			if err != nil || !strings.Contains(string(out), "done") {
				t.Errorf("%v, output %q", err, out)
			}
			if n := len(h.Keepers()); n != 1 {
				t.Errorf("%d keepers, want one", n)
			}
			h.spotless()
		})
	}
}

// A terminal is closed on a session: that deletes, and the keeper, which the
// session had started, lives on and serves.
func TestKeeperOutlivesItsTerminal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	sim := w.onlineSIMs(1)[0]
	cmd := h.Command("ssh", "-F", "none", "-l", "pi", sim)
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	if seen := readUntil(terminal, "$ "); !strings.Contains(seen, "$ ") {
		t.Fatalf("no prompt: %q", seen)
	}
	before := h.Keepers()
	if len(before) != 1 {
		t.Fatalf("keepers: %v", before)
	}
	if err := terminal.Close(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	h.eventually("the mapping", func() error { return h.clean(sim) })
	for range 2 {
		if stdout, stderr, status := h.finish(h.ssh(sim, "echo again")); status != 0 || stdout != "again\n" {
			t.Errorf("status %d, %q: %s", status, stdout, stderr)
		}
	}
	if after := h.Keepers(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("keeper %v has become %v", before, after)
	}
	if n := w.sim.Count("auth"); n != 1 {
		t.Errorf("%d logins, want one", n)
	}
	h.spotless()
}

// Others can read a process's arguments, and root its environment; files are
// forever.
func TestKeeperTellsNoSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome("SORACOM_AUTH_KEY=secret-of-the-environment", "HTTPS_PROXY=http://user:password@127.0.0.1:1", "NO_PROXY=127.0.0.1")
	s := h.begin(w.onlineSIMs(1)[0])
	pids := h.Keepers()
	if len(pids) != 1 {
		t.Fatalf("keepers: %v", pids)
	}
	secrets := regexp.MustCompile(`(?i)secret|token|password|authkey|keyid`)
	check := func(what string, b []byte) {
		// The folders of this test are named after it.
		b = bytes.ReplaceAll(b, []byte(h.Dir), nil)
		if found := secrets.FindAll(b, -1); found != nil {
			t.Errorf("%s holds %q: %s", what, found, b)
		}
	}
	for _, file := range []string{"environ", "cmdline"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pids[0], file))
		if err != nil {
			t.Fatal(err)
		}
		check(file, b)
	}
	if dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pids[0])); err != nil || dir != "/" {
		t.Errorf("its working directory is %s, %v", dir, err)
	}
	if n := len(h.Journal()); n != 1 {
		t.Errorf("the journal holds %d entries, want one", n)
	}
	err := filepath.WalkDir(filepath.Join(h.Dir, "napter-connect"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		check(path, b)
		if info, err := d.Info(); err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	s.release()
	if status := s.status(); status != 0 {
		t.Errorf("status %d: %s", status, s.errOut.String())
	}
	h.spotless()
}
