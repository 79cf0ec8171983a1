package simulator

import (
	"strconv"
	"time"
)

// The shapes below are written by hand from the definition's schemas Sim and
// Subscriber.

type simJSON struct {
	SimID                      string                 `json:"simId"`
	OperatorID                 string                 `json:"operatorId"`
	Type                       string                 `json:"type"`
	ModuleType                 string                 `json:"moduleType"`
	Status                     string                 `json:"status"`
	SpeedClass                 string                 `json:"speedClass"`
	SerialNumber               string                 `json:"serialNumber,omitempty"`
	GroupID                    *string                `json:"groupId"`
	Tags                       map[string]string      `json:"tags"`
	Capabilities               capabilitiesJSON       `json:"capabilities"`
	ActiveProfileID            string                 `json:"activeProfileId"`
	Profiles                   map[string]profileJSON `json:"profiles"`
	LocalInfo                  map[string]string      `json:"localInfo"`
	ImeiLock                   *struct{}              `json:"imeiLock"`
	ExpiryTime                 *int64                 `json:"expiryTime"`
	ExpiryAction               *string                `json:"expiryAction"`
	TerminationEnabled         bool                   `json:"terminationEnabled"`
	CreatedTime                int64                  `json:"createdTime"`
	LastModifiedTime           int64                  `json:"lastModifiedTime"`
	LastPortMappingCreatedTime *int64                 `json:"lastPortMappingCreatedTime"`
	LastLocationUpdateTime     *int64                 `json:"lastLocationUpdateTime,omitempty"`
	SessionStatus              *sessionJSON           `json:"sessionStatus"`
	PreviousSession            *previousJSON          `json:"previousSession"`
	ArcSessionStatus           *arcSessionJSON        `json:"arcSessionStatus,omitempty"`
}

type capabilitiesJSON struct {
	Data bool `json:"data"`
	SMS  bool `json:"sms"`
}

type profileJSON struct {
	ICCID                  string                    `json:"iccid"`
	PrimaryIMSI            string                    `json:"primaryImsi"`
	OTASupported           bool                      `json:"otaSupported"`
	ArcClientPeerPublicKey string                    `json:"arcClientPeerPublicKey,omitempty"`
	Subscribers            map[string]subscriberJSON `json:"subscribers"`
}

type subscriberJSON struct {
	IMSI         string           `json:"imsi"`
	MSISDN       string           `json:"msisdn"`
	Status       string           `json:"status"`
	Subscription string           `json:"subscription"`
	Bundles      []string         `json:"bundles"`
	Capabilities capabilitiesJSON `json:"capabilities"`
}

type sessionJSON struct {
	Online        bool           `json:"online"`
	IMSI          string         `json:"imsi,omitempty"`
	IMEI          *string        `json:"imei"`
	UEIPAddress   *string        `json:"ueIpAddress"`
	Subscription  string         `json:"subscription,omitempty"`
	SessionID     *string        `json:"sessionId"`
	LastUpdatedAt int64          `json:"lastUpdatedAt"`
	DNSServers    []string       `json:"dnsServers"`
	Cell          *cellJSON      `json:"cell,omitempty"`
	Placement     *placementJSON `json:"placement,omitempty"`
}

type cellJSON struct {
	RadioType string `json:"radioType"`
	MCC       int    `json:"mcc"`
	MNC       int    `json:"mnc"`
	TAC       int    `json:"tac"`
	ECI       int    `json:"eci"`
}

type placementJSON struct {
	InfrastructureProvider string `json:"infrastructureProvider"`
	Region                 string `json:"region"`
}

type previousJSON struct {
	IMSI         string  `json:"imsi"`
	IMEI         *string `json:"imei"`
	UEIPAddress  string  `json:"ueIpAddress"`
	Subscription string  `json:"subscription"`
	CreatedTime  int64   `json:"createdTime"`
	DeletedTime  int64   `json:"deletedTime"`
}

