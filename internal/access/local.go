package access

import (
	"context"
	"errors"
	"time"
)

// Options are what a Local needs of its surroundings.
type Options struct {
	// Sessions are the API sessions, shared with the rest of the process.
	Sessions *Sessions
	// Finders are the finders of the public address; nil makes own ones.
	Finders *Finders
	// Leases makes and deletes mappings (*lease.Manager).
	//
	// Leases *lease.Manager
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Debugf receives lines for -v; may be nil.
	Debugf func(format string, args ...any)
}

// Local opens access by work in this process. It is safe for concurrent use.
type Local struct{}

// NewLocal returns an Opener that does the work in this process.
func NewLocal(o Options) *Local { return &Local{} }

// Open implements Opener.
func (l *Local) Open(ctx context.Context, r Request, progress Progress) (Access, error) {
	return nil, errors.New("not built yet")
}
