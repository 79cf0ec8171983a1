package connect

import (
	"strings"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Destination is what ssh is told to connect to. What is not named is "" or 0.
type Destination struct {
	User, Target string
	Port         int
}

// ParseDestination reads [user@]SIM or ssh://[user@]SIM[:port]. As in OpenSSH the user
// ends at the last @, and only the URI has a port.
func ParseDestination(text string) (d Destination, err error) {
	rest, uri := strings.CutPrefix(text, "ssh://")
	if uri {
		rest = strings.TrimSuffix(rest, "/")
	}
	d.Target = rest
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		d.User, d.Target = rest[:i], rest[i+1:]
	}
	i := strings.LastIndexByte(d.Target, ':')
	if !uri || i < 0 {
		return d, nil
	}
	port, ok := hostport.ParsePort(d.Target[i+1:])
	if !ok {
		return Destination{}, message.WithHint(message.Errorf("%q does not end in a port", text), "write ssh://SIM:22, for example")
	}
	d.Target, d.Port = d.Target[:i], port
	return d, nil
}
