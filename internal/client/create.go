package client

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// maxDuration of a port mapping is the definition's.
const maxDuration = 8 * time.Hour

// createBody is CreatePortMappingRequest and CreatePortMappingRequestForSim of
// the definition.
type createBody struct {
	Destination createDestination `json:"destination"`
	Duration    int64             `json:"duration"` // seconds
	Source      createSource      `json:"source"`
	TLSRequired bool              `json:"tlsRequired"`
}

type createSource struct {
	IPRanges []string `json:"ipRanges"`
}

type createDestination struct {
	SimID   string `json:"simId,omitempty"`
	IMSI    string `json:"imsi,omitempty"`
	Port    int    `json:"port"`
	Service string `json:"service"`
}

// CreatePortMapping is POST /port_mappings, for an IMSI. See
// CreatePortMappingForSim for a lost answer.
func (s *Session) CreatePortMapping(ctx context.Context, r CreatePortMappingRequest) (PortMapping, error) {
	if r.SimID == "" && r.IMSI == "" {
		return PortMapping{}, message.Errorf("a port mapping needs a SIM ID or an IMSI")
	}
	body, err := r.body()
	if err != nil {
		return PortMapping{}, err
	}
	c := creating{request: r, list: func(ctx context.Context) ([]PortMapping, error) {
		return s.listFor(ctx, opListPortMappingsForSubscriber, once, "subscribers", r.IMSI)
	}}
	if r.SimID != "" {
		body.Destination.SimID = r.SimID
		c.list = func(ctx context.Context) ([]PortMapping, error) {
			return s.listFor(ctx, opListPortMappingsForSim, once, "sims", r.SimID)
		}
	} else {
		body.Destination.IMSI = r.IMSI
	}
	return s.create(ctx, c, request{op: opCreatePortMapping, path: "/port_mappings", body: body})
}

// CreatePortMappingForSim is POST /port_mappings/sims/{sim_id}. It never repeats
// the request once it may have reached the API. When the answer is lost it lists
// the SIM's mappings and returns the one that fits and was created since; when
// none shows up the error is a *LostCreateError: the mapping may still exist.
func (s *Session) CreatePortMappingForSim(ctx context.Context, simID string, r CreatePortMappingRequest) (PortMapping, error) {
	path, err := segments("port_mappings", "sims", simID)
	if err != nil {
		return PortMapping{}, err
	}
	body, err := r.body()
	if err != nil {
		return PortMapping{}, err
	}
	r.SimID, r.IMSI = simID, ""
	c := creating{request: r, list: func(ctx context.Context) ([]PortMapping, error) {
		return s.listFor(ctx, opListPortMappingsForSim, once, "sims", simID)
	}}
	return s.create(ctx, c, request{op: opCreatePortMappingForSim, path: path, body: body})
}

// body checks the request against the API's limits, and our own: nobody opens a
// device to the whole world.
func (r CreatePortMappingRequest) body() (createBody, error) {
	b := createBody{
		Destination: createDestination{Port: r.Port, Service: r.Service},
		Duration:    int64(r.Duration / time.Second),
		TLSRequired: r.TLSRequired,
	}
	if err := checkPort(r.Port); err != nil {
		return b, err
	}
	if r.Service != "air" && r.Service != "arc" {
		return b, message.Errorf("the service must be air or arc, not %q", r.Service)
	}
	if r.Duration < time.Second || r.Duration > maxDuration {
		return b, message.Errorf("the duration must be 1s to 8h, not %s", r.Duration)
	}
	if len(r.SourceRanges) == 0 {
		return b, message.Errorf("a port mapping needs at least one source range")
	}
	for _, p := range r.SourceRanges {
		if !p.IsValid() || p.Addr().Is4In6() {
			return b, message.Errorf("a source range is not a valid CIDR")
		}
		if p.Bits() == 0 {
			return b, message.Errorf("the source range %s is the whole world, which is never opened", p)
		}
		b.Source.IPRanges = append(b.Source.IPRanges, p.Masked().String())
	}
	return b, nil
}

// creating is a create under way: what was asked for, and the list that would
// show it.
type creating struct {
	request CreatePortMappingRequest
	list    func(context.Context) ([]PortMapping, error)
}

func (s *Session) create(ctx context.Context, c creating, r request) (PortMapping, error) {
	// The login comes first, so that "since" is when the create was sent.
	if _, err := s.Token(ctx); err != nil {
		return PortMapping{}, err
	}
	r.method, r.policy = http.MethodPost, creation
	sent := time.Now()
	m, err := s.createOnce(ctx, r)
	if err == nil || !answerLost(r.op, err) {
		return m, err
	}
	return s.findCreated(ctx, c, sent, err)
}

