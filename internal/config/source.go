package config

import (
	"net/netip"
	"strings"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// ParseSource reads one range for --source or config.yaml: an IPv4 CIDR, or an
// address, which is its /32. A range of everybody (/0) is refused, and so is one
// that no connection over the internet can come from.
func ParseSource(text string) (netip.Prefix, error) {
	prefix, ok := hostport.ParsePrefix(text)
	if !ok {
		return netip.Prefix{}, notRange(message.Errorf("%q is not a CIDR range", text))
	}
	if err := CheckSource(prefix); err != nil {
		return netip.Prefix{}, err
	}
	return prefix, nil
}

// CheckSource refuses what ParseSource refuses.
func CheckSource(prefix netip.Prefix) error {
	text := prefix.String()
	if prefix.IsSingleIP() {
		text = prefix.Addr().String()
	}
	switch {
	case !prefix.IsValid():
		return notRange(message.Errorf("%q is not a CIDR range", text))
	case !prefix.Addr().Is4():
		return notRange(message.Errorf("%q is not IPv4, and Napter has no other", text))
	case prefix.Bits() == 0:
		return message.WithHint(message.Errorf("%q admits every address", text),
			"name the range of your own network, or use auto for your address alone")
	case !public(prefix.Addr()):
		return message.WithHint(message.Errorf("%q is not a range of public addresses", text),
			"your connections reach Soracom from a public address: use auto, or your network's public range")
	case prefix.Masked() != prefix:
		return message.WithHint(message.Errorf("%q has bits set after its %d", text, prefix.Bits()),
			"write %s for the range, or %s/32 for the address", prefix.Masked(), prefix.Addr())
	}
	return nil
}

// notRange adds what a range looks like.
func notRange(err error) error {
	return message.WithHint(err, "write an IPv4 range such as 203.0.113.7/32, or auto")
}

// public reports whether a connection over the internet can come from an address.
// Ranges for documentation count: the simulator uses them.
func public(a netip.Addr) bool {
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10) // carriers' own (RFC 6598)
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a) && a.As4()[0] != 0 && a.As4()[0] < 240
}

// ParseSources reads a list for --source or config.yaml. The word auto gives no
// range: the public address is looked up.
func ParseSources(list []string) ([]netip.Prefix, error) {
	var ranges []netip.Prefix
	for _, text := range list {
		if text = strings.TrimSpace(text); text == "auto" {
			continue
		}
		p, err := ParseSource(text)
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, p)
	}
	return ranges, nil
}
