package client

import (
	"net/netip"
	"time"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Destination strategies, the only echo of the service that was asked for.
const (
	AirPrioritized  = "AIR_PRIORITIZED"
	ArcPrioritized  = "ARC_PRIORITIZED"
	Dynamic         = "DYNAMIC"
	IMSIPrioritized = "IMSI_PRIORITIZED"
)

// CreatePortMappingRequest asks for a port mapping. All fields but the target
// are always sent, so that nothing depends on the API's defaults.
type CreatePortMappingRequest struct {
	// SimID or IMSI is the target; SimID wins. Both are left out of the body of
	// createPortMappingForSim.
	SimID, IMSI string
	// Port is the device's TCP port.
	Port int
	// Service is "air" or "arc".
	Service string
	// Duration is at most 8 h; it is sent in whole seconds.
	Duration time.Duration
	// SourceRanges are who may connect. At least one.
	SourceRanges []netip.Prefix
	// TLSRequired makes Soracom terminate TLS on the public side.
	TLSRequired bool
}

// PortMapping leads to one TCP port of a device. IPAddress and Port identify it; it has
// no other ID, and the pair is used again after its end.
type PortMapping struct {
	OperatorID  string      `json:"operatorId"`
	SimID       string      `json:"simId"` // empty for a mapping that was made by IMSI
	IMSI        string      `json:"imsi"`  // only for a mapping that was made by IMSI
	IPAddress   string      `json:"ipAddress"`
	Port        Number      `json:"port"`
	Hostname    string      `json:"hostname"`
	Endpoint    string      `json:"endpoint"` // "ip:port"
	TLSRequired bool        `json:"tlsRequired"`
	Duration    Number      `json:"duration"` // seconds
	CreatedTime Millis      `json:"createdTime"`
	ExpiredTime Millis      `json:"expiredTime"` // when it will end, despite its name
	Expired     bool        `json:"expired"`
	Source      Source      `json:"source"`
	Destination Destination `json:"destination"`
	Placement   string      `json:"placement"`
}

// Addr is the address and port to connect to. It fails for an answer that gives none.
func (m PortMapping) Addr() (netip.AddrPort, error) {
	ip, ok := hostport.ParseAddr(m.IPAddress)
	if !ok {
		return netip.AddrPort{}, message.Errorf("the mapping's address %.60q is not an IP address", m.IPAddress)
	}
	if !hostport.ValidPort(int(m.Port)) {
		return netip.AddrPort{}, message.Errorf("the mapping's port %d is out of range", m.Port)
	}
	return netip.AddrPortFrom(ip, uint16(m.Port)), nil
}

// SourceRanges are the ranges that the API granted; a bare address counts as a
// range of one.
func (m PortMapping) SourceRanges() ([]netip.Prefix, error) {
	list := make([]netip.Prefix, 0, len(m.Source.IPRanges))
	for _, s := range m.Source.IPRanges {
		p, ok := hostport.ParsePrefix(s)
		if !ok {
			return nil, message.Errorf("the mapping's source range %.60q is not one", s)
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

// Source is who may connect.
type Source struct {
	IPRanges []string `json:"ipRanges"`
}

// Destination is where a mapping leads.
type Destination struct {
	SimID    string `json:"simId"`
	IMSI     string `json:"imsi"`
	Port     Number `json:"port"`
	Strategy string `json:"destinationChoosingStrategy"`
}
