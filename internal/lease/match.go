package lease

import (
	"net/netip"
	"slices"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

// fitTime is what a mapping must still have left to be worth using.
const fitTime = 5 * time.Minute

// Fitting returns the mapping of list that serves s: same SIM, port, TLS and
// service (when s names one), every address of s.Sources inside its ranges, not
// expired, and five minutes left (or s.Duration when that is shorter). Of
// several it is the one that lasts longest.
func Fitting(list []client.PortMapping, s Spec, now time.Time) (client.PortMapping, bool) {
	need := fitTime
	if s.Duration > 0 {
		need = min(need, s.Duration)
	}
	var best client.PortMapping
	found := false
	for _, p := range list {
		if p.Expired || p.ExpiredTime.Time().Sub(now) < need || !leadsTo(p, s) || !serves(p, s.Service) || !admits(p, s.Sources) {
			continue
		}
		if !found || p.ExpiredTime > best.ExpiredTime {
			best, found = p, true
		}
	}
	return best, found
}

// leadsTo reports whether p leads to the SIM and port of s in the way of s.
func leadsTo(p client.PortMapping, s Spec) bool {
	return sameTarget(p, s) && int(p.Destination.Port) == s.Port && p.TLSRequired == s.TLS
}

func sameTarget(p client.PortMapping, s Spec) bool {
	if sim := simOf(p); s.SimID != "" && sim != "" {
		return sim == s.SimID
	}
	imsi := imsiOf(p)
	return s.IMSI != "" && imsi == s.IMSI
}

func simOf(p client.PortMapping) string {
	if p.SimID != "" {
		return p.SimID
	}
	return p.Destination.SimID
}

func imsiOf(p client.PortMapping) string {
	if p.IMSI != "" {
		return p.IMSI
	}
	return p.Destination.IMSI
}

// serves reports whether p takes the way of service: the API does not echo the
// service, but the strategy that follows from it.
func serves(p client.PortMapping, service string) bool {
	switch service {
	case "air":
		// A mapping by IMSI leads to that subscriber's cellular session.
		return p.Destination.Strategy == client.AirPrioritized || p.Destination.Strategy == client.IMSIPrioritized
	case "arc":
		return p.Destination.Strategy == client.ArcPrioritized
	default:
		return true
	}
}

// contradicts reports whether p can't have come of asking for service.
func contradicts(p client.PortMapping, service string) bool {
	return serves(p, "air") && service == "arc" || serves(p, "arc") && service == "air"
}

// admits reports whether every address of sources may connect to p.
func admits(p client.PortMapping, sources []netip.Prefix) bool {
	ranges, err := p.SourceRanges()
	if err != nil || len(sources) == 0 {
		return false
	}
	for _, s := range sources {
		inside := func(r netip.Prefix) bool { return r.Bits() <= s.Bits() && r.Contains(s.Addr()) }
		if !s.IsValid() || !slices.ContainsFunc(ranges, inside) {
			return false
		}
	}
	return true
}

// sameRanges reports whether p admits exactly sources, in any order.
func sameRanges(p client.PortMapping, sources []netip.Prefix) bool {
	ranges, err := p.SourceRanges()
	return err == nil && slices.Equal(canonical(ranges), canonical(sources))
}

func canonical(list []netip.Prefix) []netip.Prefix {
	list = slices.Clone(list)
	for i, p := range list {
		list[i] = p.Masked()
	}
	slices.SortFunc(list, netip.Prefix.Compare)
	return slices.Compact(list)
}

// sameMapping reports whether a and b are one mapping: ip:port alone is used
// again after a mapping's end.
func sameMapping(a, b client.PortMapping) bool {
	return a.IPAddress == b.IPAddress && a.Port == b.Port && a.CreatedTime == b.CreatedTime &&
		simOf(a) == simOf(b) && imsiOf(a) == imsiOf(b)
}
