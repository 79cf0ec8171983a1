//go:build linux

package waystest_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
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

// fetch is a shell command that asks a web server for its page.
const fetch = `exec 3<>/dev/tcp/$0/$1; printf 'GET / HTTP/1.0\r\n\r\n' >&3; cat <&3`

func TestForwardRunsACommand(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	out := w.works("napter-connect", "forward", "gateway-001", "0:80", "--", "bash", "-c", fetch, "{host}", "{port}")
	if !strings.HasPrefix(out, "HTTP/1") || !strings.Contains(out, "gateway-001") {
		t.Errorf("the command printed %q", out)
	}
	w.clean()
	for _, c := range []struct {
		command []string
		status  int
		out     string
	}{
		{[]string{"sh", "-c", "exit 7"}, 7, ""},
		{[]string{"sh", "-c", "kill -TERM $$"}, 143, ""},
		{[]string{"echo", "{host}", "x{port2}x", "{other}"}, 0, "127.0.0.1 x%dx {other}\n"},
		{[]string{"no-such-program"}, 1, ""},
	} {
		port := freePort(t)
		args := append([]string{"forward", "gateway-001", "0:80", fmt.Sprintf("%d:22", port), "--"}, c.command...)
		want := c.out
		if strings.Contains(want, "%d") {
			want = fmt.Sprintf(want, port)
		}
		if r := w.run("napter-connect", args...); r.status != c.status || r.out != want || (r.err != "") != (c.command[0] == "no-such-program") {
			t.Errorf("%q: %+v", c.command, r)
		}
		w.clean()
	}
	w.stopKeeper()
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// Signals are the command's; its status stays ours.
func TestForwardPassesSignalsOn(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		cmd := w.command("napter-connect", "forward", "gateway-001", "0:80", "--",
			"bash", "-c", "trap 'echo caught; exit 9' TERM HUP INT; echo ready; while :; do sleep 0.05; done")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // away from the terminal, which would send INT to all
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		if line, err := lines.ReadString('\n'); line != "ready\n" {
			t.Fatalf("got %q, %v", line, err)
		}
		_ = cmd.Process.Signal(sig)
		rest, _ := io.ReadAll(lines)
		_ = cmd.Wait()
		if string(rest) != "caught\n" || cmd.ProcessState.ExitCode() != 9 {
			t.Errorf("%v: printed %q, status %d", sig, rest, cmd.ProcessState.ExitCode())
		}
		w.clean()
	}
	w.stopKeeper()
}

// started is a forward without a command.
type started struct {
	*exec.Cmd
	out *bufio.Reader
}

func (w *world) start(args ...string) started {
	w.t.Helper()
	cmd := w.command("napter-connect", args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if w.t.Failed() {
			w.t.Logf("%q said: %s", args, errs.String())
		}
	})
	return started{cmd, bufio.NewReader(out)}
}

func (s started) line(t *testing.T) string {
	t.Helper()
	line, err := s.out.ReadString('\n')
	if err != nil {
		t.Fatalf("got %q, %v", line, err)
	}
	return line
}

func TestForwardPrintsWhatIsReady(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	f := w.start("forward", "--json", "gateway-001", "0:80", "0:22")
	for _, port := range []int{80, 22} {
		var ready struct {
			Listen, Host, Name, SimID string
			Port, DevicePort          int
			Expires                   time.Time
		}
		if err := json.Unmarshal([]byte(f.line(t)), &ready); err != nil {
			t.Fatal(err)
		}
		if ready.DevicePort != port || ready.Name != "gateway-001" || ready.Listen != net.JoinHostPort(ready.Host, strconv.Itoa(ready.Port)) ||
			ready.SimID == "" || time.Until(ready.Expires) < time.Hour {
			t.Errorf("%+v", ready)
		}
		c, err := net.Dial("tcp", ready.Listen)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	}
	_ = f.Process.Signal(os.Interrupt)
	_ = f.Wait()
	if s := f.ProcessState.ExitCode(); s != 130 {
		t.Errorf("status %d", s)
	}
	w.clean()
	w.stopKeeper()
}

// Whatever ends a forward: nothing is left.
func TestForwardThatIsKilled(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGKILL} {
		f := w.start("forward", "gateway-001", "0:80")
		addr, _, ok := strings.Cut(f.line(t), " -> gateway-001 port 80\n")
		if !ok {
			t.Fatal("that is no ready line")
		}
		answer, err := http.Get("http://" + addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		_ = f.Process.Signal(sig)
		_ = f.Wait()
		w.clean()
	}
	w.stopKeeper()
}

// TLS is checked by the system's authorities, against the mapping's host.
func TestForwardWithTLS(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	out := w.works("napter-connect", "forward", "--tls", "gateway-001", "0:80", "--", "bash", "-c", fetch, "{host}", "{port}")
	if !strings.Contains(out, "gateway-001") {
		t.Errorf("the command printed %q", out)
	}
	other := newWorld(t, simulator.Options{}) // has another authority
	w.Env = append(w.Env, "SSL_CERT_FILE="+filepath.Join(other.Dir, "ca.pem"))
	r := w.run("napter-connect", "forward", "--tls", "gateway-001", "0:80", "--", "bash", "-c", fetch, "{host}", "{port}")
	if r.out != "" || !strings.Contains(r.err, "the TLS certificate is not one for") {
		t.Errorf("%+v", r)
	}
	w.clean()
	w.stopKeeper()
}
