//go:build unix

package connect

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/hometest"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// childVariable makes the test binary play the program under TestMain.
const childVariable = "NAPTER_CONNECT_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		child()
		return
	}
	hometest.Hear(syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP)
	os.Exit(m.Run())
}

// child waits for a signal, then cleans up until its parent closes stdin, or a
// second Ctrl-C.
func child() {
	ctx, signals := Watch(context.Background())
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println(context.Cause(ctx), errors.Is(context.Cause(ctx), context.Canceled), signals.Received())
	clean, cancel := signals.CleanUp(time.Minute)
	defer cancel()
	fmt.Println("cleaning")
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		fmt.Println("clean")
		os.Exit(0)
	}()
	<-clean.Done()
	fmt.Println("given up:", clean.Err())
	os.Exit(3)
}

type program struct {
	*exec.Cmd
	t     *testing.T
	lines *bufio.Scanner
	stdin interface{ Close() error }
}

func startChild(t *testing.T, wrapper ...string) *program {
	t.Helper()
	args := append(wrapper, os.Args[0])
	p := &program{Cmd: exec.Command(args[0], args[1:]...), t: t}
	p.Env = append(os.Environ(), childVariable+"=1")
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.stdin, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewScanner(out)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	p.expect("ready")
	return p
}

func (p *program) expect(want string) {
	p.t.Helper()
	if !p.lines.Scan() || p.lines.Text() != want {
		p.t.Fatalf("got %q, want %q", p.lines.Text(), want)
	}
}

func (p *program) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

func (p *program) ends(want int) {
	p.t.Helper()
	err := p.Wait()
	if got := p.ProcessState.ExitCode(); got != want {
		p.t.Fatalf("status %d (%v), want %d", got, err, want)
	}
}

func TestSignalsEndTheContextAndLetCleanUpFinish(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			p := startChild(t)
			p.signal(syscall.SIGPIPE) // changes nothing
			p.signal(s)
			p.expect(fmt.Sprintf("ended by signal: %[1]s true %[1]s", s))
			p.expect("cleaning")
			for _, more := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE} {
				p.signal(more)
			}
			if s != syscall.SIGINT {
				p.signal(syscall.SIGINT) // a first Ctrl-C
			}
			_ = p.stdin.Close()
			p.expect("clean")
			p.ends(0)
		})
	}
}

func TestSecondInterruptGivesUp(t *testing.T) {
	t.Parallel()
	p := startChild(t)
	p.signal(syscall.SIGINT)
	p.expect("ended by signal: interrupt true interrupt")
	p.expect("cleaning")
	time.Sleep(oneKeyPress + 20*time.Millisecond) // the interval is what is being tested
	p.signal(syscall.SIGINT)
	p.expect("given up: context canceled")
	p.ends(3)
}

func TestIgnoredSignalsStayIgnored(t *testing.T) {
	t.Parallel()
	sshdtest.Tool(t, "nohup")
	p := startChild(t, "nohup")
	p.signal(syscall.SIGHUP)
	p.signal(syscall.SIGTERM)
	p.expect("ended by signal: terminated true terminated")
	_ = p.stdin.Close()
	p.expect("cleaning")
	p.expect("clean")
	p.ends(0)
}

func TestOutputIntoAClosedPipeDoesNotKill(t *testing.T) {
	ctx, signals := Watch(t.Context())
	defer signals.Stop()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	if _, err := w.WriteString("x"); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("writing gave %v, want EPIPE", err)
	}
	if ctx.Err() != nil || signals.Received() != nil {
		t.Errorf("a closed pipe ended the context: %v", context.Cause(ctx))
	}
}

func TestNoSignals(t *testing.T) {
	var none *Signals
	ctx, cancel := none.CleanUp(time.Hour)
	defer cancel()
	if _, ok := ctx.Deadline(); !ok || none.Received() != nil {
		t.Error("a nil *Signals should be a plain time limit")
	}
	_, s := Watch(t.Context())
	s.Stop()
	s.Stop()
	if !strings.Contains((&Interrupted{os.Interrupt}).Error(), "interrupt") {
		t.Error("the signal is not named")
	}
}
