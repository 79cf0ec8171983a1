package simulator

import (
	"net/netip"
	"strconv"
)

// number is a JSON number that the API may write with a fraction (22.0).
type number struct {
	n     int
	float bool
}

func (n number) MarshalJSON() ([]byte, error) {
	text := strconv.Itoa(n.n)
	if n.float {
		text += ".0"
	}
	return []byte(text), nil
}

// mappingJSON is the definition's PortMapping.
type mappingJSON struct {
	OperatorID  string          `json:"operatorId"`
	SimID       string          `json:"simId,omitempty"`
	IMSI        string          `json:"imsi,omitempty"`
	IPAddress   string          `json:"ipAddress"`
	Port        number          `json:"port"`
	Hostname    string          `json:"hostname"`
	Endpoint    string          `json:"endpoint"`
	Duration    number          `json:"duration"`
	CreatedTime int64           `json:"createdTime"`
	ExpiredTime int64           `json:"expiredTime"`
	Expired     bool            `json:"expired"`
	TLSRequired bool            `json:"tlsRequired"`
	Source      sourceJSON      `json:"source"`
	Destination destinationJSON `json:"destination"`
	Placement   string          `json:"placement"`
}

type sourceJSON struct {
	IPRanges []string `json:"ipRanges"`
}

type destinationJSON struct {
	SimID    string `json:"simId,omitempty"`
	IMSI     string `json:"imsi,omitempty"`
	Port     number `json:"port"`
	Strategy string `json:"destinationChoosingStrategy"`
}

func mappingsJSON(list []*mapping) []mappingJSON {
	out := make([]mappingJSON, len(list))
	for i, m := range list {
		out[i] = m.json()
	}
	return out
}

func (m *mapping) json() mappingJSON {
	num := func(n int) number { return number{n, m.floats} }
	j := mappingJSON{
		OperatorID: m.OperatorID, IPAddress: m.IP.String(), Port: num(m.Port), Hostname: relayHostname,
		Endpoint: netip.AddrPortFrom(m.IP, uint16(m.Port)).String(),
		Duration: num(int(m.Expires.Sub(m.Created).Seconds())), CreatedTime: m.Created.UnixMilli(), ExpiredTime: m.Expires.UnixMilli(),
		TLSRequired: m.TLS, Source: sourceJSON{IPRanges: []string{}},
		Destination: destinationJSON{Port: num(m.DevicePort), Strategy: m.Strategy}, Placement: defaultPlacement,
	}
	for _, p := range m.Sources {
		j.Source.IPRanges = append(j.Source.IPRanges, p.String())
	}
	if m.Strategy == strategyIMSI {
		j.IMSI, j.Destination.IMSI = m.IMSI, m.IMSI
	} else {
		j.SimID, j.Destination.SimID = m.SimID, m.SimID
	}
	return j
}
