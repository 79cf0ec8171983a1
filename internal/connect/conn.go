package connect

import (
	"cmp"
	"context"
	"errors"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// stale reports whether a connection failed because a mapping that was there
// already leads nowhere: whoever made it deletes it when they like, perhaps since
// it was listed. One of our own may do better.
func stale(r access.Request, info access.Info, err error) bool {
	if r.NoReuse || !info.Mapping.Foreign && !info.Mapping.Shared {
		return false
	}
	var refused *sshclient.RefusedError
	var timeout *sshclient.TimeoutError
	var dial *launch.DialError
	var explained *launch.ConnectError
	switch {
	case errors.As(err, &explained):
		return explained.Denied
	case errors.As(err, &timeout):
		return timeout.Stage == "connecting"
	}
	return errors.As(err, &refused) || errors.As(err, &dial)
}

// completed fills in what was not given: the SIM's rule decides, then SSH's port.
func (c *Connector) completed(r access.Request) access.Request {
	rule := c.rule(access.TargetName(r.Target), nil)
	r.Port, r.Service = cmp.Or(r.Port, rule.Port, defaultSSHPort), cmp.Or(r.Service, rule.Service)
	return r
}

// dial opens access and makes a connection by it, in place of a stale mapping by
// a new one. The caller gives the access back when err is nil.
func (c *Connector) dial(ctx context.Context, r access.Request, rec *access.Recorder) (access.Access, launch.Conn, error) {
	for {
		held, err := c.Opener.Open(ctx, r, rec.Forward())
		if err != nil {
			return nil, nil, causeOf(ctx, err)
		}
		info, began := held.Info(), c.now()
		end := rec.Start(access.StepDial)
		conn, err := launch.MappingDialer{Info: info, TLS: r.TLS, Roots: c.Roots, Now: c.Now}.Connect(ctx)
		end(message.Text{}, err)
		if err == nil {
			return held, conn, nil
		}
		again := stale(r, info, err)
		if !again {
			err = c.explain(ctx, r, info, began, err)
		}
		c.giveBack(held) //nolint:contextcheck // with a context of its own
		if !again {
			return nil, nil, err
		}
		c.debugf("%v; opening another mapping", err)
		r.NoReuse = true
	}
}
