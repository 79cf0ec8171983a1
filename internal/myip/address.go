package myip

import (
	"net/netip"
	"strings"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// maxBody is the longest answer that is read; an address needs 15 bytes.
const maxBody = 64

var errNotAnAddress = message.Errorf("the response is not a single IPv4 address")

// parseAnswer reads a body: one IPv4 address, with white space around it.
func parseAnswer(body []byte) (netip.Addr, error) {
	if len(body) > maxBody {
		return netip.Addr{}, errNotAnAddress
	}
	addr, ok := hostport.ParseIPv4(strings.Trim(string(body), " \t\r\n"))
	if !ok {
		return netip.Addr{}, errNotAnAddress
	}
	return addr, nil
}

// NotGlobalError says that a service answered with an address that nobody can
// come from over the internet: something between us and it answered.
type NotGlobalError struct {
	Addr netip.Addr
	Kind string // such as private
}

// Text is a whole sentence for each kind, as translation needs.
func (e *NotGlobalError) Text() message.Text {
	switch e.Kind {
	case unspecified:
		return message.New("%s is an unspecified address", e.Addr)
	case private:
		return message.New("%s is a private address", e.Addr)
	case carrierNAT:
		return message.New("%s is a carrier NAT address", e.Addr)
	case loopback:
		return message.New("%s is a loopback address", e.Addr)
	case linkLocal:
		return message.New("%s is a link-local address", e.Addr)
	case documentation:
		return message.New("%s is a documentation address", e.Addr)
	case benchmark:
		return message.New("%s is a benchmark address", e.Addr)
	case multicast:
		return message.New("%s is a multicast address", e.Addr)
	case protocol:
		return message.New("%s is a protocol address", e.Addr)
	case relay:
		return message.New("%s is a relay address", e.Addr)
	}
	return message.New("%s is a reserved address", e.Addr)
}

func (e *NotGlobalError) Error() string { return e.Text().String() }

// special are the ranges of the IANA IPv4 special-purpose registry that are not
// globally reachable, and multicast.
func special() []struct{ prefix, kind string } {
	return []struct{ prefix, kind string }{
		{"0.0.0.0/8", unspecified},
		{"10.0.0.0/8", private},
		{"100.64.0.0/10", carrierNAT},
		{"127.0.0.0/8", loopback},
		{"169.254.0.0/16", linkLocal},
		{"172.16.0.0/12", private},
		{"192.0.0.0/24", protocol},
		{"192.0.2.0/24", documentation},
		{"192.88.99.0/24", relay},
		{"192.168.0.0/16", private},
		{"198.18.0.0/15", benchmark},
		{"198.51.100.0/24", documentation},
		{"203.0.113.0/24", documentation},
		{"224.0.0.0/4", multicast},
		{"240.0.0.0/4", reserved},
	}
}

// Kinds of addresses, as NotGlobalError has them.
const (
	unspecified   = "unspecified"
	private       = "private"
	carrierNAT    = "carrier NAT"
	loopback      = "loopback"
	linkLocal     = "link-local"
	protocol      = "protocol"
	documentation = "documentation"
	relay         = "relay"
	benchmark     = "benchmark"
	multicast     = "multicast"
	reserved      = "reserved"
)

// checkGlobal refuses addresses that are not global unicast. The simulator's
// services, all on loopback, may use the documentation ranges.
func checkGlobal(addr netip.Addr, allowDocumentation bool) error {
	for _, s := range special() {
		if netip.MustParsePrefix(s.prefix).Contains(addr) && (!allowDocumentation || s.kind != documentation) {
			return &NotGlobalError{Addr: addr, Kind: s.kind}
		}
	}
	return nil
}
