package lease

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

func TestFitting(t *testing.T) {
	now := time.Now()
	base := testSpec()
	cases := map[string]struct {
		mapping func(*client.PortMapping)
		spec    func(*Spec)
		want    bool
	}{
		"same":               {want: true},
		"wider range":        {mapping: func(p *client.PortMapping) { p.Source.IPRanges = []string{"10.0.0.0/8", "198.51.100.0/24"} }, want: true},
		"bare address":       {mapping: func(p *client.PortMapping) { p.Source.IPRanges = []string{"198.51.100.9"} }, want: true},
		"other range":        {mapping: func(p *client.PortMapping) { p.Source.IPRanges = []string{"198.51.101.0/24"} }},
		"narrower range":     {spec: func(s *Spec) { s.Sources = []netip.Prefix{netip.MustParsePrefix("198.51.100.8/31")} }},
		"one of two":         {spec: func(s *Spec) { s.Sources = append(s.Sources[:1:1], netip.MustParsePrefix("192.0.2.1/32")) }},
		"bad range":          {mapping: func(p *client.PortMapping) { p.Source.IPRanges = []string{"198.51.100.9/32", "?"} }},
		"no range":           {mapping: func(p *client.PortMapping) { p.Source.IPRanges = nil }},
		"no source":          {spec: func(s *Spec) { s.Sources = nil }},
		"other SIM":          {spec: func(s *Spec) { s.SimID = "8942310221000054321" }},
		"other port":         {spec: func(s *Spec) { s.Port = 80 }},
		"TLS":                {spec: func(s *Spec) { s.TLS = true }},
		"arc":                {spec: func(s *Spec) { s.Service = "arc" }},
		"any service":        {spec: func(s *Spec) { s.Service = "" }, want: true},
		"dynamic":            {mapping: func(p *client.PortMapping) { p.Destination.Strategy = client.Dynamic }},
		"expired":            {mapping: func(p *client.PortMapping) { p.Expired = true }},
		"over":               {mapping: func(p *client.PortMapping) { p.ExpiredTime = client.Millis(now.Add(-time.Second).UnixMilli()) }},
		"four minutes":       {mapping: func(p *client.PortMapping) { p.ExpiredTime = client.Millis(now.Add(4 * time.Minute).UnixMilli()) }},
		"six minutes":        {mapping: func(p *client.PortMapping) { p.ExpiredTime = client.Millis(now.Add(6 * time.Minute).UnixMilli()) }, want: true},
		"short is enough":    {mapping: func(p *client.PortMapping) { p.ExpiredTime = client.Millis(now.Add(time.Minute).UnixMilli()) }, spec: func(s *Spec) { s.Duration = 30 * time.Second }, want: true},
		"no expiry":          {mapping: func(p *client.PortMapping) { p.ExpiredTime = 0 }},
		"SIM in destination": {mapping: func(p *client.PortMapping) { p.SimID = "" }, want: true},
		"by IMSI": {mapping: func(p *client.PortMapping) {
			p.SimID, p.Destination.SimID, p.IMSI, p.Destination.Strategy = "", "", "440101234567890", client.IMSIPrioritized
		}, spec: func(s *Spec) { s.IMSI = "440101234567890" }, want: true},
		"by another IMSI": {mapping: func(p *client.PortMapping) {
			p.SimID, p.Destination.SimID, p.IMSI, p.Destination.Strategy = "", "", "440101234567890", client.IMSIPrioritized
		}, spec: func(s *Spec) { s.IMSI = "440101234567891" }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p, s := (&fakeAPI{}).add(request(base)), base
			if c.mapping != nil {
				c.mapping(&p)
			}
			if c.spec != nil {
				c.spec(&s)
			}
			got, ok := Fitting([]client.PortMapping{p}, s, now)
			if ok != c.want || ok && got.Port != p.Port {
				t.Errorf("%v for %+v", ok, p)
			}
		})
	}
}

func TestFittingTakesTheLongest(t *testing.T) {
	f := &fakeAPI{}
	s := testSpec()
	for _, d := range []time.Duration{time.Hour, 3 * time.Hour, 2 * time.Hour} {
		s.Duration = d
		f.add(request(s))
	}
	if p, ok := Fitting(f.open(), testSpec(), time.Now()); !ok || p.Duration != 3*3600 {
		t.Error(p, ok)
	}
}

