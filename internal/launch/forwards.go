package launch

import (
	"context"
	"net"
	"strings"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// forward opens the forwards. As with OpenSSH, the session goes on without one that
// cannot listen, but not if it was to run forwards alone and none does.
func (s Shell) forward(ctx context.Context, c *sshclient.Client, tell func(message.Text)) error {
	var failures []error
	for _, f := range s.Forwards {
		f.Failed = func(err error) { tell(message.Of(err)) }
		addr, err := c.Forward(ctx, f)
		switch {
		case err == nil && strings.HasSuffix(f.Listen, ":0"):
			tell(allocated(f, addr))
		case err != nil && (s.AllForwards || ctx.Err() != nil):
			return err
		case err != nil:
			failures = append(failures, err)
		}
	}
	var last error
	if n := len(failures); s.NoCommand && n > 0 && n == len(s.Forwards) {
		failures, last = failures[:n-1], failures[n-1]
	}
	for _, err := range failures {
		tell(message.Of(err))
	}
	return last
}

// allocated says which free port f was given.
func allocated(f sshclient.Forward, addr net.Addr) message.Text {
	target := message.Verbatim(f.Target)
	if f.Target == "" {
		target = message.New("where each connection asks to go (SOCKS)")
	}
	if f.Kind == sshclient.Remote {
		return message.New("port %d of the device is forwarded to %s", hostport.Of(addr).Port(), target)
	}
	return message.New("%s is forwarded to %s", addr, target)
}
