//go:build unix

package sshclient

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func termios(t testing.TB, f *os.File) unix.Termios {
	t.Helper()
	tio, err := unix.IoctlGetTermios(int(f.Fd()), ioctlGetTermios)
	if err != nil {
		t.Fatal(err)
	}
	return *tio
}

func isRaw(t testing.TB, f *os.File) bool { return termios(t, f).Lflag&unix.ICANON == 0 }

func TestTerminalSizeAndResize(t *testing.T) {
	c := newConsole(t)
	o := c.options()
	o.Command = `echo "$TERM"; stty size; trap 'stty size; exit 6' WINCH; echo ready; while :; do sleep 0.05; done`
	done := start(t.Context(), realClient(t), o)
	c.expect("ready")
	c.resize(111, 44)
	if r := wait(t, done); r.status != 6 || r.err != nil {
		t.Errorf("%+v", r)
	}
	c.expect("xterm-256color\r\n30 100\r\nready\r\n44 111\r\n")
}

func TestTerminalModesAreSent(t *testing.T) {
	c := newConsole(t)
	tio := termios(t, c.tty)
	tio.Cc[unix.VINTR] = 'X' - '@'
	tio.Cc[unix.VSUSP] = charDisabled
	tio.Iflag ^= unix.IXANY
	if err := unix.IoctlSetTermios(int(c.tty.Fd()), ioctlSetTermios, &tio); err != nil {
		t.Fatal(err)
	}
	o := c.options()
	o.Command = `stty -a; echo "[$(stty -a | grep -o -- -*iutf8)]"`
	l := realClient(t)
	const bit = 0x4000 // IUTF8, the same everywhere; x/sys lacks FreeBSD's
	for _, iutf8 := range []bool{true, false} {
		tio := termios(t, c.tty)
		tio.Iflag &^= bit
		want := "[-iutf8]"
		if iutf8 {
			tio.Iflag |= bit
			want = "[iutf8]"
		}
		if err := unix.IoctlSetTermios(int(c.tty.Fd()), ioctlSetTermios, &tio); err != nil {
			t.Fatal(err)
		}
		before := len(c.shown())
		if r := wait(t, start(t.Context(), l, o)); r.err != nil {
			t.Fatal(r.err)
		}
		eventually(t, want, func() bool { return strings.Contains(c.shown()[before:], want) })
	}
	c.expect("intr = ^X;")
	c.expect("susp = <undef>;")
}

func TestPTYWithoutATerminal(t *testing.T) {
	var out strings.Builder
	r := wait(t, start(t.Context(), realClient(t), SessionOptions{TTY: true, Term: "vt100", Escapes: true,
		Stdout: &out, Command: "tty >/dev/null && stty size && echo $TERM"}))
	if r.status != 0 || r.err != nil || out.String() != "0 0\r\nvt100\r\n" {
		t.Errorf("%+v, %q", r, out.String())
	}
}

// However a session ends, the terminal is as it was before.
func TestRawModeIsRestored(t *testing.T) {
	server := sshdtest.Start(t, sshdtest.Options{})
	const script = "echo ready; sleep 60"
	tests := []struct {
		name   string
		change func(*SessionOptions)
		end    func(c *console, cancel, cut func())
		abrupt bool
	}{
		{name: "return", change: func(o *SessionOptions) { o.Command = "echo ready; read x" },
			end: func(c *console, _, _ func()) { c.typed("\r") }},
		{name: "cancel", end: func(_ *console, cancel, _ func()) { cancel() }, abrupt: true},
		{name: "drop", end: func(_ *console, _, cut func()) { cut() }, abrupt: true},
		{name: "escape", end: func(c *console, _, _ func()) { c.typed("~.") }, abrupt: true},
		{name: "panic", change: func(o *SessionOptions) { o.Info = func() message.Text { panic("deliberate") } },
			end: func(c *console, _, _ func()) { c.typed("~I") }, abrupt: true},
		{name: "signal", change: func(o *SessionOptions) { o.Command = "echo ready; read x; kill -KILL $$" },
			end: func(c *console, _, _ func()) { c.typed("\r") }, abrupt: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			relay, cut := sshdtest.Delayed(t, server.Addr, 0)
			l := dialReal(t, server, relay, Config{})
			c := newConsole(t)
			before := termios(t, c.tty)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := c.options()
			o.Command, o.Escapes = script, true
			if tt.change != nil {
				tt.change(&o)
			}
			done := start(ctx, l, o)
			c.expect("ready")
			if !isRaw(t, c.tty) {
				t.Error("the terminal is not raw during the session")
			}
			tt.end(c, cancel, cut)
			r := wait(t, done)
			if after := termios(t, c.tty); !reflect.DeepEqual(after, before) {
				t.Errorf("the terminal was\n%+v and is\n%+v", before, after)
			}
			if (r.err != nil) != tt.abrupt {
				t.Errorf("%+v", r)
			}
			if tt.abrupt {
				c.expect(ResetSequence)
			} else if strings.Contains(c.shown(), "\x1b") {
				t.Errorf("escape sequences after an orderly end: %q", c.shown())
			}
		})
	}
}