type arcSessionJSON struct {
	ArcClientPeerIPAddress string         `json:"arcClientPeerIpAddress"`
	ArcServerEndpoint      string         `json:"arcServerEndpoint"`
	ArcAllowedIPs          []string       `json:"arcAllowedIPs"`
	LastUpdatedAt          int64          `json:"lastUpdatedAt"`
	Placement              *placementJSON `json:"placement"`
}

// pageOfSims renders what a list answers with.
func pageOfSims(list []*SIM, now time.Time) []simJSON {
	out := make([]simJSON, len(list))
	for i, s := range list {
		out[i] = s.json(now)
	}
	return out
}

func (s *SIM) json(now time.Time) simJSON {
	j := simJSON{
		SimID: s.ID, OperatorID: s.OperatorID, Type: s.Type, ModuleType: s.ModuleType, Status: s.Status,
		SpeedClass: s.SpeedClass, SerialNumber: s.SerialNumber, Tags: map[string]string{"name": ""},
		Capabilities: capabilitiesJSON{Data: true, SMS: !s.Virtual()}, ActiveProfileID: s.ICCID,
		LocalInfo: map[string]string{}, TerminationEnabled: true,
		CreatedTime: s.Created.UnixMilli(), LastModifiedTime: s.Created.UnixMilli(),
		SessionStatus: s.session(), PreviousSession: s.previous(), ArcSessionStatus: s.arcSession(now),
	}
	for k, v := range s.Tags {
		j.Tags[k] = v
	}
	for k, v := range s.LocalInfo {
		j.LocalInfo[k] = v
	}
	if s.GroupID != "" {
		j.GroupID = &s.GroupID
	}
	if !s.LastPortMapping.IsZero() {
		j.LastPortMappingCreatedTime = new(s.LastPortMapping.UnixMilli())
	}
	if !s.Connected.IsZero() && !s.Virtual() {
		j.LastLocationUpdateTime = new(s.Connected.UnixMilli())
	}
	j.Profiles = map[string]profileJSON{s.ICCID: s.profile()}
	return j
}

func (s *SIM) profile() profileJSON {
	subs := map[string]subscriberJSON{
		s.IMSI: {IMSI: s.IMSI, MSISDN: s.MSISDN, Status: s.Status, Subscription: s.Subscription, Bundles: []string{}, Capabilities: capabilitiesJSON{Data: true, SMS: !s.Virtual()}},
	}
	p := profileJSON{ICCID: s.ICCID, PrimaryIMSI: s.IMSI, OTASupported: s.Type == "euicc", Subscribers: subs}
	if s.ArcIMSI != "" {
		p.ArcClientPeerPublicKey = "c2ltdWxhdGVkIHB1YmxpYyBrZXkgb2YgYSBwZWVyISE="
		if s.ArcIMSI != s.IMSI {
			subs[s.ArcIMSI] = subscriberJSON{IMSI: s.ArcIMSI, MSISDN: "9994" + s.MSISDN[min(4, len(s.MSISDN)):], Status: "active", Subscription: planArc, Bundles: []string{}, Capabilities: capabilitiesJSON{Data: true}}
		}
	}
	return p
}

func (s *SIM) session() *sessionJSON {
	if s.Connected.IsZero() {
		return nil // never connected
	}
	j := &sessionJSON{Online: s.Online, IMSI: s.IMSI, LastUpdatedAt: s.Connected.UnixMilli(), DNSServers: []string{}}
	if s.IMEI != "" {
		j.IMEI = &s.IMEI
	}
	if !s.Online {
		return j
	}
	j.UEIPAddress = new(s.IP.String())
	j.SessionID = new("session-" + s.IMSI + "-" + strconv.FormatInt(s.Connected.Unix(), 16))
	j.Subscription = s.Subscription
	j.DNSServers = []string{"100.127.0.53", "100.127.1.53"}
	j.Placement = &placementJSON{"aws", "ap-northeast-1"}
	if s.Cell != (Cell{}) {
		j.Cell = &cellJSON{s.Cell.RadioType, s.Cell.MCC, s.Cell.MNC, s.Cell.TAC, s.Cell.ECI}
	}
	return j
}