func TestChoose(t *testing.T) {
	const here = "here"
	now := time.Now()
	intent := func(id string, at time.Duration) *record {
		return newRecord(id, testSpec(), now.Add(at), ownerRecord{ID: id})
	}
	mapping := func(port int, at time.Duration) client.PortMapping {
		p := (&fakeAPI{nextPort: port, skew: at}).add(request(testSpec()))
		p.CreatedTime = client.Millis(now.Add(at).UnixMilli())
		return p
	}
	live := func(p client.PortMapping) scanned {
		r := intent("live", 0)
		r.State, r.Mapping = Live, &p
		return scanned{r, true}
	}
	network := func(r *record) *record {
		r.Sources = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
		return r
	}
	wide := func(p client.PortMapping) client.PortMapping {
		p.Source.IPRanges = []string{"198.51.100.0/24"}
		return p
	}
	known := func(r *record, skew time.Duration) *record {
		ms := skew.Milliseconds()
		r.Skew = &ms
		return r
	}
	a, b, c := mapping(1, time.Second), mapping(2, 2*time.Second), mapping(3, time.Minute)
	cases := map[string]struct {
		r       *record
		list    []client.PortMapping
		journal []scanned
		want    int
		err     error
	}{
		"none":                      {r: intent(here, 0)},
		"one":                       {r: intent(here, 0), list: []client.PortMapping{a}, want: 1},
		"one, a minute later":       {r: intent(here, 0), list: []client.PortMapping{c}, want: 1},
		"one, from before":          {r: intent(here, 0), list: []client.PortMapping{mapping(1, -3*time.Minute)}},
		"one, much later":           {r: intent(here, 0), list: []client.PortMapping{mapping(1, 10*time.Minute)}},
		"clock known, from before":  {r: known(intent(here, 0), 0), list: []client.PortMapping{mapping(1, -10*time.Second)}},
		"clock an hour ahead":       {r: known(intent(here, 0), time.Hour), list: []client.PortMapping{mapping(1, time.Hour)}, want: 1},
		"clock an hour ahead, old":  {r: known(intent(here, 0), time.Hour), list: []client.PortMapping{a}},
		"other duration":            {r: intent(here, 0), list: []client.PortMapping{func() client.PortMapping { p := a; p.Duration = 1800; return p }()}},
		"other service":             {r: intent(here, 0), list: []client.PortMapping{func() client.PortMapping { p := a; p.Destination.Strategy = client.ArcPrioritized; return p }()}},
		"wider":                     {r: intent(here, 0), list: []client.PortMapping{wide(a)}},
		"another's by the journal":  {r: intent(here, 0), list: []client.PortMapping{a}, journal: []scanned{live(a)}},
		"ip:port of the journal's":  {r: intent(here, 0), list: []client.PortMapping{a}, journal: []scanned{live(func() client.PortMapping { p := a; p.CreatedTime -= 9e6; return p }())}, want: 1},
		"a live twin":               {r: intent(here, 0), list: []client.PortMapping{a}, journal: []scanned{{intent("x", 0), true}}, err: errRival},
		"a live intent, other port": {r: intent(here, 0), list: []client.PortMapping{a}, journal: []scanned{{func() *record { r := intent("x", 0); r.Port = 80; return r }(), true}}, want: 1},
		"two, a dead twin":          {r: intent(here, 0), list: []client.PortMapping{a, c}, journal: []scanned{{intent("x", 0), false}}, want: 2},
		"two, a twin given up":      {r: intent(here, 0), list: []client.PortMapping{a, c}, journal: []scanned{{func() *record { r := intent("x", 0); r.Deleting = true; return r }(), true}}, want: 2},
		"two within seconds":        {r: intent(here, 0), list: []client.PortMapping{a, b}, want: 2},
		"two, one far off":          {r: intent(here, 0), list: []client.PortMapping{a, c}, want: 1},
		"two, both far off":         {r: intent(here, 0), list: []client.PortMapping{c, mapping(4, 50*time.Second)}, err: ErrAmbiguous},
		"two of a network":          {r: network(intent(here, 0)), list: []client.PortMapping{wide(a), wide(b)}, err: ErrAmbiguous},
		"one of a network":          {r: network(intent(here, 0)), list: []client.PortMapping{wide(a)}, want: 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := choose(c.r, c.list, append(c.journal, scanned{c.r, true}))
			if len(got) != c.want || !errors.Is(err, c.err) {
				t.Errorf("%d, %v; want %d, %v", len(got), err, c.want, c.err)
			}
		})
	}
}
