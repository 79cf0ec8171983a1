package connect

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// oneKeyPress is how long the same Ctrl-C may arrive again: from the terminal
// and from a wrapper that forwards it.
const oneKeyPress = 100 * time.Millisecond

// Signals turns the signals that end a process into the end of a context, so
// that everything that was opened is given back.
type Signals struct {
	cancel  context.CancelCauseFunc
	ending  chan os.Signal
	harmful chan os.Signal // PIPE
	stopped chan struct{}
	abort   chan struct{}
	once    sync.Once

	mu     sync.Mutex
	first  os.Signal
	divert func(os.Signal)
}

// Interrupted is the cause of a context that a signal ended. It is a
// context.Canceled too.
type Interrupted struct{ Signal os.Signal }

// Text names the signal.
func (e *Interrupted) Text() message.Text {
	return message.Said("ended by signal: " + e.Signal.String())
}

func (e *Interrupted) Error() string { return e.Text().String() }

// Is makes errors.Is(err, context.Canceled) true.
func (e *Interrupted) Is(target error) bool { return target == context.Canceled }

// Watch starts to catch signals: INT, TERM, HUP, QUIT; on Windows Ctrl-C and
// Ctrl-Break, and the events close, logoff and shutdown, which Go delivers as
// TERM. The first one ends the context, with an *Interrupted as its cause.
// Signals that were ignored when the process began (nohup) stay ignored.
//
// PIPE is caught too and changes nothing: without that, output into a closed
// pipe would kill the process before it gives anything back. It can't end the
// context, since Go tells of broken sockets by the same signal.
func Watch(parent context.Context) (context.Context, *Signals) {
	ctx, cancel := context.WithCancelCause(parent)
	s := &Signals{
		cancel: cancel, ending: make(chan os.Signal, 4), harmful: make(chan os.Signal, 1),
		stopped: make(chan struct{}), abort: make(chan struct{}),
	}
	if caught := notIgnored(endingSignals()); len(caught) > 0 { // none would mean all
		signal.Notify(s.ending, caught...)
	}
	if caught := notIgnored(pipeSignals()); len(caught) > 0 {
		signal.Notify(s.harmful, caught...)
	}
	go s.run()
	return ctx, s
}

func notIgnored(list []os.Signal) []os.Signal {
	var caught []os.Signal
	for _, sig := range list {
		if !signal.Ignored(sig) {
			caught = append(caught, sig)
		}
	}
	return caught
}

func (s *Signals) run() {
	var interrupted time.Time // the first Ctrl-C
	for {
		select {
		case <-s.stopped:
			return
		case <-s.harmful:
		case sig := <-s.ending:
			if s.diverted(sig) {
				continue
			}
			s.cancel(&Interrupted{sig})
			if sig != os.Interrupt {
				continue
			}
			switch now := time.Now(); {
			case interrupted.IsZero():
				interrupted = now
			case now.Sub(interrupted) > oneKeyPress:
				s.giveUp()
			}
		}
	}
}

// diverted hands a signal to whom Divert named, or notes it.
func (s *Signals) diverted(sig os.Signal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.divert != nil {
		s.divert(sig)
		return true
	}
	if s.first == nil {
		s.first = sig
	}
	return false
}

// Divert gives signals to f, until undo is called, in place of ending the
// context: a program that runs in our place decides what they mean. f must not
// block. It works on a nil *Signals too.
func (s *Signals) Divert(f func(os.Signal)) (undo func()) {
	if s == nil {
		return func() {}
	}
	set := func(f func(os.Signal)) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.divert = f
	}
	set(f)
	return func() { set(nil) }
}

func (s *Signals) giveUp() { s.once.Do(func() { close(s.abort) }) }

// Received is the first signal that came, or nil.
func (s *Signals) Received() os.Signal {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first
}

// CleanUp is a fresh context for giving things back: it ends after limit, or at
// the second Ctrl-C, and at nothing else. It works on a nil *Signals too.
func (s *Signals) CleanUp(limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	if s == nil {
		return ctx, cancel
	}
	go func() {
		select {
		case <-s.abort:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// Stop gives the signals their usual effect again, and ends the context.
func (s *Signals) Stop() {
	signal.Stop(s.ending)
	signal.Stop(s.harmful)
	select {
	case <-s.stopped:
	default:
		close(s.stopped)
	}
	s.cancel(context.Canceled)
}
