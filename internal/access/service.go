package access

import (
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

// Services of a mapping.
const (
	serviceAir = "air"
	serviceArc = "arc"
)

// seenAt is when a SIM's session was last updated, or ended.
func seenAt(s client.Sim) time.Time {
	var last client.Millis
	if s.SessionStatus != nil {
		last = s.SessionStatus.LastUpdatedAt
	}
	if p := s.PreviousSession; p != nil && !s.Online() {
		last = max(last, p.DeletedTime, p.CreatedTime)
	}
	if s.ArcSessionStatus != nil {
		last = max(last, s.ArcSessionStatus.LastUpdatedAt)
	}
	return last.Time()
}

// virtual reports whether a SIM exists for Soracom Arc only.
func virtual(s client.Sim) bool { return s.Type == "virtual" || s.ModuleType == "virtual" }

// serviceFor is the service to ask for: what was asked, else air unless only Arc
// can reach the SIM now.
func serviceFor(s client.Sim, asked string) string {
	switch {
	case asked != "":
		return asked
	case virtual(s), s.Arc() && !s.Online():
		return serviceArc
	}
	return serviceAir
}

// checkReach says why a mapping could not lead anywhere. Air needs a session.
// The API tells nothing of the kind for Arc, so that its answer to the creation
// decides there.
func checkReach(s client.Sim, service string, now time.Time) error {
	if s.Status == "terminated" || service == serviceAir && !s.Online() {
		sim := Describe(s)
		return &UnreachableError{SIM: sim, Never: sim.SeenAt.IsZero(), Now: now}
	}
	return nil
}
