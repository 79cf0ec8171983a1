//go:build linux

package hometest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// Home is one user's machine: folders and environment of their own.
type Home struct {
	// Bin is the program, Dir the home folder.
	Bin, Dir string
	// Env is the environment of the home's programs.
	Env []string

	t testing.TB
}

// New makes a home for a user of a simulated Soracom; further variables may be
// given. At the test's end its processes are killed, and the home is removed.
func New(t testing.TB, bin string, sim *simulator.Simulator, vars ...string) *Home {
	t.Helper()
	dir, err := os.MkdirTemp("", "nc-home-") // short, for the sockets' paths
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	h := &Home{Bin: bin, Dir: dir, t: t}
	for _, folder := range []string{"napter-connect", "run", ".ssh"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := sim.WriteProfiles(filepath.Join(dir, "profiles")); err != nil {
		t.Fatal(err)
	}
	h.Env = append([]string{
		"PATH=" + filepath.Dir(bin) + ":" + os.Getenv("PATH"), "HOME=" + dir, "USER=" + os.Getenv("USER"),
		"XDG_STATE_HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_CACHE_HOME=" + dir,
		"XDG_RUNTIME_DIR=" + filepath.Join(dir, "run"), "SSL_CERT_FILE=" + h.Write("ca.pem", sim.CACertPEM()),
		"SORACOM_ENDPOINT=" + sim.Endpoint(), "SORACOM_PROFILE_DIR=" + filepath.Join(dir, "profiles"),
		"NAPTER_CONNECT_IP_SERVICES=" + strings.Join(sim.IPServices(), ","), "GOCOVERDIR=" + os.Getenv("GOCOVERDIR"),
		// The race detector sleeps for a second before a program exits otherwise:
		// half of a killed command's life would be that.
		"GORACE=atexit_sleep_ms=50 exitcode=66 log_path=" + filepath.Join(dir, "race"),
	}, vars...)
	t.Cleanup(h.clear)
	return h
}

// clear ends what a failed test may have left, and fails a test whose processes
// had data races.
func (h *Home) clear() {
	races, _ := filepath.Glob(filepath.Join(h.Dir, "race.*"))
	for _, name := range races {
		b, _ := os.ReadFile(name)
		h.t.Errorf("a data race: %s", b)
	}
	for _, pid := range h.Processes("") {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// Write writes a file of the home, by its path in it, and returns the whole path.
func (h *Home) Write(name string, data []byte) string {
	h.t.Helper()
	path := filepath.Join(h.Dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		h.t.Fatal(err)
	}
	return path
}

// Processes are those of the program in this home whose arguments contain a text.
// Arguments end with a NUL each.
func (h *Home) Processes(containing string) []int {
	var pids []int
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		if exe, err := os.Readlink(filepath.Join(dir, "exe")); err != nil || exe != h.Bin {
			continue
		}
		environ, err := os.ReadFile(filepath.Join(dir, "environ"))
		args, err2 := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || err2 != nil || !bytes.Contains(args, []byte(containing)) {
			continue
		}
		if !bytes.Contains(environ, []byte(h.Dir)) && !bytes.Contains(args, []byte(h.Dir)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// Keepers are this home's keepers.
func (h *Home) Keepers() []int { return h.Processes("keeper\x00run") }

// Journal are the paths of the journal's entries.
func (h *Home) Journal() []string {
	names, _ := filepath.Glob(filepath.Join(h.Dir, "napter-connect", "leases", "*.json"))
	return names
}

// Command is the program with arguments, in this home.
func (h *Home) Command(args ...string) *exec.Cmd {
	cmd := exec.Command(h.Bin, args...) //nolint:noctx // tests decide how it ends
	cmd.Env, cmd.Dir = h.Env, h.Dir
	return cmd
}

// StopKeeper ends the keeper as a user would, and waits until no process of this
// home is left. A killed command may have a keeper on its way, so that once may
// not be enough.
func (h *Home) StopKeeper(limit time.Duration) error {
	h.t.Helper()
	return Within(limit, func() error {
		if _, stderr, status := Finish(h.t, h.Command("keeper", "stop")); status != 0 {
			return fmt.Errorf("keeper stop: status %d: %s", status, stderr)
		}
		if left := h.Processes(""); len(left) > 0 {
			return fmt.Errorf("processes are left: %v", left)
		}
		return nil
	})
}

// Finish runs a command to its end, and returns what it gave where that goes
// nowhere else.
func Finish(t testing.TB, cmd *exec.Cmd) (stdout, stderr string, status int) {
	t.Helper()
	var out, errOut bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &out
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &errOut
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// Within polls until f is content, for so long at most, and returns what f said
// last.
func Within(limit time.Duration, f func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := f()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}