func TestStrangeEndIsTold(t *testing.T) {
	c := newConsole(t)
	o := c.options()
	o.Command, o.Escapes = "echo ready; sleep 60", true
	done := start(t.Context(), realClient(t), o)
	c.expect("ready")
	c.typed("~.")
	if r := wait(t, done); r.status != 255 || !errors.Is(r.err, ErrEscaped) {
		t.Errorf("%+v", r)
	}
}

// What is typed once the session is over is for whoever reads next, from the
// first key on.
func TestNoKeyIsSwallowed(t *testing.T) {
	addr, key := sessionServer(t, func(ch ssh.Channel, started <-chan struct{}) {
		<-started
		exitWith(ch, 0)
	}, nil)
	l := dialFake(t, addr, key, Config{})
	c := newConsole(t)
	o := c.options()
	for i := range 100 {
		o.Escapes = i%2 == 0
		if r := wait(t, start(t.Context(), l, o)); r.err != nil {
			t.Fatal(r.err)
		}
		typed := fmt.Sprintf("abc%d\n", i)
		c.typed(typed)
		buf := make([]byte, 100)
		n, err := c.tty.Read(buf)
		if string(buf[:n]) != typed || err != nil {
			t.Fatalf("session %d: read %q, %v", i, buf[:n], err)
		}
	}
}

// Keys that nobody has read when the session ends stay for the next reader, even
// without a newline.
func TestTypeAheadStays(t *testing.T) {
	release := make(chan struct{})
	addr, key := sessionServer(t, func(ch ssh.Channel, started <-chan struct{}) {
		<-started
		_, _ = io.WriteString(ch, "ready")
		<-release
		exitWith(ch, 0)
	}, nil)
	c := newConsole(t)
	o := c.options()
	o.Stdin = nil // nobody reads during this session
	done := start(t.Context(), dialFake(t, addr, key, Config{}), o)
	c.expect("ready")
	close(release)
	wait(t, done)
	c.typed("abc\n")
	buf := make([]byte, 100)
	if n, _ := c.tty.Read(buf); string(buf[:n]) != "abc\n" {
		t.Errorf("read %q", buf[:n])
	}
}

func TestEscapesInASession(t *testing.T) {
	var mu sync.Mutex
	var requests []string
	addr, key := sessionServer(t, func(ch ssh.Channel, started <-chan struct{}) {
		<-started
		_, _ = io.WriteString(ch, "ready")
		buf := make([]byte, 100)
		for {
			n, err := ch.Read(buf)
			if err != nil {
				return
			}
			_, _ = fmt.Fprintf(ch, "<%s>", buf[:n])
			if strings.Contains(string(buf[:n]), "q") {
				exitWith(ch, 9)
			}
		}
	}, func(r *ssh.Request) {
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, r.Type)
	})
	c := newConsole(t)
	o := c.options()
	o.Escapes = true
	o.Info = func() message.Text { return message.New("%s\nexpires at noon", "203.0.113.7:10001") }
	o.Say = inCapitals
	done := start(t.Context(), dialFake(t, addr, key, Config{}), o)
	c.expect("ready")
	c.typed("~I")
	c.expect("~I\r\n203.0.113.7:10001\r\nEXPIRES AT NOON\r\n")
	c.typed("~?")
	c.expect("~?\r\nESCAPES, ONLY AT THE START OF A LINE:\r\n ~.   END THE SESSION\r\n")
	c.typed("~B")
	eventually(t, "a break arrives", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return strings.HasSuffix(strings.Join(requests, " "), " break")
	})
	c.typed("~~")
	c.expect("<~>")
	c.typed("\rx~.")
	c.expect("x~.")
	c.typed("q")
	if r := wait(t, done); r.status != 9 || r.err != nil {
		t.Errorf("%+v", r)
	}
}

