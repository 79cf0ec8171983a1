package lease

import (
	"net/netip"
	"slices"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

// How a mapping whose create was lost is told from others: by the time of its
// creation, as exactly as the server's clock is known.
const (
	// lostWindow is how long after the intent the API may have created it: a
	// slow connection, a login in between, the client's time limit.
	lostWindow = 3 * time.Minute
	// clockSlack is how far a clock of which nothing is known may be off;
	// skewSlack how far one of which something is.
	clockSlack = 2 * time.Minute
	skewSlack  = 5 * time.Second
	// tightBefore and tightAfter are where the mapping is all but certainly.
	tightBefore = 3 * time.Second
	tightAfter  = 15 * time.Second
	// defaultSettle is Options.Settle.
	defaultSettle = 5 * time.Second
)

// couldBe reports whether p may have come of the intent r.
func (r *record) couldBe(p client.PortMapping) bool {
	slack := clockSlack
	if r.Skew != nil {
		slack = skewSlack
	}
	return r.fits(p) && within(p, r.Since.Add(r.skew()), slack, lostWindow+slack)
}

// mustBe reports whether p all but certainly came of the intent r, or of a twin
// of it: only this machine's address gets in, and the seconds agree.
func (r *record) mustBe(p client.PortMapping) bool {
	single := func(s netip.Prefix) bool { return s.IsSingleIP() }
	return r.couldBe(p) && within(p, r.Since.Add(r.skew()), tightBefore, tightAfter) &&
		!slices.ContainsFunc(r.Sources, func(s netip.Prefix) bool { return !single(s) })
}

// answeredBy reports whether p can be taken for the answer to r that was lost:
// created since, and in every respect what the API makes of r.
func (r *record) answeredBy(p client.PortMapping, since time.Time) bool {
	strategy := client.IMSIPrioritized
	if r.SimID != "" {
		strategy = map[string]string{"air": client.AirPrioritized, "arc": client.ArcPrioritized}[r.Service]
	}
	_, err := p.Addr()
	return err == nil && !p.CreatedTime.Time().Before(since) && p.Destination.Strategy == strategy
}

// fits reports whether p is what r asked for, whenever it was created.
func (r *record) fits(p client.PortMapping) bool {
	s := r.spec()
	return !p.Expired && leadsTo(p, s) && !contradicts(p, s.Service) && sameRanges(p, s.Sources) &&
		(p.Duration == 0 || int(p.Duration) == r.Seconds)
}

func within(p client.PortMapping, at time.Time, before, after time.Duration) bool {
	created := p.CreatedTime.Time()
	return !created.Before(at.Add(-before)) && !created.After(at.Add(after))
}

// twins reports whether the two intents ask for the same, so that one's mapping
// can be taken for the other's.
func twins(a, b *record) bool {
	return a.SimID == b.SimID && a.IMSI == b.IMSI && a.Port == b.Port && a.TLS == b.TLS &&
		a.Service == b.Service && a.Seconds == b.Seconds &&
		slices.Equal(canonical(a.Sources), canonical(b.Sources))
}

// choose returns those of list that came of the intent r, given the rest of the
// journal. errRival: a twin of a live process has no answer yet, ask again soon.
// ErrAmbiguous: more than the intents can have made, and nothing tells them apart.
func choose(r *record, list []client.PortMapping, journal []scanned) ([]client.PortMapping, error) {
	list = slices.DeleteFunc(slices.Clone(list), func(p client.PortMapping) bool {
		return !r.couldBe(p) || claimed(p, r.ID, journal)
	})
	if len(list) == 0 {
		return nil, nil
	}
	lostOnes := 1
	for _, other := range journal {
		if other.ID == r.ID || other.State != Intent || !twins(r, other.record) {
			continue
		}
		if other.alive && !other.Deleting {
			return nil, errRival
		}
		lostOnes++
	}
	if len(list) <= lostOnes {
		return list, nil
	}
	sure := slices.DeleteFunc(slices.Clone(list), func(p client.PortMapping) bool { return !r.mustBe(p) })
	if len(sure) == 0 {
		return nil, ErrAmbiguous
	}
	return sure, nil
}

func claimed(p client.PortMapping, except string, journal []scanned) bool {
	return slices.ContainsFunc(journal, func(s scanned) bool {
		return s.ID != except && s.Mapping != nil && sameMapping(*s.Mapping, p)
	})
}
