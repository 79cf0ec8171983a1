package connect

import (
	"context"
	"net"
	"strconv"
	"strings"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

const loopback = "127.0.0.1"

// PortSpec is one port of a forward.
type PortSpec struct {
	// Bind is the local address or host name to listen on; "" is the loopback.
	Bind string
	// Local is the local port: 0 is any free one, SamePort the device's number
	// where it can be had, else any.
	Local int
	// Device is the device's port.
	Device int
}

// SamePort asks for the device's port number here too.
const SamePort = -1

// ParsePortSpec reads [[BIND:]LPORT:]PORT. An IPv6 address stands in brackets; "*"
// and an empty BIND are all addresses, as in OpenSSH.
func ParsePortSpec(text string) (PortSpec, error) {
	s := PortSpec{Local: SamePort}
	bad := message.WithHint(message.Errorf("%q is not a port to forward", text),
		"write PORT, LPORT:PORT or BIND:LPORT:PORT, for example 8080:80")
	var ok bool
	rest := text
	if i := strings.LastIndexByte(rest, ':'); i >= 0 {
		local := rest[:i]
		rest = rest[i+1:]
		if j := strings.LastIndexByte(local, ':'); j >= 0 {
			s.Bind = bindAddress(local[:j])
			local = local[j+1:]
		}
		_, isAddr := hostport.ParseAddr(s.Bind)
		if s.Local, ok = hostport.ParseListenPort(local); !ok || strings.Contains(s.Bind, ":") && !isAddr {
			return s, bad
		}
	}
	if s.Device, ok = hostport.ParseListenPort(rest); !ok {
		return s, bad
	}
	return s, access.CheckPort(s.Device)
}

func bindAddress(text string) string {
	if text == "" || text == "*" {
		return "0.0.0.0"
	}
	return strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
}

// listen opens the local side.
func (s PortSpec) listen(ctx context.Context) (net.Listener, error) {
	bind, port := s.Bind, s.Local
	if bind == "" {
		bind = loopback
	}
	if port == SamePort {
		if l, err := listenOn(ctx, bind, s.Device); err == nil {
			return l, nil
		}
		port = 0
	}
	l, err := listenOn(ctx, bind, port)
	if err != nil {
		return nil, message.WithHint(message.Errorf("listening on %s: %w", net.JoinHostPort(bind, strconv.Itoa(port)), err),
			"give another local port, or 0 for any free one: 0:%d", s.Device)
	}
	return l, nil
}

func listenOn(ctx context.Context, bind string, port int) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", net.JoinHostPort(bind, strconv.Itoa(port)))
}
