package device

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// running lists the goroutines that serve a connection.
func running() []string {
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var list []string
	for _, g := range strings.Split(string(buf), "\n\n") {
		if strings.Contains(g, "simulator/device.(") || strings.Contains(g, "simulator/device/shell.") {
			list = append(list, g)
		}
	}
	return list
}

// TestNothingIsLeft leaves connections in every state and counts goroutines.
func TestNothingIsLeft(t *testing.T) {
	s := serve(t, Options{Name: "gateway-001", SimID: "1", NoAuth: true})
	blocked := make(blockedWriter)
	defer close(blocked)
	for _, leave := range []func(*ssh.Client){
		func(*ssh.Client) {},
		func(c *ssh.Client) { _ = openSession(t, c) },
		func(c *ssh.Client) { openConsole(t, c, 24, 80).expect(prompt) },
		func(c *ssh.Client) { openConsole(t, c, 24, 80).press("cat | cat | cat\r") },
		func(c *ssh.Client) { openConsole(t, c, 24, 80).press("sh\rsh\rsleep 1000\r") },
		func(c *ssh.Client) { _ = openSession(t, c).Start("yes") },
		func(c *ssh.Client) { _ = openSession(t, c).Start("cat; echo $(cat)") },
		func(c *ssh.Client) { _ = openSession(t, c).Start("sleep 1000 | sleep 1000") },
		func(c *ssh.Client) { // an output that nobody reads
			sess := openSession(t, c)
			sess.Stdout = blocked
			_ = sess.Start("cat /dev/zero")
		},
		func(c *ssh.Client) { _, _ = c.Dial("tcp", "localhost:80") },
		func(c *ssh.Client) {
			if conn, err := c.Dial("tcp", "localhost:80"); err == nil {
				_, _ = conn.Write([]byte("GET / HT"))
			}
		},
		func(c *ssh.Client) {
			sess := openSession(t, c)
			sess.Stdin = bytes.NewReader(make([]byte, 1<<20))
			_ = sess.Run("true") // leaves its input unread
		},
	} {
		c, err := tryDial(s)
		if err != nil {
			t.Fatal(err)
		}
		leave(c)
		if len(running()) == 0 {
			t.Error("the count does not see what serves connections")
		}
		_ = c.Close()
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		list := running()
		if len(list) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left:\n%s", len(list), strings.Join(list, "\n\n"))
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// blockedWriter takes nothing until it is closed.
type blockedWriter chan struct{}

func (w blockedWriter) Write(p []byte) (int, error) {
	<-w
	return len(p), nil
}
