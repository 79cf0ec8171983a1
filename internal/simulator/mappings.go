package simulator

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/napter-connect/napter-connect/internal/hostport"
)

// Facts of port mappings. The API's default duration is not stated; half an hour
// is what the console and the troubleshooting guide have.
const (
	defaultDuration  = 1800
	maxDuration      = 28_800
	mappingsPage     = 100
	relayHostname    = "localhost"
	relayBurst       = 300 // accesses within a second that count as abuse; the real number is unknown
	strategyAir      = "AIR_PRIORITIZED"
	strategyArc      = "ARC_PRIORITIZED"
	strategyDynamic  = "DYNAMIC"
	strategyIMSI     = "IMSI_PRIORITIZED"
	defaultPlacement = "default"
)

// Mapping is an open port mapping, as tests look at it.
type Mapping struct {
	OperatorID string
	SimID      string // the target, also when it was made by IMSI
	IMSI       string // of the subscription that the mapping leads to
	IP         netip.Addr
	Port       int // the public port
	DevicePort int
	Strategy   string // AIR_PRIORITIZED, ARC_PRIORITIZED, DYNAMIC or IMSI_PRIORITIZED
	Sources    []netip.Prefix
	TLS        bool
	Created    time.Time
	Expires    time.Time
	CreatedBy  string // operatorId/userName, or "console"
	Streams    int    // connections through it right now
}

// mapping is a Mapping with its relay.
type mapping struct {
	Mapping
	seq    int // identity, since ip:port is used again
	floats bool
	target target
	relay  *relay
	timer  *time.Timer
}

// target is where a mapping leads.
type target struct {
	sim  SIM
	imsi string
	ip   netip.Addr
}

// MappingSpec describes a mapping that somebody else makes.
type MappingSpec struct {
	SimID      string
	DevicePort int            // 22 when 0
	Service    string         // air when ""
	ByIMSI     bool           // made with the generic call, by IMSI
	TLS        bool           //
	Sources    []netip.Prefix // the simulated public address when nil
	Duration   time.Duration  // half an hour when 0
	Port       int            // a public port to use (again); free when 0
}

// Mappings returns what is open now: not expired and not deleted.
func (s *Simulator) Mappings() []Mapping {
	s.sweep()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Mapping, len(s.mappings))
	for i, m := range s.mappings {
		out[i] = m.Mapping
		out[i].Streams = m.relay.streams()
	}
	return out
}

// AddMapping makes a mapping as somebody else would in the console.
func (s *Simulator) AddMapping(spec MappingSpec) (Mapping, error) {
	if spec.DevicePort == 0 {
		spec.DevicePort = 22
	}
	if spec.Service == "" {
		spec.Service = "air"
	}
	if spec.Duration == 0 {
		spec.Duration = defaultDuration * time.Second
	}
	if spec.Sources == nil {
		spec.Sources = []netip.Prefix{netip.PrefixFrom(s.options.Public, 32)}
	}
	sim, ok := s.SIM(spec.SimID)
	if !ok {
		return Mapping{}, fmt.Errorf("adding a mapping: no SIM %s", spec.SimID)
	}
	r := createRequest{devicePort: spec.DevicePort, service: spec.Service, duration: int(spec.Duration / time.Second), sources: spec.Sources, tls: spec.TLS, publicPort: spec.Port}
	var t target
	var strategy string
	var problem *apiError
	if spec.ByIMSI {
		t, strategy, problem = targetByIMSI(sim, sim.IMSI)
	} else {
		t, strategy, problem = targetBySim(sim, spec.Service)
	}
	if problem != nil {
		return Mapping{}, fmt.Errorf("adding a mapping: %w", problem)
	}
	m, err := s.open(s.operator, "console", r, t, strategy)
	if err != nil {
		return Mapping{}, fmt.Errorf("adding a mapping: %w", err)
	}
	return m.Mapping, nil
}

// DeleteMapping ends a mapping as its maker would in the console.
func (s *Simulator) DeleteMapping(port int) error { return s.endByPort(port, auditDeleted) }

// ExpireMapping ends a mapping as if its time were over.
func (s *Simulator) ExpireMapping(port int) error { return s.endByPort(port, auditExpired) }

func (s *Simulator) endByPort(port int, why string) error {
	m := s.takeMapping(func(m *mapping) bool { return m.Port == port })
	if m == nil {
		return fmt.Errorf("no mapping on port %d", port)
	}
	s.end(m, why)
	return nil
}

// takeMapping removes the first mapping that matches from the list.
func (s *Simulator) takeMapping(match func(*mapping) bool) *mapping {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.mappings, match)
	if i < 0 {
		return nil
	}
	m := s.mappings[i]
	s.mappings = slices.Delete(s.mappings, i, i+1)
	return m
}

