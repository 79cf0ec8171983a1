package hostport_test

import (
	"net"
	"net/netip"
	"testing"

	"github.com/napter-connect/napter-connect/internal/hostport"
)

func TestPorts(t *testing.T) {
	for s, want := range map[string]int{
		"1": 1, "22": 22, "65535": 65535, "0022": 22,
		"": -1, "65536": -1, "70000": -1, "99999999999999999999": -1,
		"-1": -1, "+22": -1, " 22": -1, "22 ": -1, "2_2": -1, "0x16": -1, "22.0": -1, "ssh": -1, "２２": -1,
	} {
		n, ok := hostport.ParsePort(s)
		if ok != (want > 0) || ok && n != want {
			t.Errorf("ParsePort(%q) = %d, %v", s, n, ok)
		}
		if m, listens := hostport.ParseListenPort(s); listens != ok || m != n {
			t.Errorf("ParseListenPort(%q) = %d, %v", s, m, listens)
		}
	}
	if _, ok := hostport.ParsePort("0"); ok {
		t.Error("nobody can connect to port 0")
	}
	if n, ok := hostport.ParseListenPort("0"); !ok || n != 0 {
		t.Error("port 0 is not any free one")
	}
	for n, want := range map[int]bool{-1: false, 0: false, 1: true, 65535: true, 65536: false} {
		if hostport.ValidPort(n) != want {
			t.Errorf("ValidPort(%d) = %v", n, !want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		text                    string
		addr, ipv4, cidr, local bool
	}{
		{"203.0.113.7", true, true, true, false},
		{"127.8.8.8", true, true, true, true},
		{"::1", true, false, true, true},
		{"2001:db8::1", true, false, true, false},
		{"203.0.113.0/24", false, false, true, false},
		{"203.0.113.7/24", false, false, true, false},
		{"2001:db8::/32", false, false, true, false},
		{"0.0.0.0/0", false, false, true, false},
		{text: ""},
		{text: "localhost"},
		{text: "203.0.113"},
		{text: "203.0.113.007"},
		{text: "203.0.113.256"},
		{text: " 203.0.113.7"},
		{text: "203.0.113.7:22"},
		{text: "203.0.113.0/33"},
		{text: "203.0.113.0/024"},
		{text: "::ffff:127.0.0.1", local: true},
		{text: "::ffff:203.0.113.0/120"},
		{text: "fe80::1%eth0"},
		{text: "[::1]"},
	} {
		a, ok := hostport.ParseAddr(c.text)
		if ok != c.addr || ok && a != netip.MustParseAddr(c.text) {
			t.Errorf("ParseAddr(%q) = %v, %v", c.text, a, ok)
		}
		if a, ok := hostport.ParseIPv4(c.text); ok != c.ipv4 || a.IsValid() != ok {
			t.Errorf("ParseIPv4(%q) = %v, %v", c.text, a, ok)
		}
		if p, ok := hostport.ParsePrefix(c.text); ok != c.cidr || p.IsValid() != ok {
			t.Errorf("ParsePrefix(%q) = %v, %v", c.text, p, ok)
		}
		if hostport.IsLoopback(c.text) != c.local {
			t.Errorf("IsLoopback(%q) = %v", c.text, !c.local)
		}
	}
	if p, _ := hostport.ParsePrefix("203.0.113.7"); p.String() != "203.0.113.7/32" {
		t.Errorf("an address alone is %s", p)
	}
	if p, _ := hostport.ParsePrefix("203.0.113.7/24"); p.String() != "203.0.113.7/24" {
		t.Errorf("the bits after the range are lost: %s", p)
	}
}

func TestAddrPort(t *testing.T) {
	for s, want := range map[string]bool{
		"203.0.113.7:22": true, "[::1]:0": true, "127.0.0.1:65535": true,
		"": false, "203.0.113.7": false, ":22": false, "localhost:22": false, "203.0.113.7:": false,
		"203.0.113.7:65536": false, "203.0.113.7:ssh": false, "[::ffff:127.0.0.1]:22": false, "[fe80::1%1]:22": false,
	} {
		ap, ok := hostport.ParseAddrPort(s)
		if ok != want || ok && ap != netip.MustParseAddrPort(s) {
			t.Errorf("ParseAddrPort(%q) = %v, %v", s, ap, ok)
		}
	}
}

func TestOf(t *testing.T) {
	mapped := &net.TCPAddr{IP: net.ParseIP("127.0.0.1").To16(), Port: 80}
	if got := hostport.Of(mapped).String(); got != "127.0.0.1:80" {
		t.Errorf("a TCP socket is at %s", got)
	}
	if got := hostport.Of(&net.UDPAddr{IP: net.IPv6loopback, Port: 53}).String(); got != "[::1]:53" {
		t.Errorf("a UDP socket is at %s", got)
	}
	if got := hostport.Of(&net.UnixAddr{Name: "/tmp/x"}); got.IsValid() {
		t.Errorf("a Unix socket is at %s", got)
	}
}

// FuzzParse checks that what is taken is written and read back as the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"22", "203.0.113.7", "203.0.113.0/24", "[::1]:22", "::ffff:1.2.3.4", "0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := hostport.ParsePort(s); ok && !hostport.ValidPort(n) {
			t.Errorf("%q became port %d", s, n)
		}
		if a, ok := hostport.ParseAddr(s); ok {
			if b, ok := hostport.ParseAddr(a.String()); !ok || a != b {
				t.Errorf("%q became %s and then %s", s, a, b)
			}
		}
		if p, ok := hostport.ParsePrefix(s); ok {
			if q, ok := hostport.ParsePrefix(p.String()); !ok || p != q {
				t.Errorf("%q became %s and then %s", s, p, q)
			}
		}
		if p, ok := hostport.ParseAddrPort(s); ok {
			if q, ok := hostport.ParseAddrPort(p.String()); !ok || p != q {
				t.Errorf("%q became %s and then %s", s, p, q)
			}
		}
	})
}