func (s *SIM) previous() *previousJSON {
	if s.Connected.IsZero() || !s.IP.IsValid() {
		return nil
	}
	p := &previousJSON{IMSI: s.IMSI, UEIPAddress: s.IP.String(), Subscription: s.Subscription,
		CreatedTime: s.Connected.Add(-26 * time.Hour).UnixMilli(), DeletedTime: s.Connected.Add(-time.Minute).UnixMilli()}
	if !s.Online {
		p.DeletedTime = s.Connected.UnixMilli()
	}
	if s.IMEI != "" {
		p.IMEI = &s.IMEI
	}
	return p
}

func (s *SIM) arcSession(now time.Time) *arcSessionJSON {
	if !s.ArcOnline {
		return nil
	}
	return &arcSessionJSON{ArcClientPeerIPAddress: s.ArcIP.String(), ArcServerEndpoint: "xx-xx-xx-xx.arc.soracom.io:11010",
		ArcAllowedIPs: []string{"100.127.0.0/16"}, LastUpdatedAt: now.Add(-time.Minute).UnixMilli(),
		Placement: &placementJSON{"aws", "ap-northeast-1"}}
}

type fullSubscriberJSON struct {
	IMSI                       string            `json:"imsi"`
	MSISDN                     string            `json:"msisdn"`
	ICCID                      string            `json:"iccid"`
	SimID                      string            `json:"simId"`
	OperatorID                 string            `json:"operatorId"`
	IPAddress                  *string           `json:"ipAddress"`
	APN                        string            `json:"apn"`
	Type                       string            `json:"type"`
	ModuleType                 string            `json:"moduleType"`
	SerialNumber               string            `json:"serialNumber,omitempty"`
	GroupID                    *string           `json:"groupId"`
	Status                     string            `json:"status"`
	Subscription               string            `json:"subscription"`
	SpeedClass                 string            `json:"speedClass"`
	Plan                       int               `json:"plan"`
	Tags                       map[string]string `json:"tags"`
	CreatedAt                  int64             `json:"createdAt"`
	CreatedTime                int64             `json:"createdTime"`
	LastModifiedAt             int64             `json:"lastModifiedAt"`
	LastModifiedTime           int64             `json:"lastModifiedTime"`
	LastPortMappingCreatedTime *int64            `json:"lastPortMappingCreatedTime"`
	SessionStatus              *sessionJSON      `json:"sessionStatus"`
	PreviousSession            *previousJSON     `json:"previousSession"`
}

// subscriber renders one subscription of the SIM as GET /subscribers/{imsi} does.
func (s *SIM) subscriber(imsi string, now time.Time) fullSubscriberJSON {
	j := s.json(now)
	out := fullSubscriberJSON{
		IMSI: imsi, MSISDN: j.Profiles[s.ICCID].Subscribers[imsi].MSISDN, ICCID: s.ICCID, SimID: s.ID, OperatorID: s.OperatorID,
		APN: "soracom.io", Type: s.SpeedClass, ModuleType: s.ModuleType, SerialNumber: s.SerialNumber, GroupID: j.GroupID,
		Status: j.Profiles[s.ICCID].Subscribers[imsi].Status, Subscription: j.Profiles[s.ICCID].Subscribers[imsi].Subscription,
		SpeedClass: s.SpeedClass, Plan: 1, Tags: j.Tags,
		CreatedAt: j.CreatedTime, CreatedTime: j.CreatedTime, LastModifiedAt: j.LastModifiedTime, LastModifiedTime: j.LastModifiedTime,
		LastPortMappingCreatedTime: j.LastPortMappingCreatedTime, SessionStatus: j.SessionStatus, PreviousSession: j.PreviousSession,
	}
	if s.Online && imsi == s.IMSI {
		out.IPAddress = new(s.IP.String())
	}
	return out
}
