//go:build linux

package waystest_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// muxWorld is a world whose devices all are one real sshd, for our own ssh.
type muxWorld struct {
	*world
	server *sshdtest.Server
	sim    string
}

func newMuxWorld(t *testing.T, config ...string) *muxWorld {
	t.Helper()
	server := sshdtest.Start(t, sshdtest.Options{Config: config})
	w := newWorld(t, simulator.Options{Devices: map[int]string{22: server.Addr}})
	w.Write("napter-connect/known_hosts", []byte("* "+string(ssh.MarshalAuthorizedKey(server.HostKeys[0]))))
	return &muxWorld{w, server, w.online(1)[0].ID}
}

// waiting is a remote command that lives until its input has a line.
const waiting = "echo ready; read x && exit 0; exit 3"

// holder is an ssh command in the middle of its remote command.
type holder struct {
	*muxWorld
	cmd   *exec.Cmd
	stdin io.WriteCloser
	err   strings.Builder
}

func (w *muxWorld) ssh(flags ...string) []string {
	return append([]string{"ssh", "-F", "none", "-l", w.server.User, "-i", w.server.UserKeyFile}, append(flags, w.sim)...)
}

func (w *muxWorld) hold(flags ...string) *holder {
	w.t.Helper()
	h := &holder{muxWorld: w, cmd: w.Command(append(w.ssh(flags...), waiting)...)}
	h.cmd.Stderr = &h.err
	var err, err2 error
	h.stdin, err = h.cmd.StdinPipe()
	out, err2 := h.cmd.StdoutPipe()
	if err != nil || err2 != nil {
		w.t.Fatal(err, err2)
	}
	if err := h.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		_ = h.cmd.Wait()
		w.t.Fatalf("the session says %q; stderr: %s", line, h.err.String())
	}
	return h
}

// end lets the remote command end, and returns the status.
func (h *holder) end() int {
	_, _ = io.WriteString(h.stdin, "\n")
	_ = h.cmd.Wait()
	return h.cmd.ProcessState.ExitCode()
}

// held waits until the next keeper knows of so many commands.
func (w *muxWorld) held(commands int) {
	w.t.Helper()
	w.until("the next keeper", func() error {
		var st struct{ Leases []struct{ Users []struct{} } }
		r := w.run("napter-connect", "keeper", "status", "--json")
		err := json.Unmarshal([]byte(r.out), &st)
		if err == nil && (len(st.Leases) != 1 || len(st.Leases[0].Users) != commands) {
			err = fmt.Errorf("it holds %+v: %s", st.Leases, r.err)
		}
		return err
	})
}

func (w *muxWorld) muxes() []int { return w.Processes("mux\x00--socket") }

func (w *muxWorld) logins() int { return strings.Count(w.server.Log(), "Accepted publickey") }

// over waits until nothing is left, on the device either.
func (w *muxWorld) over() {
	w.t.Helper()
	w.clean()
	w.until("the end of the sessions", func() error {
		log := w.server.Log()
		ended := strings.Count(log, "Closing connection to") + strings.Count(log, "Connection reset by peer")
		if began := strings.Count(log, "Accepted publickey"); ended < began {
			return fmt.Errorf("%d of %d connections have ended", ended, began)
		}
		return nil
	})
	if err := w.StopKeeper(cleanLimit); err != nil { // a killed one may leave its token
		w.t.Error(err)
	}
}

