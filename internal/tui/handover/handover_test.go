//go:build unix && !race

// Bubble Tea v2.0.10 closes its input while its reader may still ask for the
// descriptor: the race detector sees that, in a library, in programs that are
// about to end. So these tests run without it (.ci/run does so too).

package handover_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/muesli/cancelreader"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/napter-connect/napter-connect/internal/termtest"
	"github.com/napter-connect/napter-connect/internal/tui/handover"
)

const childEnv = "NAPTER_TEST_HANDOVER"

// TestMain lets the test binary be a program with a terminal of its own.
func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	os.Exit(m.Run())
}

// child is a UI that shows the keys and lends its terminal at "s".
func child() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	t, err := handover.New(os.Stdin, os.Stdout)
	if err != nil {
		panic(err)
	}
	m := &ui{ctx: ctx, terminal: t}
	p := tea.NewProgram(m, tea.WithoutSignalHandler())
	t.Attach(p)
	go func() {
		<-ctx.Done()
		_ = t.Wait(context.Background())
		p.Quit()
	}()
	_, err = p.Run()
	t.Close()
	if err != nil && ctx.Err() == nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("good bye")
	return 0
}

type ui struct {
	ctx      context.Context //nolint:containedctx // as long as the program
	terminal *handover.Terminal
	keys     string
	ticks    atomic.Int64
	size     string
	end      string
}

type ended struct{ err error }
type tick struct{}

func ticking() tea.Cmd {
	return tea.Tick(20*time.Millisecond, func(time.Time) tea.Msg { return tick{} })
}

func (m *ui) Init() tea.Cmd { return ticking() }

func (m *ui) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.size = fmt.Sprintf("%dx%d", msg.Width, msg.Height)
	case tick:
		m.ticks.Add(1)
		return m, ticking()
	case ended:
		m.end = fmt.Sprint("ended: ", msg.err)
	case tea.KeyPressMsg:
		switch msg.String() {
		case "Q":
			return m, tea.Quit
		case "S", "P":
			return m, func() tea.Msg {
				return ended{m.terminal.Lend(m.ctx, func() error { return session(m.ctx, &m.ticks, msg.String() == "P") })}
			}
		default:
			m.keys += msg.String()
		}
	}
	return m, nil
}

func (m *ui) View() tea.View {
	v := tea.NewView(fmt.Sprintf("keys:%s:\nticks %d\nsize %s\n%s\n", m.keys, m.ticks.Load(), m.size, m.end))
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	return v
}

// session is what a shell on a device does to a terminal: raw mode, a joined
// reader, modes that stay on. It ends at "x" or with ctx; "t" lets the UI tick.
func session(ctx context.Context, ticks *atomic.Int64, panics bool) error {
	old, err := term.MakeRaw(int(os.Stdin.Fd()))
	if err != nil {
		return err
	}
	in, err := cancelreader.NewReader(os.Stdin)
	if err != nil {
		return err
	}
	width, height, _ := term.GetSize(int(os.Stdout.Fd()))
	fmt.Printf("session of %dx%d\r\n\x1b[?1003h\x1b[?2004h\x1b[?1h\x1b[31m", width, height)
	if panics {
		panic("a bug in a session")
	}
	done := make(chan error, 1)
	go func() {
		buf := make([]byte, 1)
		for {
			n, err := in.Read(buf)
			switch {
			case errors.Is(err, cancelreader.ErrCanceled):
				done <- context.Cause(ctx)
				return
			case err != nil: // io.EOF: the terminal is gone
				done <- err
				return
			case n == 1 && buf[0] == 'x':
				fmt.Print("last words\r\n")
				done <- nil
				return
			case n == 1 && buf[0] == 't':
				for until := ticks.Load() + 5; ticks.Load() < until; {
					time.Sleep(time.Millisecond)
				}
			}
			fmt.Printf("[%s]", buf[:n])
		}
	}()
	select {
	case err = <-done:
	case <-ctx.Done():
		in.Cancel()
		err = <-done
	}
	_ = in.Close()
	_ = term.Restore(int(os.Stdin.Fd()), old)
	return err
}

func start(t *testing.T, o termtest.Options) *termtest.Terminal {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childEnv+"=1", "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	e := termtest.Start(t, cmd, o)
	e.Expect("keys::")
	return e
}

