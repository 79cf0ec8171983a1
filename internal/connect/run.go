package connect

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/napter-connect/napter-connect/internal/launch"
)

// RunWith runs a program while a forward lives, and gives its status. {host} and
// {port} in its arguments stand for the first port's local address, {port2} and so
// on for the others', {address} for host:port. Signals are the program's while it
// runs.
func (c *Connector) RunWith(ctx context.Context, o ForwardOptions, program launch.Command) (status int, err error) {
	if err := program.Find(); err != nil {
		return 0, err
	}
	f, err := c.Forward(ctx, o)
	if err != nil {
		return 0, err
	}
	defer f.Stop()
	program.Args = substitute(program.Args, f.Tunnels())
	return program.Run(ctx, c.Signals.Divert)
}

func substitute(args []string, tunnels []Tunnel) []string {
	var pairs []string
	for i, t := range tunnels {
		host, port := reachable(t.Listen), strconv.Itoa(int(t.Listen.Port()))
		pairs = append(pairs, "{port"+strconv.Itoa(i+1)+"}", port)
		if i == 0 {
			pairs = append(pairs, "{host}", host, "{port}", port, "{address}", net.JoinHostPort(host, port))
		}
	}
	r := strings.NewReplacer(pairs...)
	list := make([]string, len(args))
	for i, arg := range args {
		list[i] = r.Replace(arg)
	}
	return list
}

// reachable is the host to connect to for a listener on an address.
func reachable(listen netip.AddrPort) string {
	if listen.Addr().IsUnspecified() {
		return loopback
	}
	return listen.Addr().String()
}
