package sshclient

import (
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// ResetSequence undoes what a remote program may have done to the terminal when
// it could not tidy up itself. It leaves the alternate screen by mode 1047: tmux
// moves the cursor at the end of mode 1049 even where that screen is not on.
const ResetSequence = "\x1b[?1047l" +
	"\x1b7\x1b[r\x1b8" + // scroll the whole screen
	"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l" + // mouse off
	"\x1b[?1004l\x1b[?2004l\x1b[?2026l" + // focus reports, bracketed paste, synchronized output off
	"\x1b[?1l\x1b>" + // cursor keys and keypad normal
	"\x1b[<u\x1b[>4m" + // pop the Kitty keyboard flags; xterm's modifyOtherKeys off
	"\x1b[?7h\x1b[?25h" + // wrap lines, show the cursor
	"\x0f\x1b(B\x1b[m" + // ASCII, no colours
	"\r\n"

// terminal is the local side of a session with a TTY. Its fields are nil where
// that stream is not a terminal.
type terminal struct {
	in, out *os.File
}

func newTerminal(stdin *os.File, stdout io.Writer) *terminal {
	t := &terminal{}
	if stdin != nil && term.IsTerminal(int(stdin.Fd())) {
		t.in = stdin
	}
	if f, ok := stdout.(*os.File); ok && f != nil && term.IsTerminal(int(f.Fd())) {
		t.out = f
	}
	return t
}

// windowSize is in characters; 0x0 means that it is not known.
type windowSize struct{ columns, rows int }

func (t *terminal) size() windowSize {
	// Windows knows the size of outputs alone.
	for _, f := range []*os.File{t.out, t.in} {
		if f == nil {
			continue
		}
		if w, h, err := term.GetSize(int(f.Fd())); err == nil {
			return windowSize{w, h}
		}
	}
	return windowSize{}
}

// rawGuard holds a terminal in raw mode. It can be left and entered again (when
// the program is suspended), and is left for good exactly once.
type rawGuard struct {
	t *terminal

	mu      sync.Mutex
	restore func() // nil while the terminal is as it was
	closed  bool
}

// enter makes the terminal raw. Without a terminal on stdin it does nothing.
func (g *rawGuard) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed || g.restore != nil || g.t.in == nil {
		return nil
	}
	// The descriptor is stdin's: stdout may be another terminal.
	fd := int(g.t.in.Fd())
	saved, err := term.MakeRaw(fd)
	if err != nil {
		return err
	}
	restoreOutput := prepareOutput(g.t.out)
	g.restore = func() {
		restoreOutput()
		_ = term.Restore(fd, saved)
	}
	return nil
}

// leave puts the terminal back as it was when enter was called.
func (g *rawGuard) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.leaveLocked()
}

func (g *rawGuard) leaveLocked() {
	if g.restore != nil {
		g.restore()
		g.restore = nil
	}
}

// close leaves raw mode and keeps a late enter from coming back to it.
func (g *rawGuard) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.leaveLocked()
	g.closed = true
}