// end closes what a mapping held; it is no longer in the list.
func (s *Simulator) end(m *mapping, why string) {
	m.timer.Stop()
	m.relay.close(!s.options.KeepStreams)
	e := m.audit(why)
	if why == auditExpired {
		// As in the definition's example: an expiry names the device's side.
		e.Direction = &auditDirection{SourceIPAddress: m.Sources[0].Addr().String(), DestinationIPAddress: m.target.ip.String(), DestinationPort: m.DevicePort}
	}
	s.record(e)
}

// sweep ends the mappings whose time is over.
func (s *Simulator) sweep() {
	for {
		now := s.now()
		m := s.takeMapping(func(m *mapping) bool { return !now.Before(m.Expires) })
		if m == nil {
			return
		}
		s.end(m, auditExpired)
	}
}

// open starts a relay and enters the mapping.
func (s *Simulator) open(operatorID, by string, r createRequest, t target, strategy string) (*mapping, error) {
	now := s.now().Truncate(time.Millisecond)
	m := &mapping{target: t, Mapping: Mapping{
		OperatorID: operatorID, SimID: t.sim.ID, IMSI: t.imsi, IP: netip.AddrFrom4([4]byte{127, 0, 0, 1}),
		DevicePort: r.devicePort, Strategy: strategy, Sources: r.sources, TLS: r.tls,
		Created: now, Expires: now.Add(time.Duration(r.duration) * time.Second), CreatedBy: by,
	}}
	relay, err := s.startRelay(m, r.publicPort)
	if err != nil {
		return nil, err
	}
	m.relay, m.Port = relay, relay.ln.port()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		relay.close(true)
		return nil, http.ErrServerClosed
	}
	s.mappingSeq++
	m.seq = s.mappingSeq
	m.floats = m.seq%2 == 0 // the definition says number, not integer
	s.mappings = append(s.mappings, m)
	m.timer = time.AfterFunc(m.Expires.Sub(s.now()), func() { s.expireInTime(m) })
	s.mu.Unlock()
	relay.serve()
	_ = s.dirs[operatorID].update(t.sim.ID, func(sim *SIM) { sim.LastPortMapping = now })
	s.record(m.audit(auditCreated))
	return m, nil
}

// expireInTime sweeps, and looks again later when the simulator's clock says that
// the mapping has time left.
func (s *Simulator) expireInTime(m *mapping) {
	s.sweep()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && slices.Contains(s.mappings, m) {
		m.timer.Reset(max(m.Expires.Sub(s.now()), 50*time.Millisecond))
	}
}

func (s *Simulator) listPortMappings(c *call) (*answer, *apiError) {
	q := parseQuery(c.r.URL.RawQuery)
	limit := int(min(q.whole("limit", mappingsPage, 1, 1<<31-1), mappingsPage))
	key := q.text("last_evaluated_key")
	after, err := strconv.Atoi(key)
	if key != "" && err != nil {
		q.fail("last_evaluated_key is not a key of this list")
	}
	if err := q.done(); err != nil {
		return nil, err
	}
	list := s.findMappings(func(m *mapping) bool { return m.OperatorID == c.session.operatorID && m.seq > after })
	ans := &answer{status: http.StatusOK}
	if len(list) > limit {
		list = list[:limit]
		ans.next = strconv.Itoa(list[limit-1].seq)
	}
	ans.body = mappingsJSON(list)
	return ans, nil
}

func (s *Simulator) listPortMappingsForSim(c *call) (*answer, *apiError) {
	return foundMappings(s.findMappings(func(m *mapping) bool {
		return m.OperatorID == c.session.operatorID && m.SimID == c.vars["sim_id"] && m.Strategy != strategyIMSI
	}))
}

func (s *Simulator) listPortMappingsForSubscriber(c *call) (*answer, *apiError) {
	return foundMappings(s.findMappings(func(m *mapping) bool {
		return m.OperatorID == c.session.operatorID && m.IMSI == c.vars["imsi"] && m.Strategy == strategyIMSI
	}))
}

// foundMappings answers 404 for none, as the definition says.
func foundMappings(list []*mapping) (*answer, *apiError) {
	if len(list) == 0 {
		return nil, errNoMapping()
	}
	return &answer{status: http.StatusOK, body: mappingsJSON(list)}, nil
}

func (s *Simulator) findMappings(match func(*mapping) bool) []*mapping {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*mapping
	for _, m := range s.mappings {
		if match(m) {
			out = append(out, m)
		}
	}
	return out
}

func (s *Simulator) deletePortMapping(c *call) (*answer, *apiError) {
	ip, ok := hostport.ParseAddr(c.vars["ip_address"])
	if !ok {
		return nil, badRequest("ip_address is not an IP address")
	}
	port, ok := hostport.ParsePort(c.vars["port"])
	if !ok {
		return nil, badRequest("port is not a port number")
	}
	m := s.takeMapping(func(m *mapping) bool {
		return m.OperatorID == c.session.operatorID && m.IP == ip && m.Port == port
	})
	if m == nil {
		return nil, errNoMapping()
	}
	s.end(m, auditDeleted)
	return noContent(), nil
}
