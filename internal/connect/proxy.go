package connect

import (
	"context"
	"errors"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/launch"
)

// ProxyOptions are one connection over standard input and output.
type ProxyOptions struct {
	// Request is what to open. Port 0 and Service "" mean "not given": the SIM's
	// rule decides, then SSH's port.
	Request access.Request
	// Stdio is watched already; ctx is the context that came with it.
	Stdio *launch.Stdio
}

// Proxy opens access, joins a connection with standard input and output and gives
// the access back. connected says whether there was a connection.
func (c *Connector) Proxy(ctx context.Context, o ProxyOptions) (connected bool, err error) {
	rec := access.NewRecorder(c.Progress, c.Now)
	r := c.completed(o.Request)
	began := c.now()
	held, conn, err := c.dial(ctx, r, rec)
	if err != nil {
		return false, err
	}
	defer c.giveBack(held) //nolint:contextcheck // in a panic too, and with a context of its own
	info := held.Info()
	err = o.Stdio.Join(ctx, conn)
	switch {
	case err != nil && expired(info.Mapping, c.now()):
		return true, &ExpiredError{Expires: info.Mapping.Expires, At: c.clockTime(info.Mapping.Expires), Err: err}
	case errors.Is(err, launch.ErrSilent), errors.Is(err, launch.ErrNoAnswer):
		why := c.explain(ctx, r, info, began, &launch.SilentError{Name: info.SIM.Label(), Port: r.Port, Err: err})
		var known *launch.ConnectError
		if errors.Is(err, launch.ErrNoAnswer) && !errors.As(why, &known) {
			return true, nil // no report that the device was not reached
		}
		return false, why
	}
	return true, err
}

// explain says why a connection failed, as far as Napter's audit log knows.
func (c *Connector) explain(ctx context.Context, r access.Request, info access.Info, began time.Time, err error) error {
	if ctx.Err() != nil {
		return causeOf(ctx, err)
	}
	if c.Audit == nil {
		return err
	}
	log, auditErr := c.Audit(r)
	if auditErr != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, explainLimit)
	defer cancel()
	return launch.Explain(ctx, log, info, began, err)
}
