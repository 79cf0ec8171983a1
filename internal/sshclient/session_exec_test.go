//go:build unix

package sshclient

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func TestExecStatus(t *testing.T) {
	l := realClient(t)
	for _, want := range []int{0, 7, 255} {
		var out, errOut bytes.Buffer
		status, err := l.Run(t.Context(), SessionOptions{
			Command: script("printf out; printf err >&2; exit %d", want), Stdout: &out, Stderr: &errOut})
		if status != want || err != nil {
			t.Errorf("status %d, %v; want %d", status, err, want)
		}
		if out.String() != "out" || errOut.String() != "err" {
			t.Errorf("stdout %q, stderr %q", &out, &errOut)
		}
	}
}

func TestExecSignal(t *testing.T) {
	status, err := realClient(t).Run(t.Context(), SessionOptions{Command: "kill -TERM $$"})
	var signal *SignalError
	if status != 255 || !errors.As(err, &signal) || signal.Signal != "TERM" {
		t.Errorf("status %d, %v", status, err)
	}
}

func TestExecEnvironment(t *testing.T) {
	var out bytes.Buffer
	_, err := realClient(t).Run(t.Context(), SessionOptions{Command: `echo "$LC_NAPTER"`,
		Env: []string{"LC_NAPTER=a b=c"}, Stdout: &out})
	if err != nil || out.String() != "a b=c\n" {
		t.Errorf("%q, %v", &out, err)
	}
}

func TestTwentyMegabytesEachWay(t *testing.T) {
	l := realClient(t)
	data := make([]byte, 20<<20)
	_, _ = rand.Read(data)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	go func() {
		_, _ = w.Write(data)
		_ = w.Close()
	}()
	got := sha256.New()
	status, err := l.Run(t.Context(), SessionOptions{Command: "cat; exit 3", Stdin: r, Stdout: got})
	if status != 3 || err != nil {
		t.Fatalf("status %d, %v", status, err)
	}
	if want := sha256.Sum256(data); !bytes.Equal(got.Sum(nil), want[:]) {
		t.Error("what came back differs")
	}
}

func TestStdinKinds(t *testing.T) {
	l := realClient(t)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("from a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, want string }{
		{"nil", "", ""}, {"null device", os.DevNull, ""}, {"file", path, "from a file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := SessionOptions{Command: "cat; echo ' end'"}
			if tt.path != "" {
				f, err := os.Open(tt.path)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = f.Close() }()
				o.Stdin = f
			}
			var out bytes.Buffer
			o.Stdout = &out
			r := wait(t, start(t.Context(), l, o))
			if r.status != 0 || r.err != nil || out.String() != tt.want+" end\n" {
				t.Errorf("%+v, %q", r, &out)
			}
		})
	}
}

// A pipe that stays open and silent must not keep the session, and what arrives
// in it afterwards belongs to somebody else.
func TestExecLeavesThePipeAlone(t *testing.T) {
	l := realClient(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = r.Close(), w.Close() }()
	for range 5 {
		if r := wait(t, start(t.Context(), l, SessionOptions{Command: "true", Stdin: r})); r.err != nil {
			t.Fatal(r.err)
		}
	}
	_, _ = w.WriteString("mine")
	buf := make([]byte, 10)
	if n, _ := r.Read(buf); string(buf[:n]) != "mine" {
		t.Errorf("read %q", buf[:n])
	}
}

// slowWriter lets the output wait in the library when the command has exited.
type slowWriter struct{ n int }

func (w *slowWriter) Write(p []byte) (int, error) {
	time.Sleep(500 * time.Microsecond)
	w.n += len(p)
	return len(p), nil
}

func TestHugeOutputThenExit(t *testing.T) {
	var w, e slowWriter
	r := wait(t, start(t.Context(), realClient(t), SessionOptions{Stdout: &w, Stderr: &e,
		Command: "head -c 9000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 3"}))
	if r.status != 3 || r.err != nil || w.n != 9000000 || e.n != 3000000 {
		t.Errorf("%+v, %d and %d bytes", r, w.n, e.n)
	}
}

func TestRemoteClosesStdoutEarly(t *testing.T) {
	var out bytes.Buffer
	r := wait(t, start(t.Context(), realClient(t), SessionOptions{Stdout: &out,
		Command: "echo a; exec >&- 2>&-; sleep 0.2; exit 4"}))
	if r.status != 4 || r.err != nil || out.String() != "a\n" {
		t.Errorf("%+v, %q", r, &out)
	}
}

