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

// Local opens access by work in this process. Requests for the same SIM, port,
// TLS, service and source share one mapping: the last to close deletes it. It is
// safe for concurrent use.
type Local struct {
	options Options
	shares  *shares
}

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
	return &Local{options: o, shares: newShares(o.Now)}
}

// Lingering are the mappings without a user that wait for the next one.
func (l *Local) Lingering() []Info { return l.shares.lingering() }

// Close deletes at once what lingers, and waits for that. Mappings that are still
// open stay so.
func (l *Local) Close() { l.shares.close() }

// openMapping is a mapping that a Local opened, or found open.
type openMapping struct {
	info  Info
	api   lease.API
	lease *lease.Lease // nil for a foreign mapping
}

func (m *openMapping) giveBack(ctx context.Context, keep bool) (lease.Outcome, error) {
	switch {
	case m.lease == nil:
		return lease.Foreign, nil
	case keep:
		return lease.Kept, m.lease.Keep() //nolint:contextcheck // writing the journal takes no time to cancel
	}
	outcome, err := m.lease.Delete(ctx, m.api)
	if outcome == lease.Pending {
		m.lease.DeleteLater(m.api)
	}
	return outcome, err
}
