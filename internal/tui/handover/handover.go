// Package handover lends the terminal of a Bubble Tea program to something else,
// such as a shell on a device, and takes it back.
//
// tea.Exec does the same on the event loop, which then stands still: no message
// is handled, and SIGTERM is lost. Here the terminal is lent by a command's own
// goroutine, while the program continues without drawing or reading.
package handover

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Program is a *tea.Program that runs.
type Program interface {
	ReleaseTerminal() error
	RestoreTerminal() error
}

// ErrClosed is the answer to a Lend after the program's end.
var ErrClosed = message.Errorf("the terminal has been given back")

// Terminal is a terminal that belongs to a program. Its methods may be called
// from any goroutine but the program's event loop, which they would block.
type Terminal struct {
	in, out *os.File
	saved   *term.State // nil when in is no terminal
	turn    chan struct{}

	mu      sync.Mutex
	program Program
	closed  bool
}

// New remembers the modes of in, as they are before the program begins.
func New(in, out *os.File) (*Terminal, error) {
	t := &Terminal{in: in, out: out, turn: make(chan struct{}, 1)}
	t.turn <- struct{}{}
	if !term.IsTerminal(int(in.Fd())) {
		return t, nil
	}
	saved, err := term.GetState(int(in.Fd()))
	if err != nil {
		return nil, message.Errorf("reading the terminal's modes: %w", err)
	}
	t.saved = saved
	return t, nil
}

// Attach says whose terminal it is. Before that, Lend just lends.
func (t *Terminal) Attach(p Program) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.program = p
}

// Lend releases the terminal, calls use with the modes as they were before the
// program, and takes the terminal back, whatever use did to it. ctx bounds the
// wait while another Lend has the terminal, not use: that has to end itself when
// its own context does. An error of use is returned as it is, a panic in it as an
// error. When the terminal can't be taken back (it is gone) the error is a
// *LostError, and the program should end.
//
// Nothing that is typed is lost as long as use takes no byte after it has
// returned.
func (t *Terminal) Lend(ctx context.Context, use func() error) error {
	select {
	case <-t.turn:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { t.turn <- struct{}{} }()
	p, closed := t.owner()
	if closed {
		return ErrClosed
	}
	var err error
	released := time.Now()
	if p != nil {
		err = p.ReleaseTerminal()
	}
	if err != nil {
		err = message.Errorf("releasing the terminal: %w", err)
	} else {
		t.reset()
		err = call(use)
		t.tidy()
	}
	time.Sleep(shortest - time.Since(released))
	if lost := t.takeBack(); lost != nil {
		return errors.Join(err, lost)
	}
	return err
}

// shortest is how long the program is without its terminal at least. In Bubble
// Tea v2.0.10 the goroutine that draws stops the ticker after it has accepted
// that it is to end; when RestoreTerminal starts the ticker again before that, it
// is stopped for good and the UI stays frozen (seen under load).
const shortest = 20 * time.Millisecond

// LostError says that the terminal can't be used any more.
type LostError struct{ Err error }

// Text says why.
func (e *LostError) Text() message.Text { return message.New("taking the terminal back: %v", e.Err) }
func (e *LostError) Error() string      { return e.Text().String() }
func (e *LostError) Unwrap() error      { return e.Err }

func (t *Terminal) takeBack() error {
	p, closed := t.owner()
	if p == nil || closed {
		return nil
	}
	if err := p.RestoreTerminal(); err != nil {
		return &LostError{err}
	}
	return nil
}

// Wait waits until only the program has the terminal.
func (t *Terminal) Wait(ctx context.Context) error {
	select {
	case <-t.turn:
		t.turn <- struct{}{}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close is for after the program's end, however it ended. It waits for a Lend
// that is under way and sets the modes to exactly what they were at New.
func (t *Terminal) Close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	<-t.turn
	t.reset()
	t.turn <- struct{}{}
}

func (t *Terminal) owner() (p Program, closed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.program, t.closed
}

// reset sets the saved modes. Pending input stays.
func (t *Terminal) reset() {
	if t.saved != nil {
		_ = term.Restore(int(t.in.Fd()), t.saved) // a terminal that is gone needs none
	}
}

// tidy undoes what a remote program left on: an orderly shell may leave the modes
// of a program that died in it.
func (t *Terminal) tidy() {
	t.reset()
	if term.IsTerminal(int(t.out.Fd())) {
		_, _ = t.out.WriteString(sshclient.ResetSequence)
	}
}

// call makes a panic an error: the terminal is not lost by it, and the program's
// own handler would print into a screen that is not its own now.
func call(use func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = message.Errorf("internal error: %v\n%s", p, debug.Stack())
		}
	}()
	return use()
}