// inCapitals is a language for tests.
func inCapitals(t message.Text) string { return strings.ToUpper(t.String()) }

// Without a TTY nothing is an escape.
func TestNoEscapesWithoutATTY(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	_, _ = w.WriteString("~.\n~?\n")
	_ = w.Close()
	var out strings.Builder
	got := wait(t, start(t.Context(), realClient(t), SessionOptions{Command: "cat", Stdin: r, Stdout: &out, Escapes: true}))
	if got.status != 0 || got.err != nil || out.String() != "~.\n~?\n" {
		t.Errorf("%+v, %q", got, out.String())
	}
}

func TestNotices(t *testing.T) {
	notices := make(chan message.Text)
	t.Run("in the title of a raw terminal", func(t *testing.T) {
		c := newConsole(t)
		o := c.options()
		o.Command, o.Notice = "echo ready; read x", notices
		done := start(t.Context(), realClient(t), o)
		c.expect("ready")
		notices <- message.Verbatim("ends in 5 min\x1b]0;evil\x07")
		c.expect(pushTitle + "\x1b]2;ends in 5 min\\x1b]0;evil\\x07\x07")
		c.typed("\r")
		wait(t, done)
		c.expect(popTitle)
	})
	t.Run("on stderr", func(t *testing.T) {
		r, w := io.Pipe()
		done := start(t.Context(), realClient(t), SessionOptions{
			Command: "sleep 60 & wait", Stderr: w, Notice: notices, Say: inCapitals,
		})
		notices <- message.Verbatim("ends in 5 min")
		buf := make([]byte, 100)
		if n, _ := r.Read(buf); string(buf[:n]) != "ENDS IN 5 MIN\n" {
			t.Errorf("%q", buf[:n])
		}
		_ = done // the cleanup closes the connection
	})
}

// A terminal that was stopped with Ctrl-S must not keep the session from ending.
func TestStoppedTerminal(t *testing.T) {
	c := newConsole(t)
	o := c.options()
	o.Command = "echo ready; sleep 60"
	blocked := &blockedWriter{entered: make(chan struct{}), release: make(chan struct{})}
	defer close(blocked.release)
	o.Stdout = blocked
	before := termios(t, c.tty)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := start(ctx, realClient(t), o)
	<-blocked.entered
	cancel()
	if r := wait(t, done); !errors.Is(r.err, context.Canceled) {
		t.Errorf("%+v", r)
	}
	if after := termios(t, c.tty); !reflect.DeepEqual(after, before) {
		t.Error("the terminal is not as it was")
	}
}

type blockedWriter struct {
	once             sync.Once
	entered, release chan struct{}
}

func (w *blockedWriter) Write(p []byte) (int, error) {
	w.once.Do(func() { close(w.entered) })
	<-w.release
	return len(p), nil
}

func TestOutputStopWaitsNotForEver(t *testing.T) {
	w := &blockedWriter{entered: make(chan struct{}), release: make(chan struct{})}
	o := newOutput(w)
	go func() { _, _ = o.Write([]byte("x")) }()
	<-w.entered
	start := time.Now()
	o.stop("end")
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
	close(w.release)
	if _, err := o.Write([]byte("y")); !errors.Is(err, errOutputStopped) {
		t.Errorf("a write after the end: %v", err)
	}
}

func TestInputSurvivesNonBlockingTerminal(t *testing.T) {
	c := newConsole(t)
	in := newInput(c.tty)
	defer in.stop()
	if err := syscall.SetNonblock(int(c.tty.Fd()), true); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(c.master, "hello\n") }()
	buf := make([]byte, 100)
	if n, err := in.Read(buf); string(buf[:n]) != "hello\n" || err != nil {
		t.Errorf("%q, %v", buf[:n], err)
	}
}

func TestOutputSurvivesNonBlockingTerminal(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = r.Close(), w.Close() }()
	// Fd takes the file from Go's poller, as the standard streams are not in it.
	if err := syscall.SetNonblock(int(w.Fd()), true); err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 1<<20) // more than a pipe holds
	_, _ = rand.Read(data)
	written := make(chan error, 1)
	go func() {
		_, err := newOutput(w).Write(data)
		written <- err
		_ = w.Close()
	}()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d of %d bytes arrived, or others; %v", len(got), len(data), err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}
