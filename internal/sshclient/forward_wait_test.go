package sshclient

import (
	"net"
	"net/netip"
	"testing"
)

func TestForwardedConnections(t *testing.T) {
	var c connections
	from := func(port uint16) net.Addr {
		return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port))
	}
	if got := c.text().String(); got != "no connection goes through a forward" {
		t.Error(got)
	}
	first := c.add(Forward{Kind: Local, Listen: "127.0.0.1:8080", Target: "h:80"}, from(1))
	second := c.add(Forward{Kind: Dynamic, Listen: "127.0.0.1:1080"}, from(2))
	const one, two = "\n -L 127.0.0.1:8080: from 127.0.0.1:1 to h:80", "\n -D 127.0.0.1:1080: from 127.0.0.1:2 to SOCKS"
	if got := c.text().String(); got != "Forwarded connections:"+one+two {
		t.Error(got)
	}
	first()
	if got := c.text().String(); got != "Forwarded connections:"+two {
		t.Error(got)
	}
	second()
	select {
	case <-c.ended():
	default:
		t.Error("not ended")
	}
}
