package launch

import (
	"context"
	"net"
	"time"

	"github.com/napter-connect/napter-connect/internal/netfault"
	"github.com/napter-connect/napter-connect/internal/wait"
)

// Dialer is what Dial needs of the network; *net.Dialer is one.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Patient connects to a mapping that may be new.
func Patient(ctx context.Context, network, address string) (net.Conn, error) {
	return dial(ctx, &net.Dialer{}, network, address)
}

// dial connects, and again for about 3 s while the address refuses: a new mapping
// may take a moment to come up. The tries are few, because Napter takes a burst
// of connections for abuse and then marks them REFUSED (its audit log's
// documentation).
func dial(ctx context.Context, d Dialer, network, address string) (net.Conn, error) {
	for _, pause := range []time.Duration{300 * time.Millisecond, 800 * time.Millisecond, 1700 * time.Millisecond} {
		conn, err := d.DialContext(ctx, network, address)
		if err == nil || !netfault.Refused(err) || wait.For(ctx, pause) != nil {
			return conn, err
		}
	}
	return d.DialContext(ctx, network, address)
}
