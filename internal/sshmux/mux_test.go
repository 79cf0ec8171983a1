//go:build unix

package sshmux

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/sshclient"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// patience is how long something may take that should be quick, on a busy machine.
const patience = 20 * time.Second

// bench is one connection's process, in this one, and what leads to it.
type bench struct {
	*Mux
	t      testing.TB
	config sshclient.Config
	use    Use
	server *server
	ended  <-chan error
}

// newBench serves a connection to a real device at addr.
func newBench(t testing.TB, device *sshdtest.Server, addr string) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{t: t, Mux: &Mux{Dirs: config.Dirs{Runtime: dir}, Command: func(string) (*daemon.Command, error) {
		return &daemon.Command{Path: "/bin/false"}, nil
	}}}
	b.config = sshclient.Config{
		Addr: addr, User: device.User, IdentityFiles: []string{device.UserKeyFile}, IdentitiesOnly: true,
		Alias: "sim-test", DevicePort: 22, KnownHosts: filepath.Join(dir, "known_hosts"), HostKeyPolicy: knownhosts.AcceptNew,
	}
	b.serve()
	return b
}

// serve starts the process.
func (b *bench) serve() {
	b.t.Helper()
	socket, err := b.socket(b.use, b.config)
	if err != nil {
		b.t.Fatal(err)
	}
	listener, err := daemon.Bind(socket, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	s, err := newServer(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.t.Context()))
	b.server = s
	ended, done := make(chan error, 1), make(chan struct{})
	b.ended = ended
	go func() {
		defer close(done)
		ended <- s.serve(ctx, listener)
	}()
	b.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// join is a command that joins.
func (b *bench) join() (c *sshclient.Client, shared bool) {
	b.t.Helper()
	c, shared, err := b.Dial(b.t.Context(), b.config, b.use)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = c.Close() })
	return c, shared
}

// run runs a command on the device with an input.
func (b *bench) run(c *sshclient.Client, command string, input []byte) (out string, status int) {
	b.t.Helper()
	var stdout, stderr bytes.Buffer
	stdin, err := os.CreateTemp(b.t.TempDir(), "in")
	if err == nil {
		_, err = stdin.Write(input)
	}
	if err == nil {
		_, err = stdin.Seek(0, io.SeekStart)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	status, err = c.Run(b.t.Context(), sshclient.SessionOptions{Command: command, Stdin: stdin, Stdout: &stdout, Stderr: &stderr})
	if err != nil {
		b.t.Fatalf("%s: %v", command, err)
	}
	return stdout.String() + stderr.String(), status
}

// hasEnded waits for the process's end.
func (b *bench) hasEnded() {
	b.t.Helper()
	select {
	case err := <-b.ended:
		if err != nil {
			b.t.Errorf("the process ended with %v", err)
		}
	case <-time.After(patience):
		b.t.Error("the process has not ended")
	}
}

func logins(device *sshdtest.Server) int { return strings.Count(device.Log(), "Accepted publickey") }

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

func TestCommandsShareALogin(t *testing.T) {
	device := sshdtest.Start(t, sshdtest.Options{})
	b := newBench(t, device, device.Addr)
	first, shared := b.join()
	if shared {
		t.Error("the first command shares the connection")
	}
	second, shared := b.join()
	if !shared {
		t.Error("the second command does not share the connection")
	}
	for i, c := range []*sshclient.Client{first, second} {
		out, status := b.run(c, "cat; echo err >&2; exit 7", []byte("in"))
		if status != 7 || !strings.Contains(out, "in") || !strings.Contains(out, "err") {
			t.Errorf("command %d: status %d, %q", i, status, out)
		}
	}
	_ = first.Close()
	if out, _ := b.run(second, "echo on", nil); out != "on\n" {
		t.Errorf("after the first command's end: %q", out)
	}
	_ = second.Close()
	b.hasEnded()
	if n := logins(device); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
}

func TestMuchDataBothWays(t *testing.T) {
	device := sshdtest.Start(t, sshdtest.Options{})
	b := newBench(t, device, device.Addr)
	c, _ := b.join()
	data := make([]byte, 8<<20)
	if _, err := rand.Read(data); err != nil {
		t.Fatal(err)
	}
	if out, status := b.run(c, "cat", data); out != string(data) || status != 0 {
		t.Errorf("status %d, %d bytes of %d", status, len(out), len(data))
	}
}

func TestConnectionLingers(t *testing.T) {
	device := sshdtest.Start(t, sshdtest.Options{})
	b := newBench(t, device, device.Addr)
	b.use.Linger = time.Hour
	for i := range 3 {
		c, shared := b.join()
		if shared != (i > 0) {
			t.Errorf("command %d: shared is %v", i, shared)
		}
		b.run(c, "true", nil)
		_ = c.Close()
		eventually(t, "the command has left", func() bool { return len(b.server.list()) == 0 })
	}
	b.use.Linger = time.Millisecond
	c, _ := b.join()
	_ = c.Close()
	b.hasEnded()
}

// Nobody waits for the next command on a mapping that has ended.
func TestLingeringEndsWithTheMapping(t *testing.T) {
	device := sshdtest.Start(t, sshdtest.Options{})
	b := newBench(t, device, device.Addr)
	b.use.Linger = time.Hour
	b.use.Info.Mapping.Expires = time.Now().Add(time.Second)
	b.serve() // the key is another one
	c, _ := b.join()
	_ = c.Close()
	b.hasEnded()
}

// What the process loses, its commands hear of.
func TestLostConnection(t *testing.T) {
	device := sshdtest.Start(t, sshdtest.Options{})
	b := newBench(t, device, device.Addr)
	first, _ := b.join()
	second, _ := b.join()
	device.Disconnect()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, c := range []*sshclient.Client{first, second} {
		if err := c.Wait(ctx); !strings.Contains(fmt.Sprint(err), "closed from the other side") {
			t.Errorf("got %v", err)
		}
	}
	b.hasEnded()
}

func TestForwards(t *testing.T) {
	device := sshdtest.Start(t, sshdtest.Options{})
	b := newBench(t, device, device.Addr)
	first, _ := b.join()
	second, _ := b.join()
	target := echoServer(t)
	for _, kind := range []sshclient.ForwardKind{sshclient.Local, sshclient.Remote} {
		ctx, cancel := context.WithCancel(t.Context())
		addr, err := first.Forward(ctx, sshclient.Forward{Kind: kind, Listen: "127.0.0.1:0", Target: target})
		if err != nil {
			t.Fatal(err)
		}
		address := fmt.Sprintf("127.0.0.1:%d", addr.(*net.TCPAddr).Port)
		if got := exchange(t, address); got != "hello" {
			t.Errorf("%c: %q", kind, got)
		}
		if kind == sshclient.Remote {
			_ = first.Close() // it takes its listeners along, and no more
		}
		cancel()
		eventually(t, "nobody listens any more", func() bool {
			conn, err := net.Dial("tcp", address)
			if err == nil {
				_ = conn.Close()
			}
			return err != nil
		})
	}
	if out, _ := b.run(second, "echo on", nil); out != "on\n" {
		t.Errorf("the other command: %q", out)
	}
}

// echoServer answers each connection with what it reads.
func echoServer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}()
		}
	}()
	return l.Addr().String()
}

