package simulator

import (
	"fmt"
	"maps"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Subscription of Soracom Arc.
const planArc = "planArc01"

// SIM is one SIM of the simulated account.
type SIM struct {
	ID           string // 19 digits
	OperatorID   string
	Tags         map[string]string // "name" is the display name; may be absent
	IMSI         string            // the primary subscription's
	ICCID        string
	MSISDN       string
	SerialNumber string // empty for a virtual SIM
	Subscription string // such as plan-D, or planArc01 for a virtual SIM
	Type         string // uicc, euicc, virtual
	ModuleType   string // mini, micro, nano, trio, embedded, virtual, integrated, profilePackage
	SpeedClass   string // such as s1.standard
	Status       string // ready, active, inactive, standby, suspended, terminated
	GroupID      string // empty: in no group
	Group        string // the group's name
	LocalInfo    map[string]string

	Online    bool      // a cellular session exists
	Connected time.Time // since when online, or offline; zero: never connected, sessionStatus is null
	IMEI      string    // of the device in the current or last session
	IP        netip.Addr
	Cell      Cell

	ArcIMSI   string     // Arc subscription added to a physical SIM, or the virtual SIM's own
	ArcOnline bool       // an Arc session exists
	ArcIP     netip.Addr // the device's address in it

	Created         time.Time
	LastPortMapping time.Time // zero: Napter never used
}

// Cell is where the SIM's device is attached; the zero Cell is not shown.
type Cell struct {
	RadioType          string // LTE, LTE-M, 3G, ...
	MCC, MNC, TAC, ECI int
}

// Name is the name tag, or "".
func (s SIM) Name() string { return s.Tags["name"] }

// Virtual reports whether the SIM exists for Soracom Arc alone.
func (s SIM) Virtual() bool { return s.Type == "virtual" }

// directory holds the SIMs of one operator, in the order they are listed. The
// SIMs behind the pointers never change: an update puts a new one in place.
type directory struct {
	mu     sync.RWMutex
	sims   []*SIM
	byID   map[string]int
	byIMSI map[string]int
}

func newDirectory(sims []*SIM) *directory {
	d := &directory{byID: make(map[string]int, len(sims)), byIMSI: make(map[string]int, len(sims))}
	d.sims = make([]*SIM, 0, len(sims))
	for _, s := range sims {
		d.add(s)
	}
	return d
}

func (d *directory) add(s *SIM) {
	i := len(d.sims)
	d.sims = append(d.sims, s)
	d.byID[s.ID] = i
	d.byIMSI[s.IMSI] = i
	if s.ArcIMSI != "" {
		d.byIMSI[s.ArcIMSI] = i
	}
}

func (d *directory) byKey(index map[string]int, key string) (SIM, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	i, ok := index[key]
	if !ok {
		return SIM{}, false
	}
	return *d.sims[i], true
}

func (d *directory) sim(id string) (SIM, bool)      { return d.byKey(d.byID, id) }
func (d *directory) byImsi(imsi string) (SIM, bool) { return d.byKey(d.byIMSI, imsi) }

// page returns up to n SIMs after the SIM with the ID after (all from the first
// when empty) that match, and whether there are more.
func (d *directory) page(after string, n int, match func(*SIM) bool) (list []*SIM, more bool, err *apiError) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	start := 0
	if after != "" {
		i, ok := d.byID[after]
		if !ok {
			return nil, false, badRequest("last_evaluated_key is not a key of this list")
		}
		start = i + 1
	}
	for _, s := range d.sims[start:] {
		if match != nil && !match(s) {
			continue
		}
		if len(list) == n {
			return list, true, nil
		}
		list = append(list, s)
	}
	return list, false, nil
}

func (d *directory) update(id string, change func(*SIM)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, ok := d.byID[id]
	if !ok {
		return fmt.Errorf("no SIM %s", id)
	}
	s := d.sims[i].clone()
	change(&s)
	if s.ID != id {
		return fmt.Errorf("the ID of SIM %s cannot change", id)
	}
	d.sims[i] = &s
	d.byIMSI[s.IMSI] = i
	if s.ArcIMSI != "" {
		d.byIMSI[s.ArcIMSI] = i
	}
	return nil
}

func (s *SIM) clone() SIM {
	c := *s
	c.Tags = maps.Clone(s.Tags)
	if c.Tags == nil {
		c.Tags = map[string]string{}
	}
	c.LocalInfo = maps.Clone(s.LocalInfo)
	return c
}

// SIMs returns the account's SIMs in the order of the API.
func (s *Simulator) SIMs() []SIM {
	d := s.dirs[s.operator]
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := make([]SIM, len(d.sims))
	for i, sim := range d.sims {
		out[i] = *sim
	}
	return out
}

// SIM returns the SIM with an ID.
func (s *Simulator) SIM(id string) (SIM, bool) { return s.dirs[s.operator].sim(id) }

// SIMByName returns the first SIM of a name, ignoring case.
func (s *Simulator) SIMByName(name string) (SIM, bool) {
	list := s.SIMsByName(name)
	if len(list) == 0 {
		return SIM{}, false
	}
	return list[0], true
}

// SIMsByName returns all SIMs of a name, ignoring case.
func (s *Simulator) SIMsByName(name string) []SIM {
	d := s.dirs[s.operator]
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []SIM
	for _, sim := range d.sims {
		if strings.EqualFold(sim.Name(), name) {
			out = append(out, *sim)
		}
	}
	return out
}

// AddSIM adds a SIM to the account. What is left zero is made up: it is an
// active SIM that never connected. It returns the SIM as added.
func (s *Simulator) AddSIM(sim SIM) (SIM, error) {
	d := s.dirs[s.operator]
	d.mu.Lock()
	defer d.mu.Unlock()
	made := *s.maker.sim(len(d.sims) + addedSIMs)
	sim = sim.clone()
	sim.OperatorID = s.operator
	fill := func(field *string, def string) {
		if *field == "" {
			*field = def
		}
	}
	fill(&sim.ID, made.ID)
	fill(&sim.IMSI, made.IMSI)
	fill(&sim.ICCID, made.ICCID)
	fill(&sim.MSISDN, made.MSISDN)
	fill(&sim.Subscription, "plan-D")
	fill(&sim.Type, "uicc")
	fill(&sim.ModuleType, "trio")
	fill(&sim.SpeedClass, "s1.standard")
	fill(&sim.Status, "active")
	if sim.Online && sim.Connected.IsZero() {
		sim.Connected = s.now()
	}
	if !sim.IP.IsValid() {
		sim.IP = made.IP
	}
	if sim.Created.IsZero() {
		sim.Created = s.now()
	}
	if _, dup := d.byID[sim.ID]; dup {
		return SIM{}, fmt.Errorf("adding a SIM: %s exists", sim.ID)
	}
	d.add(&sim)
	return sim, nil
}

// addedSIMs keeps the numbers of added SIMs clear of the generated ones.
const addedSIMs = 5_000_000

// UpdateSIM changes the account's SIM with an ID, such as its Online or IMEI.
func (s *Simulator) UpdateSIM(id string, change func(*SIM)) error {
	if err := s.dirs[s.operator].update(id, change); err != nil {
		return fmt.Errorf("updating a SIM: %w", err)
	}
	return nil
}
