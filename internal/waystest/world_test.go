//go:build linux

package waystest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// build makes the real program once for all tests.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "napter-connect-test-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "napter-connect")
	out, err := exec.Command("go", "build", "-o", bin, "../../cmd/napter-connect").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("building: %w: %s", err, out)
	}
	return bin, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if bin, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// world is a simulated Soracom, the real program, and one user's machine.
type world struct {
	t   testing.TB
	bin string
	sim *simulator.Simulator
	dir string // the home
	env []string
}

func newWorld(t testing.TB, o simulator.Options) *world {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	if o.SIMs == 0 {
		o.SIMs = 40
	}
	sim, err := simulator.Start(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	dir, err := os.MkdirTemp("", "nc-ways-") // short, for the sockets' paths
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	w := &world{t: t, bin: bin, sim: sim, dir: dir}
	w.fill()
	t.Cleanup(w.clear)
	return w
}

// fill makes the home's files and environment.
func (w *world) fill() {
	w.t.Helper()
	for _, d := range []string{"napter-connect", "run", ".ssh"} {
		if err := os.MkdirAll(filepath.Join(w.dir, d), 0o700); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.sim.WriteProfiles(filepath.Join(w.dir, "profiles")); err != nil {
		w.t.Fatal(err)
	}
	w.write("ca.pem", w.sim.CACertPEM())
	w.env = []string{
		"PATH=" + filepath.Dir(w.bin) + ":" + os.Getenv("PATH"), "HOME=" + w.dir, "USER=" + os.Getenv("USER"),
		"XDG_STATE_HOME=" + w.dir, "XDG_CONFIG_HOME=" + w.dir, "XDG_CACHE_HOME=" + w.dir,
		"XDG_RUNTIME_DIR=" + filepath.Join(w.dir, "run"), "SSL_CERT_FILE=" + filepath.Join(w.dir, "ca.pem"),
		"SORACOM_ENDPOINT=" + w.sim.Endpoint(), "SORACOM_PROFILE_DIR=" + filepath.Join(w.dir, "profiles"),
		"NAPTER_CONNECT_IP_SERVICES=" + strings.Join(w.sim.IPServices(), ","), "GOCOVERDIR=" + os.Getenv("GOCOVERDIR"),
	}
}

func (w *world) write(name string, data []byte) string {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// clear ends what a failed test may have left.
func (w *world) clear() {
	for _, pid := range w.processes("") {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// command is a program of any name, in this home.
func (w *world) command(name string, args ...string) *exec.Cmd {
	w.t.Helper()
	path := w.bin
	if name != "napter-connect" {
		path = sshdtest.Tool(w.t, name)
	}
	cmd := exec.Command(path, args...)
	cmd.Env, cmd.Dir = w.env, w.dir
	return cmd
}

// result is what a program gave.
type result struct {
	out, err string
	status   int
}

func (w *world) run(name string, args ...string) result {
	w.t.Helper()
	return w.finish(w.command(name, args...))
}

func (w *world) finish(cmd *exec.Cmd) result {
	w.t.Helper()
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
		w.t.Fatal(err)
	}
	return result{out.String(), errOut.String(), cmd.ProcessState.ExitCode()}
}

// works runs a program that must succeed and say nothing on stderr.
func (w *world) works(name string, args ...string) string {
	w.t.Helper()
	r := w.run(name, args...)
	if r.status != 0 || r.err != "" {
		w.t.Fatalf("%s %q: status %d\nstdout: %s\nstderr: %s", name, args, r.status, r.out, r.err)
	}
	return r.out
}

// processes are this home's processes of ours whose arguments contain a text.
func (w *world) processes(containing string) []int {
	var pids []int
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		environ, err := os.ReadFile(filepath.Join(dir, "environ"))
		args, err2 := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || err2 != nil || !bytes.Contains(args, []byte("napter-connect")) {
			continue
		}
		if exe, err := os.Readlink(filepath.Join(dir, "exe")); err != nil || exe != w.bin {
			continue
		}
		if !bytes.Contains(environ, []byte(w.dir)) && !bytes.Contains(args, []byte(w.dir)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && bytes.Contains(args, []byte(containing)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (w *world) keepers() []int { return w.processes("keeper\x00run") }

// cleanLimit is how long an end may take to be tidied up.
const cleanLimit = 10 * time.Second

// clean waits until no mapping is open and no process of ours but the keeper is
// left, and fails otherwise.
func (w *world) clean() {
	w.t.Helper()
	w.until("a clean end", func() error {
		if open := w.sim.Mappings(); len(open) > 0 {
			return fmt.Errorf("%d mappings are open: %+v", len(open), open)
		}
		if all, keepers := w.processes(""), w.keepers(); len(all) != len(keepers) {
			return fmt.Errorf("processes %v are left, of which %v are keepers", all, keepers)
		}
		names, _ := filepath.Glob(filepath.Join(w.dir, "napter-connect", "leases", "*.json"))
		if len(names) > 0 {
			return fmt.Errorf("the journal holds %v", names)
		}
		return nil
	})
}

// stopKeeper ends the keeper as a user would; then no process is left at all.
func (w *world) stopKeeper() {
	w.t.Helper()
	w.until("the keeper's end", func() error {
		if r := w.run("napter-connect", "keeper", "stop"); r.status != 0 {
			return fmt.Errorf("keeper stop: status %d: %s", r.status, r.err)
		}
		if left := w.processes(""); len(left) > 0 {
			return fmt.Errorf("processes are left: %v", left)
		}
		return nil
	})
	if n := w.sim.Tokens(); n > 0 {
		w.t.Errorf("%d tokens are still valid", n)
	}
}

// until polls until f is content.
func (w *world) until(what string, f func() error) {
	w.t.Helper()
	var err error
	for deadline := time.Now().Add(cleanLimit); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if err = f(); err == nil {
			return
		}
	}
	w.t.Errorf("%s did not come: %v", what, err)
}

// newSSHWorld is a world whose devices all are one real sshd, and whose user has
// an ssh_config that leads there by way of napter-connect proxy.
func newSSHWorld(t testing.TB) (*world, *sshdtest.Server) {
	t.Helper()
	sshdtest.Tool(t, "ssh")
	server := sshdtest.Start(t, sshdtest.Options{Config: []string{"Subsystem sftp internal-sftp", "MaxStartups 200", "MaxSessions 100"}})
	w := newWorld(t, simulator.Options{Devices: map[int]string{22: server.Addr}})
	known := "* " + string(ssh.MarshalAuthorizedKey(server.HostKeys[0]))
	config := fmt.Sprintf(`Host *
  ProxyCommand %s proxy %%h %%p
  User %s
  IdentityFile %s
  IdentitiesOnly yes
  UserKnownHostsFile %s
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
  LogLevel ERROR
  BatchMode yes
`, w.bin, server.User, server.UserKeyFile, w.write("known", []byte(known)))
	w.write("ssh_config", []byte(config))
	return w, server
}

// ssh are ssh's arguments in this home, for whom $HOME is not enough: OpenSSH
// takes the home from the user database.
func (w *world) ssh(args ...string) []string {
	return append([]string{"-F", filepath.Join(w.dir, "ssh_config")}, args...)
}

// newSimulatedSSHWorld has the simulated devices, whose SSH server is quicker than
// sshd, and a configuration for gateway-001 alone.
func newSimulatedSSHWorld(t testing.TB) *world {
	t.Helper()
	w := newWorld(t, simulator.Options{})
	gateway, _ := w.sim.SIMByName("gateway-001")
	config := fmt.Sprintf(`Host *
  ProxyCommand %s proxy %%h %%p
  User pi
  IdentityFile none
  HostKeyAlias sim-%s
  UserKnownHostsFile %s
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
  LogLevel ERROR
  BatchMode yes
`, w.bin, gateway.ID, w.write("known", w.sim.KnownHosts(gateway.ID)))
	w.write("ssh_config", []byte(config))
	return w
}
