//go:build unix

package sshclient

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func newSigner(t testing.TB) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func listenLocal(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// dialReal connects to a real server, through addr when it is not "".
func dialReal(t testing.TB, s *sshdtest.Server, addr string, c Config) *Client {
	t.Helper()
	if addr == "" {
		addr = s.Addr
	}
	c.Addr, c.User, c.IdentityFiles, c.IdentitiesOnly = addr, s.User, []string{s.UserKeyFile}, true
	c.Alias, c.DevicePort, c.HostKeyPolicy = "sim-test", 22, knownhosts.AcceptNew
	c.KnownHosts = filepath.Join(t.TempDir(), "known_hosts")
	client, err := Dial(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// realClient is connected to a real server of its own.
func realClient(t testing.TB) *Client {
	t.Helper()
	return dialReal(t, sshdtest.Start(t, sshdtest.Options{}), "", Config{})
}

// fakeServer serves connections with the library; handle gets each one, and has
// to deal with its channels and requests.
func fakeServer(t testing.TB, handle func(*ssh.ServerConn, <-chan ssh.NewChannel, <-chan *ssh.Request)) (addr string, key ssh.Signer) {
	t.Helper()
	key = newSigner(t)
	host := newSigner(t)
	config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
		return nil, nil
	}}
	config.AddHostKey(host)
	listener := listenLocal(t)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			go func() {
				server, channels, requests, err := ssh.NewServerConn(conn, config)
				if err == nil {
					handle(server, channels, requests)
				}
			}()
		}
	}()
	return listener.Addr().String(), key
}

// sessionServer is a fakeServer whose sessions are run by serve. It answers
// every request with yes and notes its name and payload.
func sessionServer(t testing.TB, serve func(ch ssh.Channel, started <-chan struct{}), note func(*ssh.Request)) (string, ssh.Signer) {
	return fakeServer(t, func(_ *ssh.ServerConn, channels <-chan ssh.NewChannel, requests <-chan *ssh.Request) {
		go ssh.DiscardRequests(requests)
		for offered := range channels {
			ch, reqs, err := offered.Accept()
			if err != nil {
				return
			}
			started := make(chan struct{})
			go serve(ch, started)
			go func() {
				for r := range reqs {
					if note != nil {
						note(r)
					}
					if r.WantReply {
						_ = r.Reply(true, nil)
					}
					if r.Type == "shell" || r.Type == "exec" {
						close(started)
					}
				}
			}()
		}
	})
}

func exitWith(ch ssh.Channel, status uint32) {
	_, _ = ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
	_ = ch.Close()
}

// idleConn notes when something last arrived.
type idleConn struct {
	net.Conn
	last atomic.Int64
}

func (c *idleConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.last.Store(time.Now().UnixNano())
	return n, err
}

func (c *idleConn) idle() time.Duration { return time.Since(time.Unix(0, c.last.Load())) }

func dialFake(t testing.TB, addr string, key ssh.Signer, cfg Config) *Client {
	t.Helper()
	tcp, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	conn := &idleConn{Conn: tcp}
	c, channels, requests, err := ssh.NewClientConn(conn, addr, &ssh.ClientConfig{
		Auth:            []ssh.AuthMethod{ssh.PublicKeys(key)},
		HostKeyCallback: func(string, net.Addr, ssh.PublicKey) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	l := newClient(ssh.NewClient(c, channels, requests), cfg, conn.idle)
	t.Cleanup(func() { _ = l.conn.Close() })
	return l
}

// result is what one Run came to.
type result struct {
	status int
	err    error
}

func start(ctx context.Context, l *Client, o SessionOptions) <-chan result {
	done := make(chan result, 1)
	go func() {
		status, err := l.Run(ctx, o)
		done <- result{status, err}
	}()
	return done
}

func wait(t testing.TB, done <-chan result) result {
	t.Helper()
	select {
	case r := <-done:
		return r
	case <-time.After(20 * time.Second):
		t.Fatal("Run does not return")
		return result{}
	}
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// console is a person's terminal: what is typed goes into master, what is shown
// is collected from it.
type console struct {
	t      testing.TB
	master *os.File
	tty    *os.File
	mu     sync.Mutex
	seen   strings.Builder
}

func newConsole(t testing.TB) *console {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, master: master, tty: tty}
	c.resize(100, 30)
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			c.mu.Lock()
			c.seen.Write(buf[:n])
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	t.Cleanup(func() { _ = tty.Close(); _ = master.Close(); wg.Wait() })
	return c
}

func (c *console) shown() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen.String()
}

func (c *console) expect(text string) {
	c.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(c.shown(), text); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("never shown: %q; shown: %q", text, c.shown())
		}
	}
}

func (c *console) typed(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.master, text); err != nil {
		c.t.Fatal(err)
	}
}

// resize changes the size and tells this process, which is not the terminal's
// foreground job and so is not told by the system.
func (c *console) resize(columns, rows uint16) {
	c.t.Helper()
	if err := pty.Setsize(c.master, &pty.Winsize{Cols: columns, Rows: rows, X: 800, Y: 600}); err != nil {
		c.t.Fatal(err)
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGWINCH)
}

// options are those of a shell on the console.
func (c *console) options() SessionOptions {
	return SessionOptions{TTY: true, Stdin: c.tty, Stdout: c.tty, Stderr: c.tty, Term: "xterm-256color"}
}

func script(format string, args ...any) string { return fmt.Sprintf(format, args...) }
