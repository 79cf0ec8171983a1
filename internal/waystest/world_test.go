//go:build linux

package waystest_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/hometest"
	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// program is the real one.
var program hometest.Program

func TestMain(m *testing.M) {
	code := m.Run()
	program.Remove()
	os.Exit(code)
}

// world is a simulated Soracom, the real program, and one user's machine.
type world struct {
	*hometest.Home
	t   testing.TB
	sim *simulator.Simulator
}

func newWorld(t testing.TB, o simulator.Options) *world {
	t.Helper()
	if o.SIMs == 0 {
		o.SIMs = 40
	}
	sim, err := simulator.Start(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	return &world{hometest.New(t, program.Path(t), sim), t, sim}
}

// command is a program of any name, in this home.
func (w *world) command(name string, args ...string) *exec.Cmd {
	w.t.Helper()
	path := w.Bin
	if name != "napter-connect" {
		path = sshdtest.Tool(w.t, name)
	}
	cmd := exec.Command(path, args...)
	cmd.Env, cmd.Dir = w.Env, w.Dir
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
	out, errOut, status := hometest.Finish(w.t, cmd)
	return result{out, errOut, status}
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
		if all, keepers := w.Processes(""), w.Keepers(); len(all) != len(keepers) {
			return fmt.Errorf("processes %v are left, of which %v are keepers", all, keepers)
		}
		if names := w.Journal(); len(names) > 0 {
			return fmt.Errorf("the journal holds %v", names)
		}
		return nil
	})
}

// stopKeeper ends the keeper as a user would; then no process is left at all.
func (w *world) stopKeeper() {
	w.t.Helper()
	if err := w.StopKeeper(cleanLimit); err != nil {
		w.t.Error(err)
	}
	if n := w.sim.Tokens(); n > 0 {
		w.t.Errorf("%d tokens are still valid", n)
	}
}

// until polls until f is content.
func (w *world) until(what string, f func() error) {
	w.t.Helper()
	if err := hometest.Within(cleanLimit, f); err != nil {
		w.t.Errorf("%s did not come: %v", what, err)
	}
}

// newSSHWorld is a world whose devices all are one real sshd, and whose user has
// an ssh_config that leads there via napter-connect proxy.
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
`, w.Bin, server.User, server.UserKeyFile, w.Write("known", []byte(known)))
	w.Write("ssh_config", []byte(config))
	return w, server
}

// ssh are ssh's arguments in this home, for whom $HOME is not enough: OpenSSH
// takes the home from the user database.
func (w *world) ssh(args ...string) []string {
	return append([]string{"-F", filepath.Join(w.Dir, "ssh_config")}, args...)
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
`, w.Bin, gateway.ID, w.Write("known", w.sim.KnownHosts(gateway.ID)))
	w.Write("ssh_config", []byte(config))
	return w
}
