//go:build linux

package keeper_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// build makes the real program once for all tests.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "napter-connect-test-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "napter-connect")
	args := []string{"build", "-o", bin}
	if raceEnabled {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, "../../cmd/napter-connect")...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("building: %w: %s", err, out)
	}
	return bin, err
})

// abreastTests is how many tests run at once on a small machine: they wait more
// than they compute. -parallel says otherwise.
const abreastTests = 6

func TestMain(m *testing.M) {
	if runtime.GOMAXPROCS(0) < abreastTests {
		_ = flag.Set("test.parallel", strconv.Itoa(abreastTests))
	}
	// A shell that runs us in the background has us ignore Ctrl-C, which our
	// children would inherit; what is caught, they get as usual.
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP} {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
	code := m.Run()
	if bin, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// world is a simulator and the real program.
type world struct {
	t   testing.TB
	bin string
	sim *simulator.Simulator
	dir string
}

func newWorld(t testing.TB, o simulator.Options) *world {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("processes are found in /proc")
	}
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	sim, err := simulator.Start(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	return &world{t: t, bin: bin, sim: sim, dir: t.TempDir()}
}

// home is one user's machine: folders and environment of their own.
type home struct {
	*world
	dir string
	env []string
}

// newHome makes a home; further variables may be given.
func (w *world) newHome(vars ...string) *home {
	w.t.Helper()
	dir, err := os.MkdirTemp("", "nc-home-") // short, for the socket's path
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = os.RemoveAll(dir) })
	h := &home{world: w, dir: dir}
	state := filepath.Join(dir, "napter-connect")
	for _, d := range []string{state, filepath.Join(dir, "run")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.sim.WriteProfiles(filepath.Join(dir, "profiles")); err != nil {
		w.t.Fatal(err)
	}
	ca := filepath.Join(dir, "ca.pem")
	for path, data := range map[string][]byte{
		filepath.Join(state, "known_hosts"): w.sim.KnownHosts(), ca: w.sim.CACertPEM(),
	} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	h.env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_STATE_HOME=" + dir, "XDG_CONFIG_HOME=" + dir,
		"XDG_CACHE_HOME=" + dir, "XDG_RUNTIME_DIR=" + filepath.Join(dir, "run"), "SSL_CERT_FILE=" + ca,
		"SORACOM_ENDPOINT=" + w.sim.Endpoint(), "SORACOM_PROFILE_DIR=" + filepath.Join(dir, "profiles"),
		"NAPTER_CONNECT_IP_SERVICES=" + strings.Join(w.sim.IPServices(), ","), "GOCOVERDIR=" + os.Getenv("GOCOVERDIR"),
		"GORACE=exitcode=66 log_path=" + filepath.Join(dir, "race"),
	}, vars...)
	w.t.Cleanup(h.clear)
	return h
}

// clear ends what a failed test may have left, and fails a test whose processes
// had data races.
func (h *home) clear() {
	races, _ := filepath.Glob(filepath.Join(h.dir, "race.*"))
	for _, name := range races {
		b, _ := os.ReadFile(name)
		h.t.Errorf("a data race: %s", b)
	}
	for _, pid := range h.processes("") {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// command is the program with arguments, in this home.
func (h *home) command(args ...string) *exec.Cmd {
	cmd := exec.Command(h.bin, args...)
	cmd.Env = h.env
	return cmd
}

// ssh is a remote command on a SIM.
func (h *home) ssh(sim, command string) *exec.Cmd {
	return h.command("ssh", "-F", "none", "-l", "pi", sim, command)
}

// run runs a command to its end.
func (h *home) run(args ...string) (stdout, stderr string, status int) {
	h.t.Helper()
	return h.finish(h.command(args...))
}

func (h *home) finish(cmd *exec.Cmd) (stdout, stderr string, status int) {
	h.t.Helper()
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		h.t.Fatal(err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// processes are this home's processes whose arguments contain a text.
func (h *home) processes(containing string) []int {
	var pids []int
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		environ, err := os.ReadFile(filepath.Join(dir, "environ"))
		args, err2 := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || err2 != nil || !bytes.HasPrefix(args, []byte(h.bin)) {
			continue
		}
		if !bytes.Contains(environ, []byte(h.dir)) && !bytes.Contains(args, []byte(h.dir)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && bytes.Contains(args, []byte(containing)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// keeperArgs are in the arguments of a keeper.
const keeperArgs = "keeper\x00run"

// keepers are this home's keepers.
func (h *home) keepers() []int { return h.processes(keeperArgs) }

// stopKeeper ends the keeper as a user would, and waits until no process of this
// home is left. A killed command may have a keeper on its way, so that once may
// not be enough.
func (h *home) stopKeeper() error {
	return within(cleanLimit, func() error {
		if _, stderr, status := h.run("keeper", "stop"); status != 0 {
			return fmt.Errorf("keeper stop: status %d: %s", status, stderr)
		}
		if left := h.processes(""); len(left) > 0 {
			return fmt.Errorf("processes are left: %v", left)
		}
		return nil
	})
}

// journal are the names of the journal's entries.
func (h *home) journal() []string {
	names, _ := filepath.Glob(filepath.Join(h.dir, "napter-connect", "leases", "*.json"))
	return names
}

// clean says what is open of a SIM, or of any without, or journalled.
func (h *home) clean(simID string) error {
	for _, m := range h.sim.Mappings() {
		if simID == "" || m.SimID == simID {
			return fmt.Errorf("mapping %s:%d is open", m.IP, m.Port)
		}
	}
	if names := h.journal(); len(names) > 0 {
		return fmt.Errorf("the journal holds %v", names)
	}
	return nil
}

// log is the keeper's log, for a failure's message.
func (h *home) log() string {
	b, _ := os.ReadFile(filepath.Join(h.dir, "napter-connect", "keeper.log"))
	return string(b)
}

// within polls until f is content.
func within(limit time.Duration, f func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := f()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
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
