package lease

import (
	"context"
	"net/netip"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

// Creator makes port mappings; see client.Session for the errors.
type Creator interface {
	CreatePortMapping(ctx context.Context, r client.CreatePortMappingRequest) (client.PortMapping, error)
	CreatePortMappingForSim(ctx context.Context, simID string, r client.CreatePortMappingRequest) (client.PortMapping, error)
}

// Lister lists the port mappings of one SIM, or, where simID is "", those made
// for one IMSI. It tries once: how often to look is decided here.
type Lister interface {
	ListPortMappingsOnce(ctx context.Context, simID, imsi string) ([]client.PortMapping, error)
}

// Deleter deletes a port mapping; one that is gone is not an error.
type Deleter interface {
	DeletePortMapping(ctx context.Context, ip netip.Addr, port int) error
}

// API is the part of the Soracom API that a lease needs, as one user sees it.
// *client.Session is one.
type API interface {
	Creator
	Lister
	Deleter
}

var _ API = (*client.Session)(nil)

// Spec is the mapping that is wanted, and who wants it. It is written to the
// journal and holds no secret.
type Spec struct {
	// SimID or IMSI is the target. Both are for a SIM that somebody named by its
	// IMSI: Create may ask by either.
	SimID, IMSI string
	// Port is the device's TCP port.
	Port int
	// Service is "air", "arc" or "" (Fitting: any; Create: not sent).
	Service string
	// TLS makes Soracom terminate TLS on the public side.
	TLS bool
	// Sources are who may connect; at least one.
	Sources []netip.Prefix
	// Duration is the mapping's longest life.
	Duration time.Duration
	// Profile, Endpoint and OperatorID say which credentials can delete the
	// mapping after this process is gone.
	Profile, Endpoint, OperatorID string
	// Command is what the user ran, for people.
	Command string
}
