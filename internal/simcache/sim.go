package simcache

import (
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
)

// SIM is what is remembered of a SIM. Its texts are untrusted.
type SIM struct {
	ID, Name, IMSI, IMEI string
	Status               string
	// Online and SeenAt are as they were when the SIM was looked at.
	Online bool
	Arc    bool
	SeenAt time.Time
	// IP is the device's address inside Soracom, or "".
	IP string
	// tags are as in the file: a map for each of 100,000 SIMs takes longer than
	// all the rest of reading them.
	tags string
}

// Tags are the SIM's tags, its name among them, or nil. The map is made at each
// call.
func (s SIM) Tags() map[string]string { return parseTags(s.Name, s.tags) }

// State is the state that it was in.
func (s SIM) State() access.State {
	return access.SIM{Status: s.Status, Online: s.Online, Arc: s.Arc}.State()
}

// Access is the SIM as package access describes it.
func (s SIM) Access() access.SIM {
	return access.SIM{
		ID: s.ID, Name: s.Name, IMSI: s.IMSI, IMEI: s.IMEI, Tags: s.Tags(),
		Status: s.Status, Online: s.Online, Arc: s.Arc, IP: s.IP, SeenAt: s.SeenAt,
	}
}

// FromAccess is what to remember of a SIM as package access describes it.
func FromAccess(a access.SIM) SIM {
	s := SIM{
		ID: a.ID, Name: a.Name, IMSI: a.IMSI, IMEI: a.IMEI,
		Status: a.Status, Online: a.Online, Arc: a.Arc, IP: a.IP, tags: formatTags(a.Name, a.Tags),
	}
	if !a.SeenAt.IsZero() {
		s.SeenAt = time.UnixMilli(a.SeenAt.UnixMilli())
	}
	return s
}

// Describe is what to remember of the API's SIM.
func Describe(sim client.Sim) SIM { return FromAccess(access.Describe(sim)) }
