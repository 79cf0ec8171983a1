package access

import (
	"net/netip"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/lease"
)

// opened is what the job ends with.
func (o *opening) opened(m client.PortMapping) *openMapping {
	return &openMapping{api: o.api, info: Info{
		Operator: o.operator, SIM: o.sim(), Mapping: o.mapping(m), Source: ranges(m), Agreed: o.agreed(),
	}}
}

func (o *opening) sim() SIM {
	sim := Describe(o.found.sim)
	if o.found.imsi != "" {
		sim.IMSI = o.found.imsi
	}
	return sim
}

func (o *opening) mapping(m client.PortMapping) Mapping {
	addr, _ := m.Addr() // lease has checked it
	return Mapping{
		Addr: addr, Hostname: m.Hostname,
		DevicePort: o.request.Port, TLS: m.TLSRequired, Service: serviceFor(o.found.sim, o.request.Service),
		Created: m.CreatedTime.Time(), Expires: m.ExpiredTime.Time(),
	}
}

// agreed names the services that gave the address.
func (o *opening) agreed() []string {
	var list []string
	for _, a := range o.address.Answers {
		if a.Err == nil && a.Addr == o.address.Addr {
			list = append(list, a.Service.Operator)
		}
	}
	return list
}

func (o *opening) sources() []netip.Prefix {
	if len(o.request.Sources) > 0 {
		return o.request.Sources
	}
	return []netip.Prefix{netip.PrefixFrom(o.address.Addr, 32)}
}

func ranges(m client.PortMapping) []netip.Prefix {
	list, _ := m.SourceRanges() // what was granted has been checked by lease
	return list
}

// spec is the mapping that is wanted.
func (o *opening) spec() lease.Spec {
	return lease.Spec{
		SimID: o.found.sim.SimID, IMSI: o.found.imsi,
		Port: o.request.Port, Service: serviceFor(o.found.sim, o.request.Service), TLS: o.request.TLS,
		Sources: o.sources(), Duration: o.request.Duration,
		Profile: o.request.Account.Profile, Endpoint: o.request.Account.Endpoint, OperatorID: o.operator, Command: o.request.Command,
	}
}