func (s *Session) createOnce(ctx context.Context, r request) (PortMapping, error) {
	res, err := s.do(ctx, r)
	if err != nil {
		return PortMapping{}, err
	}
	var m PortMapping
	if err := res.decode(&m); err != nil {
		return PortMapping{}, err
	}
	if m.IPAddress == "" || m.Port == 0 {
		return PortMapping{}, res.unreadable(message.New("it holds no address and port"))
	}
	return m, nil
}

// answerLost reports that the API may have created a mapping though it did not
// say so: the network broke after the request may have been sent, the server or
// a gateway failed half-way, or a success can't be read. The failure of another
// operation, a login in between, lost nothing.
func answerLost(op string, err error) bool {
	var network *NetworkError
	if errors.As(err, &network) {
		return network.Operation == op && !network.unsent
	}
	var answer *Error
	if !errors.As(err, &answer) || answer.Operation != op || answer.InvalidToken() {
		return false
	}
	return answer.Status >= 500 || answer.Status == http.StatusRequestTimeout || answer.Status/100 == 2
}

// Looking for a mapping whose answer was lost: five lists over ten delays (3 s),
// and no more than 15 s if the API is slow.
const (
	findTries = 5
	findLimit = 15 * time.Second
)

func (s *Session) findCreated(ctx context.Context, c creating, sent time.Time, cause error) (PortMapping, error) {
	limited, cancel := context.WithTimeout(ctx, findLimit)
	defer cancel()
	timing, clock := s.client.timing, &s.client.clock
	for try := range findTries {
		if timing.sleep(limited, time.Duration(try)*timing.delay) != nil {
			break
		}
		list, err := c.list(limited)
		if err != nil {
			continue
		}
		at, slack := clock.server(sent)
		if m, ok := c.pick(list, at.Add(-slack)); ok {
			return m, nil
		}
	}
	at, _ := clock.server(sent)
	return PortMapping{}, &LostCreateError{Since: at, Err: cause}
}

// pick returns the oldest mapping that is what was asked for and was created
// since.
func (c creating) pick(list []PortMapping, since time.Time) (PortMapping, bool) {
	var best PortMapping
	for _, m := range list {
		if m.CreatedTime.Time().Before(since) || !c.fits(m) {
			continue
		}
		if c.request.Exclude != nil && c.request.Exclude(m) {
			continue
		}
		if best.IPAddress == "" || m.CreatedTime < best.CreatedTime {
			best = m
		}
	}
	return best, best.IPAddress != ""
}

func (c creating) fits(m PortMapping) bool {
	r := c.request
	strategy := IMSIPrioritized
	if r.SimID != "" {
		strategy = map[string]string{"air": AirPrioritized, "arc": ArcPrioritized}[r.Service]
		if id := m.Destination.SimID; id != "" && id != r.SimID {
			return false
		}
	}
	granted, err := m.SourceRanges()
	return err == nil && m.IPAddress != "" && m.Port != 0 && !m.Expired &&
		int(m.Destination.Port) == r.Port && m.TLSRequired == r.TLSRequired &&
		m.Destination.Strategy == strategy && sameRanges(granted, r.SourceRanges)
}

// sameRanges compares two sets of ranges, whatever the order.
func sameRanges(a, b []netip.Prefix) bool {
	set := func(list []netip.Prefix) map[netip.Prefix]bool {
		m := map[netip.Prefix]bool{}
		for _, p := range list {
			m[p.Masked()] = true
		}
		return m
	}
	one, other := set(a), set(b)
	for p := range one {
		if !other[p] {
			return false
		}
	}
	return len(one) == len(other)
}

// LostCreateError says that a create may have happened though its answer was
// lost and no fitting mapping was listed since.
type LostCreateError struct {
	// Since is when the request was sent, by the server's clock where known.
	Since time.Time
	Err   error
}

// Text is what happened to the answer.
func (e *LostCreateError) Text() message.Text {
	return message.New("the answer was lost: %v", e.Err)
}

func (e *LostCreateError) Error() string { return e.Text().String() }

// Unwrap gives what happened to the answer.
func (e *LostCreateError) Unwrap() error { return e.Err }

// Hint is what to do next.
func (e *LostCreateError) Hint() message.Text {
	return message.New(
		"a mapping may have been made: napter-connect mappings list shows it, napter-connect mappings prune deletes it",
	)
}
