//go:build unix

package termtest

import (
	"bytes"
	"image/color"
	"maps"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what has to come; the machine may be
// busy.
const patience = 30 * time.Second

// Terminal is a program in a terminal.
type Terminal struct {
	t      testing.TB
	Cmd    *exec.Cmd
	master *os.File
	tty    *os.File

	mu      sync.Mutex
	screen  *vt.Emulator
	raw     bytes.Buffer
	modes   map[int]bool // DEC private modes that were set or reset
	before  unix.Termios
	exited  chan struct{}
	copying sync.WaitGroup
	status  int
}

// Options say what the terminal is like.
type Options struct {
	Columns, Rows int // 80x24
	// Mute: the terminal answers no query.
	Mute bool
	// Background is the background that the terminal tells of; nil: the emulator's.
	Background color.Color
	// Modes changes the terminal's modes before the program starts; may be nil.
	Modes func(*unix.Termios)
}

// Start starts cmd, whose Env, Dir and Args count, as the leader of a session of
// its own. It is killed at the test's end.
func Start(t testing.TB, cmd *exec.Cmd, o Options) *Terminal {
	t.Helper()
	e := open(t, o)
	e.Cmd = cmd
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.tty, e.tty, e.tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait()
		e.status = cmd.ProcessState.ExitCode()
		close(e.exited)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-e.exited
		e.close()
	})
	return e
}

// Open opens a terminal without a program: the test uses its files itself.
func Open(t testing.TB, o Options) (*Terminal, *os.File) {
	t.Helper()
	e := open(t, o)
	t.Cleanup(e.close)
	return e, e.tty
}

func open(t testing.TB, o Options) *Terminal {
	t.Helper()
	if o.Columns == 0 {
		o.Columns, o.Rows = 80, 24
	}
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	e := &Terminal{t: t, master: master, tty: tty, screen: vt.NewEmulator(o.Columns, o.Rows),
		modes: map[int]bool{}, exited: make(chan struct{})}
	e.screen.SetCallbacks(vt.Callbacks{
		EnableMode:  func(m ansi.Mode) { e.setMode(m, true) },
		DisableMode: func(m ansi.Mode) { e.setMode(m, false) },
	})
	if o.Background != nil {
		e.screen.SetDefaultBackgroundColor(o.Background)
	}
	e.before = e.Modes()
	if o.Modes != nil {
		o.Modes(&e.before)
		if err := setTermios(int(tty.Fd()), &e.before); err != nil {
			t.Fatal(err)
		}
		e.before = e.Modes()
	}
	e.control(func(fd int) error { return unix.SetNonblock(fd, true) }) // pty.Open made it blocking
	e.setSize(o.Columns, o.Rows)
	e.copying.Go(e.show)
	e.copying.Go(func() { e.answer(o.Mute) })
	return e
}

// close ends the copying, and shows the screen if the test has failed.
func (e *Terminal) close() {
	_ = e.tty.Close()
	_ = e.master.Close()
	_ = e.screen.InputPipe().(interface{ Close() error }).Close() // ends answer
	e.copying.Wait()
	if e.t.Failed() {
		e.t.Logf("the screen:\n%s", e.Screen())
	}
}

// With gives do the screen, which does not change meanwhile.
func (e *Terminal) With(do func(*vt.Emulator)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	do(e.screen)
}

