//go:build linux

package waystest_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// pipes are a program's standard streams as a connection, which is what OpenSSH
// makes of its ProxyCommand.
type pipes struct {
	io.Reader
	in, out *os.File
}

func (p *pipes) Write(b []byte) (int, error)      { return p.in.Write(b) }
func (p *pipes) CloseWrite() error                { return p.in.Close() }
func (p *pipes) Close() error                     { return errors.Join(p.in.Close(), p.out.Close()) }
func (p *pipes) LocalAddr() net.Addr              { return &net.UnixAddr{} }
func (p *pipes) RemoteAddr() net.Addr             { return &net.UnixAddr{} }
func (p *pipes) SetDeadline(time.Time) error      { return nil }
func (p *pipes) SetReadDeadline(time.Time) error  { return nil }
func (p *pipes) SetWriteDeadline(time.Time) error { return nil }

// tunnel is a proxy process and who uses it.
type tunnel struct {
	*pipes
	cmd    *exec.Cmd
	stderr *strings.Builder
}

// tunnel starts a proxy to a device's port.
func (w *world) tunnel(args ...string) (*tunnel, error) {
	cmd := w.command("napter-connect", append([]string{"proxy"}, args...)...)
	stdin, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = stdin.Close() }()
	out, stdout, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = stdout.Close() }()
	t := &tunnel{pipes: &pipes{Reader: out, in: in, out: out}, cmd: cmd, stderr: new(strings.Builder)}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, t.stderr
	return t, cmd.Start()
}

// end waits for the process, which must have ended in order and said nothing.
func (t *tunnel) end() error {
	_ = t.Close()
	err := t.cmd.Wait()
	if err == nil && t.stderr.Len() > 0 {
		err = errors.New("it ended in order")
	}
	if err != nil {
		return fmt.Errorf("proxy: %w; stderr %q", err, t.stderr)
	}
	return nil
}

// login is an SSH client over a tunnel, which accepts one host key alone.
func (t *tunnel) login(key ssh.PublicKey) (*ssh.Client, error) {
	conn, channels, requests, err := ssh.NewClientConn(t.pipes, "device", &ssh.ClientConfig{
		User: "pi", HostKeyCallback: ssh.FixedHostKey(key), HostKeyAlgorithms: []string{key.Type()},
	})
	if err != nil {
		return nil, err
	}
	return ssh.NewClient(conn, channels, requests), nil
}

// online are n SIMs that a proxy reaches by name.
func (w *world) online(n int) []simulator.SIM {
	w.t.Helper()
	var found []simulator.SIM
	for _, s := range w.sim.SIMs() {
		// Not the ones by hand: ssh refuses some of their names.
		made := strings.Contains(s.Name(), "-") && s.Status == "active" && s.Online && !s.Virtual() && s.ArcIMSI == ""
		if made && !strings.ContainsFunc(s.Name(), func(r rune) bool { return r > 0x7e || r <= ' ' }) {
			if len(w.sim.SIMsByName(s.Name())) == 1 && s.Name()[0] != '-' {
				found = append(found, s)
			}
		}
		if len(found) == n {
			return found
		}
	}
	w.t.Fatalf("only %d SIMs are online", len(found))
	return nil
}

// pss is the memory that processes take up, in bytes: their own, and their share
// of what they have in common, such as the program itself.
func pss(t testing.TB, pids ...int) (sum int64) {
	t.Helper()
	for _, pid := range pids {
		sum += kilobytes(t, pid, "smaps_rollup", "Pss:")
	}
	return sum
}

// kilobytes reads a line of a file in /proc/PID, in bytes.
func kilobytes(t testing.TB, pid int, file, field string) int64 {
	t.Helper()
	f, err := os.Open(filepath.Join("/proc", strconv.Itoa(pid), file))
	if err != nil {
		t.Error(err)
		return 0
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) == 3 && words[0] == field && words[2] == "kB" {
			n, err := strconv.ParseInt(words[1], 10, 64)
			if err != nil {
				t.Error(err)
			}
			return n << 10
		}
	}
	t.Errorf("%s of process %d has no %s", file, pid, field)
	return 0
}
