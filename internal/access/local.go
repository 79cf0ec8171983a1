package access

import (
	"context"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"
)

// Options are what a Local needs of its surroundings.
type Options struct {
	// Sessions are the API sessions, shared with the rest of the process.
	Sessions *Sessions
	// Finders are the finders of the public address; nil makes own ones.
	Finders *Finders
	// Leases makes and deletes mappings.
	Leases *lease.Manager
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Debugf receives lines for -v; may be nil.
	Debugf func(format string, args ...any)
}

// Local opens access by work in this process. It is safe for concurrent use.
type Local struct{ o Options }

// NewLocal returns an Opener that does the work in this process.
func NewLocal(o Options) *Local {
	if o.Finders == nil {
		o.Finders = NewFinders()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Debugf == nil {
		o.Debugf = func(string, ...any) {}
	}
	return &Local{o}
}

// way is an Access that was opened in this process.
type way struct {
	info     Info
	api      lease.API
	lease    *lease.Lease // nil for a foreign mapping
	keep     bool
	recorder *Recorder
}

// Info implements Access.
func (w *way) Info() Info { return w.info }

// Close implements Access.
func (w *way) Close(ctx context.Context) (Outcome, error) {
	end := w.recorder.Start(StepDelete)
	outcome, err := w.giveBack(ctx)
	end(string(outcome), err)
	return outcome, err
}

func (w *way) giveBack(ctx context.Context) (Outcome, error) {
	if w.lease == nil {
		return Foreign, nil
	}
	if w.keep {
		return Kept, w.lease.Keep()
	}
	outcome, err := w.lease.Delete(ctx, w.api)
	return Outcome(outcome), err
}