// show copies the program's output to the emulator.
func (e *Terminal) show() {
	buf := make([]byte, 4096)
	for {
		n, err := e.master.Read(buf)
		e.mu.Lock()
		e.raw.Write(buf[:n])
		_, _ = e.screen.Write(buf[:n])
		e.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// answer copies the emulator's answers to the program.
func (e *Terminal) answer(mute bool) {
	buf := make([]byte, 4096)
	for {
		n, err := e.screen.Read(buf)
		if err != nil {
			return
		}
		if !mute {
			_, _ = e.master.Write(buf[:n])
		}
	}
}

// Type sends keys as bytes.
func (e *Terminal) Type(keys string) {
	e.t.Helper()
	if _, err := e.master.WriteString(keys); err != nil {
		e.t.Fatalf("typing %q: %v", keys, err)
	}
}

// Resize changes the window's size.
func (e *Terminal) Resize(columns, rows int) {
	e.t.Helper()
	e.mu.Lock()
	e.screen.Resize(columns, rows)
	e.mu.Unlock()
	e.setSize(columns, rows)
}

func (e *Terminal) setSize(columns, rows int) {
	e.t.Helper()
	size := unix.Winsize{Col: uint16(columns), Row: uint16(rows)}
	e.control(func(fd int) error { return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &size) })
}

// control leaves the master non-blocking, which File.Fd would not: HangUp could
// not close it then while show reads from it.
func (e *Terminal) control(do func(fd int) error) {
	e.t.Helper()
	conn, err := e.master.SyscallConn()
	if err == nil {
		_ = conn.Control(func(fd uintptr) { err = do(int(fd)) })
	}
	if err != nil {
		e.t.Fatal(err)
	}
}

// Screen is what shows, without trailing blanks.
func (e *Terminal) Screen() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	lines := strings.Split(e.screen.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \r")
	}
	return strings.Join(lines, "\n")
}

// Output is all that the program has written so far.
func (e *Terminal) Output() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.raw.String()
}

// Alternate reports whether the alternate screen shows.
func (e *Terminal) Alternate() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.screen.IsAltScreen()
}

// Expect waits until the screen has all of texts.
func (e *Terminal) Expect(texts ...string) {
	e.t.Helper()
	e.Until("the screen has "+strings.Join(texts, ", "), func() bool {
		screen := e.Screen()
		for _, want := range texts {
			if !strings.Contains(screen, want) {
				return false
			}
		}
		return true
	})
}

// Until waits for ok.
func (e *Terminal) Until(what string, ok func() bool) {
	e.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			e.t.Fatalf("not after %v: %s", patience, what)
		}
	}
}

// Modes are the terminal's, as `stty -a` shows them.
func (e *Terminal) Modes() unix.Termios {
	e.t.Helper()
	tio, err := getTermios(int(e.tty.Fd()))
	if err != nil {
		e.t.Fatal(err)
	}
	return *tio
}

// Before are the modes before the program started.
func (e *Terminal) Before() unix.Termios { return e.before }

func (e *Terminal) setMode(m ansi.Mode, on bool) { // in Write, which holds the lock
	if private, ok := m.(ansi.DECMode); ok {
		e.modes[private.Mode()] = on
	}
}

// PrivateModes are the DEC private modes that the program has touched.
func (e *Terminal) PrivateModes() map[int]bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.modes)
}

// Raw reports whether the terminal is in raw mode.
func (e *Terminal) Raw() bool { return e.Modes().Lflag&unix.ICANON == 0 }

// Signal sends a signal to the program.
func (e *Terminal) Signal(s syscall.Signal) {
	e.t.Helper()
	if err := e.Cmd.Process.Signal(s); err != nil {
		e.t.Fatal(err)
	}
}

// HangUp closes the terminal, as closing its window does.
func (e *Terminal) HangUp() {
	_ = e.tty.Close()
	_ = e.master.Close()
}

// Exit waits for the program's end and returns its exit status, -1 for a signal.
func (e *Terminal) Exit() int {
	e.t.Helper()
	select {
	case <-e.exited:
	case <-time.After(patience):
		_ = e.Cmd.Process.Signal(syscall.SIGABRT) // shows where it stands
		e.t.Fatalf("the program goes on after %v", patience)
	}
	return e.status
}

// Settle waits until nothing was written for so long.
func (e *Terminal) Settle(quiet time.Duration) {
	e.t.Helper()
	length, since := -1, time.Now()
	e.Until("the screen is quiet", func() bool {
		if n := len(e.Output()); n != length {
			length, since = n, time.Now()
		}
		return time.Since(since) >= quiet
	})
}