func TestRemoteClosesStdinEarly(t *testing.T) {
	zero, err := os.Open("/dev/zero")
	if err != nil {
		sshdtest.OnlyWindows(t, err)
	}
	defer func() { _ = zero.Close() }()
	r := wait(t, start(t.Context(), realClient(t), SessionOptions{Stdin: zero,
		Command: "exec <&-; sleep 0.2; exit 4"}))
	if r.status != 4 || r.err != nil {
		t.Errorf("%+v", r)
	}
}

func TestLocalStdoutClosed(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	defer func() { _ = w.Close() }()
	got := wait(t, start(t.Context(), realClient(t), SessionOptions{Command: "yes", Stdout: w}))
	if got.status != 255 || !errors.Is(got.err, syscall.EPIPE) {
		t.Errorf("%+v", got)
	}
}

func TestCancelEndsASession(t *testing.T) {
	l := realClient(t)
	cause := errors.New("the person had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	r, w := io.Pipe()
	done := start(ctx, l, SessionOptions{Command: "echo ready; sleep 60", Stdout: w})
	_, _ = r.Read(make([]byte, 10))
	cancel(cause)
	if got := wait(t, done); got.status != 255 || !errors.Is(got.err, cause) {
		t.Errorf("%+v", got)
	}
	// The connection is still good.
	if got := wait(t, start(t.Context(), l, SessionOptions{Command: "exit 5"})); got.status != 5 || got.err != nil {
		t.Errorf("afterwards: %+v", got)
	}
}

func TestConnectionLost(t *testing.T) {
	server := sshdtest.Start(t, sshdtest.Options{})
	relay, cut := sshdtest.Delayed(t, server.Addr, 0)
	l := dialReal(t, server, relay, Config{})
	r, w := io.Pipe()
	done := start(t.Context(), l, SessionOptions{Command: "echo ready; sleep 60", Stdout: w})
	_, _ = r.Read(make([]byte, 10))
	cut()
	got := wait(t, done)
	var dropped *DroppedError
	if got.status != 255 || !errors.As(got.err, &dropped) || dropped.Hint().IsZero() {
		t.Errorf("%+v", got)
	}
	got = wait(t, start(t.Context(), l, SessionOptions{Command: "true"}))
	if !errors.As(got.err, &dropped) {
		t.Errorf("on a dead connection: %+v", got)
	}
}

func TestEndWithoutStatus(t *testing.T) {
	addr, key := sessionServer(t, func(ch ssh.Channel, started <-chan struct{}) {
		<-started
		_, _ = io.WriteString(ch, "bye")
		_ = ch.Close()
	}, nil)
	var out bytes.Buffer
	r := wait(t, start(t.Context(), dialFake(t, addr, key, Config{}), SessionOptions{Stdout: &out}))
	var dropped *DroppedError
	if r.status != 255 || !errors.As(r.err, &dropped) || !strings.Contains(r.err.Error(), "without an exit status") || out.String() != "bye" {
		t.Errorf("%+v, %q", r, &out)
	}
}

func TestSessionRefused(t *testing.T) {
	addr, key := fakeServer(t, func(_ *ssh.ServerConn, channels <-chan ssh.NewChannel, requests <-chan *ssh.Request) {
		go ssh.DiscardRequests(requests)
		for ch := range channels {
			_ = ch.Reject(ssh.Prohibited, "no \x1b[31mway")
		}
	})
	r := wait(t, start(t.Context(), dialFake(t, addr, key, Config{}), SessionOptions{}))
	if r.status != 255 || r.err == nil || strings.Contains(r.err.Error(), "\x1b") || !strings.Contains(r.err.Error(), "way") {
		t.Errorf("%+v", r)
	}
}

func TestPanicInAWriter(t *testing.T) {
	r := wait(t, start(t.Context(), realClient(t), SessionOptions{Command: "echo a", Stdout: panicWriter{}}))
	if r.status != 255 || r.err == nil || !strings.Contains(r.err.Error(), "deliberate") {
		t.Errorf("%+v", r)
	}
}

type panicWriter struct{}

func (panicWriter) Write([]byte) (int, error) { panic("deliberate") }