func TestCommandsShareAConnection(t *testing.T) {
	w := newMuxWorld(t)
	first := w.hold()
	if out := w.works("napter-connect", append(w.ssh(), "echo second")...); out != "second\n" {
		t.Errorf("the second command says %q", out)
	}
	if r := w.run("napter-connect", append(w.ssh(), "exit 7")...); r.status != 7 {
		t.Errorf("status %d: %s", r.status, r.err)
	}
	if n := w.logins(); n != 1 || len(w.muxes()) != 1 {
		t.Errorf("%d logins by %d processes, want one", n, len(w.muxes()))
	}
	alone := w.hold("--no-mux")
	other := w.hold("-o", "ServerAliveInterval=7") // it would get another one
	if n := w.logins(); n != 3 || len(w.muxes()) != 2 {
		t.Errorf("%d logins by %d processes, want three by two", n, len(w.muxes()))
	}
	for _, h := range []*holder{alone, other, first} {
		if status := h.end(); status != 0 {
			t.Errorf("status %d: %s", status, h.err.String())
		}
	}
	w.over()
	if names, _ := os.ReadDir(w.Dir + "/run/napter-connect"); slices.ContainsFunc(names, func(e os.DirEntry) bool {
		return strings.HasPrefix(e.Name(), "mux-")
	}) {
		t.Errorf("sockets are left: %v", names)
	}
}

// Where a device has enough of the sessions on one connection, the next command makes
// another.
func TestDeviceWithOneSessionPerConnection(t *testing.T) {
	w := newMuxWorld(t, "MaxSessions 1")
	first := w.hold()
	if out := w.works("napter-connect", append(w.ssh(), "echo second")...); out != "second\n" {
		t.Errorf("the second command says %q", out)
	}
	if status := first.end(); status != 0 {
		t.Errorf("status %d: %s", status, first.err.String())
	}
	w.over()
}

// A process that does not answer holds nobody up.
func TestStoppedProcess(t *testing.T) {
	w := newMuxWorld(t)
	first := w.hold()
	for _, pid := range w.muxes() {
		_ = syscall.Kill(pid, syscall.SIGSTOP)
		defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
	}
	if out := w.works("napter-connect", append(w.ssh(), "echo second")...); out != "second\n" {
		t.Errorf("the second command says %q", out)
	}
	for _, pid := range w.muxes() {
		_ = syscall.Kill(pid, syscall.SIGCONT)
	}
	if status := first.end(); status != 0 {
		t.Errorf("status %d: %s", status, first.err.String())
	}
	w.over()
}

// config.yaml can turn sharing off.
func TestNoMuxInTheConfiguration(t *testing.T) {
	w := newMuxWorld(t)
	w.Write("napter-connect/config.yaml", []byte("noMux: true\n"))
	first := w.hold()
	if n := len(w.muxes()); n != 0 {
		t.Errorf("%d processes hold connections, want none", n)
	}
	first.end()
	w.over()
}

// Whoever is killed, and in which order: those who can go on do, and in the end
// nothing is left, here or on the device.
func TestKillingWhoShares(t *testing.T) {
	if testing.Short() {
		t.Skip("it kills many processes")
	}
	who := []string{"first", "second", "mux", "keeper"}
	for _, a := range who {
		t.Run(a, func(t *testing.T) { killInOrder(t, a) })
		for _, b := range who {
			if a != b {
				t.Run(a+" and "+b, func(t *testing.T) { killInOrder(t, a, b) })
			}
		}
	}
}

func killInOrder(t *testing.T, victims ...string) {
	t.Parallel()
	w := newMuxWorld(t)
	holders := map[string]*holder{"first": w.hold(), "second": w.hold()}
	if n := len(w.muxes()); n != 1 {
		t.Fatalf("%d processes hold connections, want one", n)
	}
	for _, v := range victims {
		var pids []int
		switch v {
		case "mux":
			pids = w.muxes()
		case "keeper":
			pids = w.Keepers()
		default:
			pids = []int{holders[v].cmd.Process.Pid}
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	if slices.Contains(victims, "keeper") && !slices.Contains(victims, "mux") {
		w.held(len(holders) - len(victims) + 1)
	}
	for name, h := range holders {
		want := []int{0}
		switch killed, lost := slices.Contains(victims, name), slices.Contains(victims, "mux"); {
		case killed && lost: // whichever came first
			want = []int{-1, 255}
		case killed:
			want = []int{-1}
		case lost:
			want = []int{255}
		}
		if got := h.end(); !slices.Contains(want, got) {
			t.Errorf("the %s command: status %d, want one of %v; %s", name, got, want, h.err.String())
		}
	}
	w.over()
}
