package device

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// openSSH is the real client, set up to log in to a device with a key.
type openSSH struct {
	t       *testing.T
	program string
	device  served
	args    []string
}

func newOpenSSH(t *testing.T, o Options) *openSSH {
	t.Helper()
	c := &openSSH{t: t, program: sshdtest.Tool(t, "ssh")}
	dir := t.TempDir()
	key := sshdtest.NewKey(t, "ed25519")
	identity := filepath.Join(dir, "key")
	sshdtest.WriteKey(t, identity, key)
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	o.Name, o.SimID, o.AuthorizedKeys = "gateway-001", "8981100000000000001", []ssh.PublicKey{public}
	c.device = serve(t, o)
	host, port, err := net.SplitHostPort(c.device.addr)
	if err != nil {
		t.Fatal(err)
	}
	known := filepath.Join(dir, "known_hosts")
	line := fmt.Sprintf("[%s]:%s %s", host, port, ssh.MarshalAuthorizedKey(c.device.HostKey()))
	if err := os.WriteFile(known, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	c.args = []string{"-F", "none", "-p", port, "-l", "pi", "-o", "StrictHostKeyChecking=yes",
		"-o", "UserKnownHostsFile=" + known, "-o", "GlobalKnownHostsFile=none",
		"-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-i", identity, host}
	return c
}

// command is ssh with options before and a remote command after the host.
func (c *openSSH) command(options []string, remote ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	c.t.Cleanup(cancel)
	args := append(append([]string{}, options...), c.args...)
	return exec.CommandContext(ctx, c.program, append(args, remote...)...)
}

func TestOpenSSHStatus(t *testing.T) {
	c := newOpenSSH(t, Options{})
	for remote, want := range map[string]int{
		"exit 7": 7, "true": 0, "nonsense 2>/dev/null": 127, "kill -TERM $$": 255,
	} {
		out, err := c.command(nil, remote).CombinedOutput()
		if err != nil && exitCode(err) < 0 {
			t.Fatalf("%s: %v\n%s", remote, err, out)
		}
		if got := exitCode(err); got != want {
			t.Errorf("%s: status %d, want %d\n%s", remote, got, want, out)
		}
	}
}

func exitCode(err error) int {
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

func TestOpenSSHIs8BitClean(t *testing.T) {
	c := newOpenSSH(t, Options{})
	data := make([]byte, 5<<20)
	_, _ = rand.NewChaCha8([32]byte{2}).Read(data)
	cmd := c.command(nil, "cat")
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil || sha256.Sum256(out) != sha256.Sum256(data) {
		t.Errorf("%v: %d bytes came back of %d, or others", err, len(out), len(data))
	}
	sum := c.command(nil, "sha256sum")
	sum.Stdin = bytes.NewReader(data)
	out, err = sum.Output()
	if want := fmt.Sprintf("%x  -\n", sha256.Sum256(data)); err != nil || string(out) != want {
		t.Errorf("%v: %q, want %q", err, out, want)
	}
}

func TestOpenSSHPassword(t *testing.T) {
	askpass := filepath.Join(t.TempDir(), "askpass")
	if err := os.WriteFile(askpass, []byte("#!/bin/sh\necho '"+testPassword+"'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"password", "keyboard-interactive"} {
		c := newOpenSSH(t, Options{Password: testPassword})
		cmd := c.command([]string{"-o", "PreferredAuthentications=" + method}, "whoami")
		cmd.Env = append(os.Environ(), "SSH_ASKPASS="+askpass, "SSH_ASKPASS_REQUIRE=force")
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != "pi\n" {
			t.Errorf("%s: %v: %s", method, err, out)
		}
	}
}

func TestOpenSSHForward(t *testing.T) {
	c := newOpenSSH(t, Options{})
	dir, err := os.MkdirTemp("", "forward") // short enough for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	socket := filepath.Join(dir, "s")
	cmd := c.command([]string{"-N", "-L", socket + ":localhost:80", "-o", "ExitOnForwardFailure=yes"})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	web := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return dialSoon(socket)
		},
	}}
	resp, err := web.Get("http://device/")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), "<h1>gateway-001</h1>") {
		t.Errorf("%v: %s", err, body)
	}
}

// dialSoon connects once ssh listens.
func dialSoon(socket string) (net.Conn, error) {
	deadline := time.Now().Add(10 * time.Second)
	for {
		conn, err := net.Dial("unix", socket)
		if err == nil || time.Now().After(deadline) {
			return conn, err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestOpenSSHStdioForward(t *testing.T) {
	c := newOpenSSH(t, Options{})
	cmd := c.command([]string{"-W", "localhost:80"})
	cmd.Stdin = strings.NewReader("GET /health HTTP/1.0\r\n\r\n")
	out, err := cmd.Output()
	if err != nil || !strings.HasSuffix(string(out), "\r\n\r\nok\n") {
		t.Errorf("%v: %q", err, out)
	}
}

func TestOpenSSHOnATerminal(t *testing.T) {
	c := newOpenSSH(t, Options{})
	cmd := c.command([]string{"-o", "EscapeChar=none"})
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 33, Cols: 111})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	screen := &console{t: t, stdin: f}
	go func() { _, _ = io.Copy(screen, f) }()
	screen.expect(prompt)
	screen.press("stty size\r")
	screen.expect("\r\n33 111\r\n" + prompt)
	screen.press("stty -a\r")
	screen.expect(" echo ")
	if err := pty.Setsize(f, &pty.Winsize{Rows: 40, Cols: 90}); err != nil {
		t.Fatal(err)
	}
	screen.press("while ! [ \"$(stty size)\" = '40 90' ]; do sleep 0.01; done; echo resi''zed\r")
	screen.expect("resized\r\n" + prompt)
	screen.press("sleep 1000\r")
	screen.expect("sleep 1000\r\n")
	screen.press("\x03")
	screen.expect("^C\r\n" + prompt)
	screen.press("exit 5\r")
	if got := exitCode(cmd.Wait()); got != 5 {
		t.Errorf("status %d, want 5", got)
	}
}

func TestOpenSSHKeepalive(t *testing.T) {
	c := newOpenSSH(t, Options{})
	began := time.Now()
	out, err := c.command([]string{"-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1"}, "sleep 2.5; echo alive").CombinedOutput()
	if err != nil || string(out) != "alive\n" || time.Since(began) < 2*time.Second {
		t.Errorf("%v after %v: %s", err, time.Since(began), out)
	}
}
