package access

import (
	"net/netip"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

func TestCheckedRefuses(t *testing.T) {
	good := Request{Target: "gw", Port: 22}
	if r, err := checked(good); err != nil || r.Duration != 8*time.Hour {
		t.Fatalf("checked(%v) = %v, %v; want 8 h", good, r.Duration, err)
	}
	for _, c := range []struct {
		change func(*Request)
		want   string
	}{
		{func(r *Request) { r.Port = 0 }, "port 0 is not a TCP port"},
		{func(r *Request) { r.Port = 70000 }, "port 70000 is not a TCP port"},
		{func(r *Request) { r.Port = -1 }, "port -1 is not a TCP port"},
		{func(r *Request) { r.Duration = 9 * time.Hour }, "a duration of 9h is out of range"},
		{func(r *Request) { r.Duration = time.Millisecond }, "a duration of 1ms is out of range"},
		{func(r *Request) { r.Duration = -time.Second }, "a duration of -1s is out of range"},
		{func(r *Request) { r.Service = "sea" }, `unknown service "sea"`},
		{func(r *Request) { r.Sources = prefixes("0.0.0.0/0") }, `"0.0.0.0/0" admits every address`},
		{func(r *Request) { r.Sources = prefixes("203.0.113.1/32", "::1/128") }, `"::1" is not IPv4, and Napter has no other`},
		{func(r *Request) { r.Sources = prefixes("203.0.113.1/24") }, `"203.0.113.1/24" has bits set after its 24`},
		{func(r *Request) { r.Sources = []netip.Prefix{{}} }, `"invalid Prefix" is not a CIDR range`},
	} {
		r := good
		c.change(&r)
		_, err := checked(r)
		if err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %q", err, c.want)
			continue
		}
		if message.Hint(err).String() == "" {
			t.Errorf("%q has no hint", err)
		}
	}
	if err := CheckDuration(0); err == nil {
		t.Error("CheckDuration(0) is allowed")
	}
}

func prefixes(list ...string) []netip.Prefix {
	var ps []netip.Prefix
	for _, s := range list {
		ps = append(ps, netip.MustParsePrefix(s))
	}
	return ps
}
