package access

import (
	"fmt"
	"strings"
	"time"
)

// RequestError says that a request is wrong; nothing was sent.
type RequestError struct{ Problem, Fix string }

func (e *RequestError) Error() string { return e.Problem }

// Hint says what to write instead.
func (e *RequestError) Hint() string { return e.Fix }

// NotFoundError says that no SIM is meant by a target.
type NotFoundError struct {
	Target string
	// Near are names that resemble it; untrusted text.
	Near []string
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("no SIM is called %q", e.Target) }

// Hint offers similar names.
func (e *NotFoundError) Hint() string {
	const list = "napter-connect sims lists the SIMs of this account and coverage type"
	if len(e.Near) == 0 {
		return list
	}
	quoted := make([]string, len(e.Near))
	for i, name := range e.Near {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return "did you mean " + strings.Join(quoted, " or ") + "? " + list
}

// AmbiguousError says that several SIMs have one name, so that somebody has to
// pick: online ones come first.
type AmbiguousError struct {
	Target string
	SIMs   []SIM
	Now    time.Time
}

func (e *AmbiguousError) Error() string {
	words := make([]string, len(e.SIMs))
	for i, s := range e.SIMs {
		words[i] = s.ID + " (" + s.state(e.Now) + ")"
	}
	return fmt.Sprintf("%d SIMs are called %q: %s", len(e.SIMs), e.Target, strings.Join(words, ", "))
}

// Hint says how to name one.
func (e *AmbiguousError) Hint() string { return "give the SIM ID instead of the name" }

// UnreachableError says that a SIM has no session to make a mapping to.
type UnreachableError struct {
	SIM SIM
	// Never: it has had no session yet.
	Never bool
	Now   time.Time
}

func (e *UnreachableError) Error() string {
	if e.Never && !e.blocked() {
		return e.SIM.label() + " has never connected"
	}
	return e.SIM.label() + " is " + e.state()
}

func (e *UnreachableError) state() string {
	if !e.blocked() {
		return e.SIM.state(e.Now)
	}
	if e.SIM.SeenAt.IsZero() {
		return e.SIM.Status
	}
	return e.SIM.Status + ", " + e.SIM.state(e.Now)
}

// blocked reports whether the status alone keeps the SIM off the network.
func (e *UnreachableError) blocked() bool {
	switch e.SIM.Status {
	case "inactive", "standby", "suspended", "terminated":
		return true
	}
	return false
}

// Hint says what to do about it.
func (e *UnreachableError) Hint() string {
	switch {
	case e.SIM.Status == "terminated":
		return "a terminated SIM cannot be used again; use another SIM"
	case e.blocked():
		return "activate the SIM in the Soracom console first"
	case e.Never:
		return "put the SIM into the device, set its APN (soracom.io) and switch it on; then try again"
	}
	return "check the device's power and signal; napter-connect sims shows when it is back"
}

// label names a SIM for people; the name is quoted, since it is untrusted.
func (s SIM) label() string {
	switch {
	case s.Name != "" && s.ID != "":
		return fmt.Sprintf("SIM %q (%s)", s.Name, s.ID)
	case s.ID != "":
		return "SIM " + s.ID
	}
	return "SIM with IMSI " + s.IMSI
}

// state says whether a SIM is online, or since when not.
func (s SIM) state(now time.Time) string {
	switch {
	case s.Online:
		return "online"
	case s.SeenAt.IsZero():
		return "never connected"
	}
	return "offline since " + s.SeenAt.In(now.Location()).Format("2006-01-02 15:04") + " (" + ago(now.Sub(s.SeenAt)) + ")"
}

// ago is a duration in its largest unit.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d/time.Hour))
	}
	return fmt.Sprintf("%d days ago", int(d/(24*time.Hour)))
}