// TestKeysAreNeverLost types on while the terminal goes to and fro: each key
// reaches the UI or the session, in order, and none gets lost between them.
func TestKeysAreNeverLost(t *testing.T) {
	e := start(t, termtest.Options{Columns: 200, Rows: 24})
	e.Type("S")
	e.Expect("session of 200x24")
	e.Type("123xabc") // in one go: x ends the session, the UI gets the rest
	e.Expect("keys:abc:", "ended: <nil>")
	for i := range 10 {
		e.Type("S")
		e.Until("the session begins", func() bool { return strings.Count(e.Output(), "session of") == i+2 })
		e.Type("x")
		for _, key := range "defghi" {
			e.Type(string(key))
		}
		e.Expect("keys:abc" + strings.Repeat("defghi", i+1) + ":")
	}
	e.Type("Q")
	if status := e.Exit(); status != 0 {
		t.Errorf("status %d", status)
	}
}

// strange modes are those that only an exact copy brings back.
func strange(tio *unix.Termios) {
	tio.Iflag &^= unix.IXON
	tio.Lflag ^= unix.ECHOK
	tio.Cc[unix.VERASE] = 8
	tio.Cc[unix.VINTR] = 24
}

func TestTerminalIsAsBefore(t *testing.T) {
	for name, end := range map[string]func(*termtest.Terminal){
		"quit": func(e *termtest.Terminal) { e.Type("Q") },
		"TERM": func(e *termtest.Terminal) { e.Signal(syscall.SIGTERM) },
		"HUP":  func(e *termtest.Terminal) { e.Signal(syscall.SIGHUP) },
		"shell": func(e *termtest.Terminal) {
			e.Type("S")
			e.Expect("session of")
			e.Type("x")
			e.Expect("ended")
			e.Type("Q")
		},
		"shell, TERM": func(e *termtest.Terminal) {
			e.Type("S")
			e.Expect("session of")
			e.Until("raw mode", e.Raw)
			e.Signal(syscall.SIGTERM)
		},
		"shell, HUP": func(e *termtest.Terminal) {
			e.Type("S")
			e.Expect("session of")
			e.Until("raw mode", e.Raw)
			e.Signal(syscall.SIGHUP)
		},
		"shell, panic": func(e *termtest.Terminal) { e.Type("P"); e.Expect("internal error: a bug"); e.Type("Q") },
	} {
		t.Run(name, func(t *testing.T) {
			e := start(t, termtest.Options{Modes: strange})
			end(e)
			if status := e.Exit(); status != 0 {
				t.Errorf("status %d", status)
			}
			if before, after := e.Before(), e.Modes(); before != after {
				t.Errorf("the modes were\n%+v\nand are\n%+v", before, after)
			}
			e.Expect("good bye")
			if e.Alternate() {
				t.Error("the alternate screen is left on")
			}
			for mode, on := range e.PrivateModes() {
				if on && mode != 25 && mode != 7 {
					t.Errorf("mode %d is left on", mode)
				}
			}
		})
	}
}

func TestHangUp(t *testing.T) {
	for _, keys := range []string{"", "S"} {
		e := start(t, termtest.Options{})
		if keys != "" {
			e.Type(keys)
			e.Expect("session of")
		}
		e.HangUp()
		e.Exit() // and not later than the test's patience
	}
}

func TestLifeGoesOnDuringASession(t *testing.T) {
	e := start(t, termtest.Options{})
	e.Expect("size 80x24")
	e.Type("S")
	e.Expect("session of 80x24")
	shown := e.Output()
	e.Resize(100, 30)
	e.Type("t")
	e.Expect("[t]")
	if more := strings.TrimPrefix(e.Output(), shown); more != "" && strings.Contains(more, "ticks") {
		t.Errorf("the UI wrote into the session: %q", more)
	}
	e.Type("x")
	e.Expect("size 100x30", "ended: <nil>")
	if !e.Alternate() {
		t.Error("the UI is not on its own screen again")
	}
	if m := e.PrivateModes(); !m[1002] || m[1003] || m[1] {
		t.Errorf("the modes after a session: %v", m)
	}
}

func TestLendAfterClose(t *testing.T) {
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	terminal, err := handover.New(in, in)
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	if err := terminal.Lend(t.Context(), func() error { ran++; return nil }); err != nil || ran != 1 {
		t.Errorf("ran %d, %v", ran, err)
	}
	terminal.Close()
	if err := terminal.Lend(t.Context(), func() error { ran++; return nil }); !errors.Is(err, handover.ErrClosed) || ran != 1 {
		t.Errorf("ran %d, %v", ran, err)
	}
}
