package access

import (
	"net/netip"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/lease"
)

// way is what the job ends with.
func (j *job) way(m client.PortMapping) *way {
	return &way{api: j.api, info: Info{
		Operator: j.operator, SIM: j.sim(), Mapping: j.mapping(m), Source: ranges(m), Agreed: j.agreed(),
	}}
}

func (j *job) sim() SIM {
	sim := Describe(j.found.sim)
	if j.found.imsi != "" {
		sim.IMSI = j.found.imsi
	}
	return sim
}

func (j *job) mapping(m client.PortMapping) Mapping {
	ip, _ := netip.ParseAddr(m.IPAddress)
	return Mapping{
		Addr: netip.AddrPortFrom(ip, uint16(m.Port)), Hostname: m.Hostname,
		DevicePort: j.request.Port, TLS: m.TLSRequired, Service: serviceFor(j.found.sim, j.request.Service),
		Created: m.CreatedTime.Time(), Expires: m.ExpiredTime.Time(),
	}
}

// agreed names the services that gave the address.
func (j *job) agreed() []string {
	var list []string
	for _, a := range j.address.Answers {
		if a.Err == nil && a.Addr == j.address.Addr {
			list = append(list, a.Service.Operator)
		}
	}
	return list
}

func (j *job) sources() []netip.Prefix {
	if len(j.request.Sources) > 0 {
		return j.request.Sources
	}
	return []netip.Prefix{netip.PrefixFrom(j.address.Addr, 32)}
}

func ranges(m client.PortMapping) []netip.Prefix {
	list, _ := m.SourceRanges() // what was granted has been checked by lease
	return list
}

// specs are the ways to ask for the mapping, the best first. What was typed
// decides: an IMSI has an API call of its own, with a permission of its own. It
// reaches Air only.
func (j *job) specs() []lease.Spec {
	bySIM, byIMSI := j.spec(), j.spec()
	bySIM.IMSI, byIMSI.SimID = "", ""
	switch {
	case bySIM.SimID == "":
		return []lease.Spec{byIMSI}
	case byIMSI.IMSI == "" || bySIM.Service != serviceAir:
		return []lease.Spec{bySIM}
	}
	return []lease.Spec{byIMSI, bySIM}
}

// spec is the mapping that is wanted.
func (j *job) spec() lease.Spec {
	return lease.Spec{
		SimID: j.found.sim.SimID, IMSI: j.found.imsi,
		Port: j.request.Port, Service: serviceFor(j.found.sim, j.request.Service), TLS: j.request.TLS,
		Sources: j.sources(), Duration: j.request.Duration,
		Profile: j.request.Account.Profile, Endpoint: j.request.Account.Endpoint, OperatorID: j.operator, Command: j.request.Command,
	}
}