func exchange(t *testing.T, address string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, _ = io.WriteString(conn, "hello")
	_ = conn.(*net.TCPConn).CloseWrite()
	b, err := io.ReadAll(conn)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

// The device reaches the agent of the command that lets it, and only then.
func TestAgent(t *testing.T) {
	device := sshdtest.Start(t, sshdtest.Options{})
	b := newBench(t, device, device.Addr)
	b.config.AgentSocket = sshdtest.Agent(t, sshdtest.NewKey(t, "ed25519"))
	for _, forward := range []bool{true, false} {
		b.use.ForwardAgent = forward
		b.serve()
		c, _ := b.join()
		var out bytes.Buffer
		_, err := c.Run(t.Context(), sshclient.SessionOptions{
			Command: "ssh-add -l 2>&1", Stdout: &out, ForwardAgent: true, // though it was not announced
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "ED25519"); got != forward {
			t.Errorf("announced %v: %q", forward, out.String())
		}
		_ = c.Close()
	}
}

// limit is how many round trips a second command may take: a session's, and what the
// device's work on a busy machine adds. A login would cost seven more.
const limit = 3 + 0.5

// The second session costs the round trips of a session.
func TestRoundTripsOfTheSecondCommand(t *testing.T) {
	const rtt = 200 * time.Millisecond
	device := sshdtest.Start(t, sshdtest.Options{})
	addr, _ := sshdtest.Delayed(t, device.Addr, rtt)
	b := newBench(t, device, addr)
	began := time.Now()
	c, _ := b.join()
	b.run(c, "true", nil)
	t.Logf("the first command: %.1f round trips", time.Since(began).Seconds()/rtt.Seconds())
	best := 100.0
	for range 4 {
		began := time.Now()
		c, _ := b.join()
		b.run(c, "true", nil)
		if best = min(best, time.Since(began).Seconds()/rtt.Seconds()); best <= limit {
			break
		}
	}
	t.Logf("the second command: %.1f round trips", best)
	if best > limit {
		t.Errorf("the second command took %.1f round trips, more than %.1f", best, limit)
	}
}
