package client

import (
	"context"
	"errors"
	"net/http"
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

// CreatePortMapping is POST /port_mappings, for a SIM or an IMSI. See
// CreatePortMappingForSim for a lost answer.
func (s *Session) CreatePortMapping(ctx context.Context, r CreatePortMappingRequest) (PortMapping, error) {
	body, err := r.body()
	if err != nil {
		return PortMapping{}, err
	}
	switch {
	case r.SimID != "":
		body.Destination.SimID = r.SimID
	case r.IMSI != "":
		body.Destination.IMSI = r.IMSI
	default:
		return PortMapping{}, message.Errorf("a port mapping needs a SIM ID or an IMSI")
	}
	return s.create(ctx, request{op: opCreatePortMapping, path: "/port_mappings", body: body})
}

// CreatePortMappingForSim is POST /port_mappings/sims/{sim_id}. It never repeats
// the request once it may have reached the API. When the answer is lost the error
// is a *LostCreateError: the mapping may exist, and the caller has to find out.
func (s *Session) CreatePortMappingForSim(ctx context.Context, simID string, r CreatePortMappingRequest) (PortMapping, error) {
	path, err := segments("port_mappings", "sims", simID)
	if err != nil {
		return PortMapping{}, err
	}
	body, err := r.body()
	if err != nil {
		return PortMapping{}, err
	}
	return s.create(ctx, request{op: opCreatePortMappingForSim, path: path, body: body})
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

func (s *Session) create(ctx context.Context, r request) (PortMapping, error) {
	// The login comes first, so that Since is when the create was sent.
	if _, err := s.Token(ctx); err != nil {
		return PortMapping{}, err
	}
	r.method, r.policy = http.MethodPost, creation
	sent := time.Now()
	m, err := s.createOnce(ctx, r)
	if err != nil && answerLost(r.op, err) {
		since, slack := s.client.clock.server(sent)
		err = &LostCreateError{Since: since, Slack: slack, Err: err}
	}
	return m, err
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

// LostCreateError says that a create may have happened though its answer was
// lost: not known yet.
type LostCreateError struct {
	// Since is when the request was sent, by the server's clock as far as it is
	// known; Slack is how far a createdTime may lie before that all the same.
	Since time.Time
	Slack time.Duration
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
		"a port mapping may have been created: napter-connect mappings list shows it, napter-connect mappings prune deletes it",
	)
}
