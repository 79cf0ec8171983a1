package device

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/term"

	"github.com/napter-connect/napter-connect/internal/simulator/device/shell"
)

func asSignal(err error, sig *shell.Signal) bool { return errors.As(err, sig) }

const (
	ctrlC = 0x03
	// maxTyped is how much may be typed ahead; more is dropped, as a real
	// terminal does.
	maxTyped = 64 << 10
)

// terminal is the device's end of a pseudo-terminal: line editing by x/term, and
// in front of it a buffer that sees Ctrl-C while a command runs.
type terminal struct {
	ch ssh.Channel

	mu          sync.Mutex
	more        sync.Cond // typed, interrupted or closed changed
	typed       []byte
	interrupted bool
	closed      bool
	rows, cols  int
	foreground  context.CancelCauseFunc // nil at the prompt
	editor      *term.Terminal

	modes   modes
	history *history
	pump    sync.WaitGroup
}

func newTerminal(ch ssh.Channel, m ptyRequest) *terminal {
	t := &terminal{ch: ch, history: &history{}, modes: parseModes(m.Modes)}
	t.more.L = &t.mu
	t.rows, t.cols = int(m.Rows), int(m.Cols)
	t.newEditor()
	return t
}

// newEditor starts line editing afresh: x/term keeps a line that was interrupted,
// and a Ctrl-D, for the next call. It is called with mu held or before sharing.
func (t *terminal) newEditor() {
	t.editor = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys{t}, t.ch}, "")
	t.editor.History = t.history
	setSize(t.editor, t.rows, t.cols)
}

// setSize tells the editor the window's size; 0 is a client that has no window.
func setSize(e *term.Terminal, rows, cols int) {
	if rows <= 0 {
		rows = 24
	}
	if cols <= 0 {
		cols = 80
	}
	_ = e.SetSize(cols, rows) // fails when the client is gone, which the next read sees
}

// start reads what is typed until the channel ends. It calls settle before it
// passes anything on.
func (t *terminal) start(settle func()) {
	t.pump.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := t.ch.Read(buf)
			settle()
			t.feed(buf[:n])
			if err != nil {
				t.hangUpInput()
				return
			}
		}
	})
}

// feed takes typed bytes. Ctrl-C drops what was typed before it, ends the command
// that runs, and wakes whoever reads.
func (t *terminal) feed(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := bytes.LastIndexByte(p, ctrlC); i >= 0 {
		p = p[i+1:]
		t.typed = t.typed[:0]
		t.interrupted = true
		if t.foreground != nil {
			t.foreground(shell.Signal("INT"))
		}
	}
	t.typed = append(t.typed, p[:min(len(p), maxTyped-len(t.typed))]...)
	t.more.Broadcast()
}

func (t *terminal) hangUpInput() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.more.Broadcast()
}

// hangUp ends all reads; the channel is closed.
func (t *terminal) hangUp() {
	t.hangUpInput()
	t.pump.Wait()
}

// keys is the editor's input, a byte at a time, so that what follows a line (the
// input of the command in it) stays in the buffer.
type keys struct{ t *terminal }

func (k keys) Read(p []byte) (int, error) {
	t := k.t
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.typed) == 0 && !t.interrupted && !t.closed {
		t.more.Wait()
	}
	switch {
	case t.interrupted:
		t.interrupted = false
		return 0, shell.ErrInterrupt
	case len(t.typed) == 0:
		return 0, io.EOF
	case len(p) == 0: // the editor is full of a key sequence without an end
		return 0, shell.ErrInterrupt
	}
	p[0] = t.typed[0]
	t.typed = t.typed[1:]
	return 1, nil
}

// ReadLine implements shell.Terminal.
func (t *terminal) ReadLine(prompt string) (string, error) {
	t.mu.Lock()
	editor, rows, cols := t.editor, t.rows, t.cols
	t.mu.Unlock()
	setSize(editor, rows, cols)
	editor.SetPrompt(prompt)
	line, err := editor.ReadLine()
	if errors.Is(err, term.ErrPasteIndicator) {
		err = nil
	}
	if err != nil {
		t.mu.Lock()
		t.newEditor()
		t.mu.Unlock()
	}
	return line, err
}

// Foreground implements shell.Terminal.
func (t *terminal) Foreground(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.foreground = cancel
	if t.interrupted { // between the line and its command
		cancel(shell.Signal("INT"))
	}
	return ctx, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.foreground = nil
		t.interrupted = false // the command had it
		cancel(nil)
	}
}

// Window implements shell.Terminal.
func (t *terminal) Window() shell.Window {
	t.mu.Lock()
	defer t.mu.Unlock()
	return shell.Window{Rows: t.rows, Cols: t.cols, Modes: t.modes.String()}
}

func (t *terminal) resize(rows, cols int) {
	t.mu.Lock()
	t.rows, t.cols = rows, cols
	editor, atPrompt := t.editor, t.foreground == nil
	t.mu.Unlock()
	if atPrompt { // otherwise ReadLine does
		setSize(editor, rows, cols) // repaints, so not under mu
	}
}

// streams are what a command sees of the terminal.
func (t *terminal) streams() shell.Streams {
	var out io.Writer = t.ch
	if t.modes.mapsNewlines() {
		out = newlines{t.ch}
	}
	return shell.Streams{In: &lines{t: t}, Out: out, Err: out}
}

// lines is a terminal in its canonical mode: what is typed arrives by the line.
type lines struct {
	t    *terminal
	rest []byte
}

// FromTerminal implements shell.TerminalInput.
func (l *lines) FromTerminal() {}

func (l *lines) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		l.t.history.pause(true)
		line, err := l.t.ReadLine("")
		l.t.history.pause(false)
		if err != nil {
			return 0, err
		}
		l.rest = []byte(line + "\n")
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// newlines writes every newline as a carriage return and a newline.
type newlines struct{ w io.Writer }

func (n newlines) Write(p []byte) (int, error) {
	if _, err := n.w.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
