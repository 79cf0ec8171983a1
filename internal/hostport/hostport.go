// Package hostport decides what is a TCP port, an IP address or a range of
// addresses. What a wrong one is called is up to the caller.
package hostport

import (
	"net"
	"net/netip"
	"strconv"
)

// ValidPort reports whether n is a TCP port that can be connected to.
func ValidPort(n int) bool { return n >= 1 && n <= 65535 }

// ParsePort reads such a port, in decimal digits.
func ParsePort(s string) (int, bool) {
	n, ok := ParseListenPort(s)
	return n, ok && n != 0
}

// ParseListenPort reads a port to listen on, where 0 is any free one.
func ParseListenPort(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0, false
	}
	return int(n), true
}

// ParseAddr reads an IP address without a zone. IPv4 in an IPv6 address is
// neither, and is refused.
func ParseAddr(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" || a.Is4In6() {
		return netip.Addr{}, false
	}
	return a, true
}

// ParseIPv4 reads an IPv4 address.
func ParseIPv4(s string) (netip.Addr, bool) {
	a, ok := ParseAddr(s)
	if !ok || !a.Is4() {
		return netip.Addr{}, false
	}
	return a, true
}

// ParseAddrPort reads IP:PORT, where port 0 is a port.
func ParseAddrPort(s string) (netip.AddrPort, bool) {
	host, text, err := net.SplitHostPort(s)
	if err != nil {
		return netip.AddrPort{}, false
	}
	a, ok := ParseAddr(host)
	port, portOK := ParseListenPort(text)
	if !ok || !portOK {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(a, uint16(port)), true
}

// ParsePrefix reads a range in CIDR notation; an address alone is a range of one.
// Bits after the range's length stay.
func ParsePrefix(s string) (netip.Prefix, bool) {
	if a, ok := ParseAddr(s); ok {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil || p.Addr().Is4In6() {
		return netip.Prefix{}, false
	}
	return p, true
}

// IsLoopback reports whether host is an IP address of this machine's loopback, as
// is IPv4's within IPv6.
func IsLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// Of is the address of a TCP or UDP socket, and invalid for others. Systems that
// listen on IPv6 for both give IPv4 inside of it, which is taken out.
func Of(a net.Addr) netip.AddrPort {
	s, ok := a.(interface{ AddrPort() netip.AddrPort })
	if !ok {
		return netip.AddrPort{}
	}
	ap := s.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
