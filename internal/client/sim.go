package client

import (
	"maps"
	"slices"
)

// Sim is the part of the API's Sim object that the product uses. All texts come
// from outside and may hold anything: escape them before they reach a terminal.
type Sim struct {
	SimID            string             `json:"simId"`
	Status           string             `json:"status"` // ready, active, inactive, standby, suspended, terminated, shipped
	Type             string             `json:"type"`   // uicc, euicc, virtual
	ModuleType       string             `json:"moduleType"`
	SpeedClass       string             `json:"speedClass"`
	Tags             map[string]string  `json:"tags"`
	ActiveProfileID  string             `json:"activeProfileId"` // key of Profiles
	Profiles         map[string]Profile `json:"profiles"`        // by ICCID
	SessionStatus    *SessionStatus     `json:"sessionStatus"`   // may be null or absent
	PreviousSession  *PreviousSession   `json:"previousSession"`
	ArcSessionStatus *ArcSessionStatus  `json:"arcSessionStatus"`
}

// Profile is a subscription container of a SIM.
type Profile struct {
	PrimaryIMSI string                `json:"primaryImsi"`
	Subscribers map[string]Subscriber `json:"subscribers"` // by IMSI
}

// Subscriber is one subscription of a SIM.
type Subscriber struct {
	Subscription string `json:"subscription"` // planArc01 is Soracom Arc
}

// SessionStatus is the state of the SIM's cellular session. Online means that a
// logical session exists, not that the device answers.
type SessionStatus struct {
	Online        bool   `json:"online"`
	IMSI          string `json:"imsi"`
	IMEI          string `json:"imei"`
	UEIPAddress   string `json:"ueIpAddress"`
	Subscription  string `json:"subscription"`
	LastUpdatedAt Millis `json:"lastUpdatedAt"`
	Cell          *Cell  `json:"cell"`
}

// Cell is where the device is attached.
type Cell struct {
	RadioType string `json:"radioType"`
	MCC       Number `json:"mcc"`
	MNC       Number `json:"mnc"`
	TAC       Number `json:"tac"`
	ECI       Number `json:"eci"`
}

// PreviousSession is the session before the current one.
type PreviousSession struct {
	CreatedTime Millis `json:"createdTime"`
	DeletedTime Millis `json:"deletedTime"`
}

// ArcSessionStatus is the state of the SIM's Soracom Arc session. The API gives
// no online flag for it.
type ArcSessionStatus struct {
	ArcClientPeerIPAddress string `json:"arcClientPeerIpAddress"`
	LastUpdatedAt          Millis `json:"lastUpdatedAt"`
}

// Name is the name tag, or "".
func (s Sim) Name() string { return s.Tags["name"] }

// Online reports whether a cellular session exists.
func (s Sim) Online() bool { return s.SessionStatus != nil && s.SessionStatus.Online }

// Arc reports whether the SIM can be reached through Soracom Arc: a virtual SIM,
// one with an Arc subscription, or one with an Arc session.
func (s Sim) Arc() bool {
	if s.Type == "virtual" || s.ModuleType == "virtual" || s.ArcSessionStatus != nil {
		return true
	}
	for _, p := range s.Profiles {
		for _, sub := range p.Subscribers {
			if sub.Subscription == "planArc01" {
				return true
			}
		}
	}
	return false
}

// IMSIs lists the SIM's IMSIs: of the session first, then of the active profile,
// then the others in order.
func (s Sim) IMSIs() []string {
	var list []string
	add := func(imsi string) {
		if imsi != "" && !slices.Contains(list, imsi) {
			list = append(list, imsi)
		}
	}
	if s.SessionStatus != nil {
		add(s.SessionStatus.IMSI)
	}
	add(s.Profiles[s.ActiveProfileID].PrimaryIMSI)
	for _, iccid := range slices.Sorted(maps.Keys(s.Profiles)) {
		for _, imsi := range slices.Sorted(maps.Keys(s.Profiles[iccid].Subscribers)) {
			add(imsi)
		}
	}
	return list
}

// IMEI is the device's identity in the current session, or "".
func (s Sim) IMEI() string {
	if s.SessionStatus == nil {
		return ""
	}
	return s.SessionStatus.IMEI
}
