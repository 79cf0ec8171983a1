package device

import (
	"net"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// served is a device whose SSH port listens on loopback.
type served struct {
	*Device
	addr string
}

// serve listens for the device until the test ends, and then waits until every
// connection has been served, so that a connection which never ends fails the test.
func serve(t *testing.T, o Options) served {
	t.Helper()
	d := New(o)
	return served{d, listen(t, d.ServeSSH)}
}

func listen(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { handle(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		within(t, 10*time.Second, "the device's connections to end", wg.Wait)
	})
	return l.Addr().String()
}

// within fails the test when f takes longer than d.
func within(t *testing.T, d time.Duration, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { f(); close(done) }()
	select {
	case <-done:
	case <-time.After(d):
		t.Errorf("waited %v in vain for %s", d, what)
	}
}

const testPassword = "correct horse"

// dial connects to a device that lets everybody in.
func dial(t *testing.T, s served) *ssh.Client {
	t.Helper()
	c, err := tryDial(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func tryDial(s served, auth ...ssh.AuthMethod) (*ssh.Client, error) {
	return ssh.Dial("tcp", s.addr, &ssh.ClientConfig{
		User: "pi", Auth: auth, HostKeyCallback: ssh.FixedHostKey(s.HostKey()), Timeout: 10 * time.Second,
	})
}

func openSession(t *testing.T, c *ssh.Client) *ssh.Session {
	t.Helper()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
