// Package connect runs a command's whole session: it gets access (see package
// access), launches something over it, and gives the access back, with progress
// and signals.
package connect

import (
	"context"
	"crypto/x509"
	"net/netip"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshmux"
)

// cleanUpLimit is how long an orderly end waits for the deletion.
const cleanUpLimit = 5 * time.Second

// Connector does the job. Its fields are set once, before use.
type Connector struct {
	Opener access.Opener
	// Rules are config.yaml's rules for single SIMs (config.File); nil is none.
	Rules Rules
	// Keys remembers which SSH key last worked for a SIM (*config.Recent); nil
	// forgets.
	Keys KeyMemory
	// Mux shares SSH connections with other commands; nil makes one for each.
	Mux *sshmux.Mux
	// Audit gives the audit log for explaining a failed connection; nil, or an
	// error from it, means without.
	Audit AuditProvider
	// Roots are the authorities to believe where TLS ends at Soracom; nil is the
	// system's.
	Roots *x509.CertPool
	// Progress receives the events of the whole job; may be nil. While the
	// terminal belongs to the remote shell there are none.
	Progress access.Progress
	// Notice receives lines for the person, on stderr, in the language of Texts;
	// may be nil.
	Notice func(line string)
	// Texts are the language of all that is told to the person here; nil is English.
	Texts *i18n.Texts
	// Debugf receives lines for -v; may be nil.
	Debugf func(format string, args ...any)
	// Signals gives clean-up its contexts; nil is a plain time limit.
	Signals *Signals
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Rules give what config.yaml says about one SIM.
type Rules interface {
	For(name string, tags map[string]string) config.Rule
}

// KeyMemory remembers what was used last for a SIM.
type KeyMemory interface {
	Get(simID string) (config.Use, error)
	Update(ctx context.Context, simID string, change func(*config.Use)) error
}

// AuditProvider gives the API session that can read the audit log for a request.
type AuditProvider func(access.Request) (launch.AuditLog, error)

func (c *Connector) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Connector) language() *i18n.Texts {
	if c.Texts != nil {
		return c.Texts
	}
	return i18n.For(i18n.English)
}

func (c *Connector) notice(format string, args ...any) {
	if c.Notice != nil {
		c.Notice(c.language().Sprintf(format, args...))
	}
}

// tell is a notice of an error and its next step.
func (c *Connector) tell(err error) {
	if next := message.Hint(err); !next.IsZero() {
		c.notice("%v; %s", err, next)
		return
	}
	c.notice("%v", err)
}

func (c *Connector) debugf(format string, args ...any) {
	if c.Debugf != nil {
		c.Debugf(format, args...)
	}
}

func (c *Connector) rule(name string, tags map[string]string) config.Rule {
	if c.Rules == nil {
		return config.Rule{}
	}
	return c.Rules.For(name, tags)
}

// wideBits is the longest prefix that is worth a warning: more than the addresses
// of one site's network (a /24).
const wideBits = 23

// warnOfWideSources tells how many a range lets in that the user gave.
func (c *Connector) warnOfWideSources(sources []netip.Prefix) {
	for _, p := range sources {
		if p.Bits() <= wideBits {
			c.notice("%s admits %d addresses; a /32 admits one", p, uint64(1)<<(32-p.Bits()))
		}
	}
}

// giveBack closes an access, whatever ended its use, and tells what the user has to
// know about it.
func (c *Connector) giveBack(held access.Access) {
	ctx, cancel := c.Signals.CleanUp(cleanUpLimit)
	defer cancel()
	outcome, err := held.Close(ctx)
	m := held.Info().Mapping
	switch {
	case err != nil || outcome == lease.Pending:
		var why message.Text
		if err != nil {
			why = message.New(": %v", err)
		}
		c.notice("the mapping %[1]s could not be deleted%[2]s; it ends at %[3]s, or delete it now: napter-connect mappings delete %[1]s", m.Addr, why, c.clockTime(m.Expires))
	case outcome == lease.Kept:
		c.notice("the mapping %[1]s stays open until %[2]s; delete it: napter-connect mappings delete %[1]s", m.Addr, c.clockTime(m.Expires))
	default:
		c.debugf("mapping %s: %s", m.Addr, outcome)
	}
}

// clockTime is a moment for people: the time, with the date unless it is today.
func (c *Connector) clockTime(t time.Time) string {
	now := c.now()
	t = t.In(now.Location())
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}
