package simulator

import (
	"fmt"
	"net/http"
	"net/netip"
)

// createRequest is what both create calls share.
type createRequest struct {
	devicePort, duration int
	service              string // air, arc or ""
	sources              []netip.Prefix
	tls                  bool
	publicPort           int // 0: free
	simID, imsi          string
}

func (s *Simulator) parseCreate(c *call, forSim bool) (createRequest, *apiError) {
	o := c.object()
	o.require("destination")
	d := o.object("destination")
	d.require("port")
	r := createRequest{devicePort: d.whole("port", 0, 1, 65535), service: d.text("service")}
	if d.has("service") && r.service != "air" && r.service != "arc" {
		d.fail("destination.service must be air or arc")
	}
	if !forSim {
		r.simID, r.imsi = d.text("simId"), d.text("imsi")
		d.text("destinationChoosingStrategy") // "ignored at creation time"
		if r.simID == "" && r.imsi == "" {
			d.fail("destination.simId or destination.imsi is required")
		}
	}
	d.done()
	r.duration = o.whole("duration", defaultDuration, 1, maxDuration)
	r.tls = o.flag("tlsRequired")
	src := o.object("source")
	ranges := src.texts("ipRanges")
	src.done()
	for _, text := range ranges {
		p, err := parseRange(text)
		if err != nil {
			o.fail("source.ipRanges: %v", err)
			break
		}
		r.sources = append(r.sources, p)
	}
	o.done()
	if len(r.sources) == 0 { // the caller's address as the API sees it
		r.sources = []netip.Prefix{netip.PrefixFrom(c.caller, c.caller.BitLen())}
	}
	return r, o.err
}

// parseRange reads a CIDR of global IPv4 addresses. All of the Internet passes:
// scripts in the field ask for it.
func parseRange(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil || !p.Addr().Is4() {
		return p, fmt.Errorf("%q is not an IPv4 range in CIDR notation", text)
	}
	a := p.Masked().Addr()
	if p.Bits() > 0 && (!a.IsGlobalUnicast() || a.IsPrivate()) {
		return p, fmt.Errorf("%q is not a range of global addresses", text)
	}
	return p, nil
}

func (s *Simulator) createPortMapping(c *call) (*answer, *apiError) {
	r, err := s.parseCreate(c, false)
	if err != nil {
		return nil, err
	}
	dir := s.dirs[c.session.operatorID]
	if r.simID != "" { // the IMSI is ignored then
		sim, ok := dir.sim(r.simID)
		if !ok {
			return nil, errNoTarget()
		}
		return s.create(c, r, sim)
	}
	sim, ok := dir.byImsi(r.imsi)
	if !ok {
		return nil, errNoTarget()
	}
	t, strategy, err := targetByIMSI(sim, r.imsi)
	if err != nil {
		return nil, err
	}
	return s.created(s.open(c.session.operatorID, c.user, r, t, strategy))
}

func (s *Simulator) createPortMappingForSim(c *call) (*answer, *apiError) {
	r, err := s.parseCreate(c, true)
	if err != nil {
		return nil, err
	}
	sim, ok := s.dirs[c.session.operatorID].sim(c.vars["sim_id"])
	if !ok {
		return nil, errNoSim()
	}
	return s.create(c, r, sim)
}

func (s *Simulator) create(c *call, r createRequest, sim SIM) (*answer, *apiError) {
	t, strategy, err := targetBySim(sim, r.service)
	if err != nil {
		return nil, err
	}
	return s.created(s.open(c.session.operatorID, c.user, r, t, strategy))
}

func (s *Simulator) created(m *mapping, err error) (*answer, *apiError) {
	if err != nil {
		return nil, errInternal("opening the relay: " + err.Error())
	}
	return &answer{status: http.StatusCreated, body: m.json()}, nil
}

// targetBySim picks the session that a mapping for a SIM leads to. That a create
// needs an online session, and how the API refuses, is not in the definition:
// the console's texts say so, and the codes are invented.
func targetBySim(sim SIM, service string) (target, string, *apiError) {
	air := target{sim: sim, imsi: sim.IMSI, ip: sim.IP}
	arc := target{sim: sim, imsi: sim.ArcIMSI, ip: sim.ArcIP}
	airUp := sim.Online && !sim.Virtual()
	switch {
	case sim.Status != "active":
		return target{}, "", errNotActive()
	case service == "air" && sim.Virtual():
		return target{}, "", errNoService("air")
	case service == "arc" && sim.ArcIMSI == "":
		return target{}, "", errNoService("arc")
	case service == "air" && airUp:
		return air, strategyAir, nil
	case service == "arc" && sim.ArcOnline:
		return arc, strategyArc, nil
	case service == "" && airUp:
		return air, strategyDynamic, nil
	case service == "" && sim.ArcOnline:
		return arc, strategyDynamic, nil
	}
	return target{}, "", errOffline()
}

func targetByIMSI(sim SIM, imsi string) (target, string, *apiError) {
	service := "air"
	if imsi == sim.ArcIMSI {
		service = "arc"
	}
	t, _, err := targetBySim(sim, service)
	return t, strategyIMSI, err
}
