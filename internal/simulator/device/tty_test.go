package device

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// console is a client at a shell's terminal.
type console struct {
	t     *testing.T
	sess  *ssh.Session
	stdin io.WriteCloser

	mu  sync.Mutex
	out bytes.Buffer
	pos int
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Write(p)
}

func openConsole(t *testing.T, client *ssh.Client, rows, cols int) *console {
	t.Helper()
	c := &console{t: t, sess: openSession(t, client)}
	c.sess.Stdout = c
	var err error
	if c.stdin, err = c.sess.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.sess.RequestPty("xterm-256color", rows, cols, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.sess.Shell(); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *console) press(keys string) {
	c.t.Helper()
	if _, err := io.WriteString(c.stdin, keys); err != nil {
		c.t.Fatal(err)
	}
}

// expect waits for text after what was expected before.
func (c *console) expect(text string) {
	c.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		c.mu.Lock()
		i := strings.Index(c.out.String()[c.pos:], text)
		if i >= 0 {
			c.pos += i + len(text)
		}
		c.mu.Unlock()
		if i >= 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t.Fatalf("no %q in %q", text, c.out.String()[c.pos:])
}

const prompt = "pi@gateway-001:~ $ "

func startConsole(t *testing.T) *console {
	s := serve(t, Options{Name: "gateway-001", SimID: "8981100000000000001", NoAuth: true})
	c := openConsole(t, dial(t, s), 30, 100)
	c.expect("simulated")
	c.expect(prompt)
	return c
}

func TestTerminalSize(t *testing.T) {
	c := startConsole(t)
	c.press("stty size\r")
	c.expect("\r\n30 100\r\n")
	c.expect(prompt)
	if err := c.sess.WindowChange(41, 132); err != nil {
		t.Fatal(err)
	}
	c.press("stty size\r")
	c.expect("\r\n41 132\r\n")
}

func TestTerminalEditing(t *testing.T) {
	c := startConsole(t)
	c.press("echo abX\x7fc\r")
	c.expect("\r\nabc\r\n" + prompt)
	c.press("\x1b[A")
	c.expect("echo abc")
	c.press("d\r")
	c.expect("\r\nabcd\r\n" + prompt)
	c.press("false\r")
	c.expect(prompt)
	c.press("echo $?\r")
	c.expect("\r\n1\r\n" + prompt)
}

func TestTerminalInterrupt(t *testing.T) {
	c := startConsole(t)
	c.press("half a li")
	c.expect("half a li")
	c.press("\x03")
	c.expect("^C\r\n" + prompt)
	for _, command := range []string{"sleep 1000", "cat", "cat | cat", "yes >/dev/null", "while true; do sleep 1000; done", "for i in 1 2 3; do cat; done"} {
		c.press("echo $((6*7)); " + command + "\r")
		c.expect("\r\n42\r\n")
		c.press("\x03")
		c.expect("^C\r\n" + prompt)
		c.press("echo $?\r")
		c.expect("\r\n130\r\n" + prompt)
	}
}

func TestTerminalCatReadsLines(t *testing.T) {
	c := startConsole(t)
	c.press("cat | sha256sum\rhello\r\x04") // typed ahead
	c.expect("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")
	c.expect(prompt)
	c.press("\x1b[A")
	c.expect("cat | sha256sum") // and not hello
}

func TestTerminalEnds(t *testing.T) {
	for _, tc := range []struct {
		keys   string
		status int
	}{{"\x04", 0}, {"exit\r", 0}, {"exit 5\r", 5}, {"false\r\x04", 1}, {"nonsense\rexit\r", 127}} {
		t.Run(fmt.Sprintf("%q", tc.keys), func(t *testing.T) {
			c := startConsole(t)
			c.press(tc.keys)
			status := 0
			if err := c.sess.Wait(); err != nil {
				var exit *ssh.ExitError
				if !errors.As(err, &exit) {
					t.Fatal(err)
				}
				status = exit.ExitStatus()
			}
			if status != tc.status {
				t.Errorf("status %d, want %d", status, tc.status)
			}
		})
	}
}

func TestTerminalContinuationLine(t *testing.T) {
	c := startConsole(t)
	c.press("for i in a b\r")
	c.expect("> ")
	c.press("do echo got-$i; done\r")
	c.expect("\r\ngot-a\r\ngot-b\r\n" + prompt)
}

// TestConnectionCutEndsEverything is checked by serve, which waits.
func TestConnectionCutEndsEverything(t *testing.T) {
	s := serve(t, Options{Name: "gateway-001", SimID: "1", NoAuth: true})
	for _, command := range []string{"sleep 1000", "cat", "yes", "cat | cat", "sh"} {
		client := dial(t, s)
		c := openConsole(t, client, 24, 80)
		c.expect(prompt)
		c.press(command + "\r")
		c.expect(command)
		if err := client.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
