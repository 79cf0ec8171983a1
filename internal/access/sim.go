package access

import (
	"cmp"
	"fmt"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// SIM is what is known of a SIM, from the API or remembered of it. All texts are
// untrusted.
type SIM struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	IMSI string `json:"imsi,omitempty"`
	IMEI string `json:"imei,omitempty"`
	Tags Tags   `json:"tags,omitempty"`
	// Status is the SIM's status; Online whether it has a session.
	Status string `json:"status,omitempty"`
	Online bool   `json:"online"`
	Arc    bool   `json:"arc,omitempty"`
	// IP is the device's address inside Soracom, or "".
	IP string `json:"ip,omitempty"`
	// SeenAt is when the session was last updated, or ended.
	SeenAt time.Time `json:"seenAt,omitzero"`
	// Plan and Cell are for lists: the subscription, and where the device is
	// attached. They are neither remembered nor sent.
	Plan string `json:"-"`
	Cell string `json:"-"`
	// Stale: this is what was remembered, and the API was not heard yet. That the
	// SIM was offline then says nothing.
	Stale bool `json:"-"`
}

// Label is what people call the SIM.
func (s SIM) Label() string { return cmp.Or(s.Name, s.ID, s.IMSI) }

// State is what a SIM's session and status come to, for all that shows it.
type State uint8

// States of a SIM.
const (
	Unknown  State = iota // not heard of yet
	Online                // with a cellular session
	Offline               // active, without one
	ArcOnly               // active, and reachable through Soracom Arc, perhaps
	Inactive              // anything else (suspended, terminated, ...): its Status says what
)

// State says what state the SIM is in. The API says of a cellular session whether
// it is online; of a Soracom Arc session (arcSessionStatus) it gives no such flag,
// and goes on to give it, and the plan, for a SIM that was suspended. So whether Arc
// may reach a SIM follows from its status: only an active one can be reached.
func (s SIM) State() State {
	switch {
	case s.Online:
		return Online
	case s.Status != "active":
		return Inactive
	case s.Arc:
		return ArcOnly
	case s.Stale:
		return Unknown
	}
	return Offline
}

// Text is the state in a word, by its status for an inactive SIM.
func (s State) Text(status string) message.Text {
	switch s {
	case Unknown:
		return message.New("unknown")
	case Online:
		return message.New("online")
	case Offline:
		return message.New("offline")
	case ArcOnly:
		return message.New("arc")
	}
	switch status {
	case "ready", "shipped":
		return message.New("ready")
	case "standby":
		return message.New("standby")
	case "suspended":
		return message.New("suspended")
	case "terminated":
		return message.New("terminated")
	}
	return message.New("inactive")
}

// Describe turns the API's SIM into ours.
func Describe(s client.Sim) SIM {
	sim := SIM{
		ID: s.SimID, Name: s.Name(), IMEI: s.IMEI(), Tags: NewTags(s.Tags),
		Status: s.Status, Online: s.Online(), Arc: s.Arc(), SeenAt: seenAt(s),
		Plan: plan(s),
	}
	if list := s.IMSIs(); len(list) > 0 {
		sim.IMSI = list[0]
	}
	switch {
	case s.Online():
		sim.IP = s.SessionStatus.UEIPAddress
	case s.ArcSessionStatus != nil:
		sim.IP = s.ArcSessionStatus.ArcClientPeerIPAddress
	}
	if st := s.SessionStatus; st != nil && st.Cell != nil {
		c := st.Cell
		sim.Cell = fmt.Sprintf("%s %d-%02d TAC %d ECI %d", c.RadioType, c.MCC, c.MNC, c.TAC, c.ECI)
	}
	return sim
}

func plan(s client.Sim) string {
	if st := s.SessionStatus; st != nil && st.Subscription != "" {
		return st.Subscription
	}
	for _, sub := range s.Profiles[s.ActiveProfileID].Subscribers {
		if sub.Subscription != "" {
			return sub.Subscription
		}
	}
	return s.SpeedClass
}
