package access

import (
	"fmt"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// RequestError says that a request is wrong; nothing was sent.
type RequestError struct{ Problem, Fix message.Text }

func (e *RequestError) Text() message.Text { return e.Problem }
func (e *RequestError) Error() string      { return e.Text().String() }

// Hint says what to write instead.
func (e *RequestError) Hint() message.Text { return e.Fix }

// NotFoundError says that no SIM is meant by a target.
type NotFoundError struct {
	Target string
	// Near are names that resemble it; untrusted text.
	Near []string
}

func (e *NotFoundError) Text() message.Text { return message.New("no SIM is called %q", e.Target) }
func (e *NotFoundError) Error() string      { return e.Text().String() }

// Hint offers similar names.
func (e *NotFoundError) Hint() message.Text {
	list := message.New("napter-connect sims lists the SIMs of this account and coverage type")
	if len(e.Near) == 0 {
		return list
	}
	return message.New("did you mean %s? %s", either(e.Near), list)
}

// AmbiguousError says that several SIMs have one name, so that somebody has to
// pick: online ones come first.
type AmbiguousError struct {
	Target string
	SIMs   []SIM
	Now    time.Time
}

func (e *AmbiguousError) Text() message.Text {
	words := make([]string, len(e.SIMs))
	for i, s := range e.SIMs {
		words[i] = s.ID + " (" + s.state(e.Now) + ")"
	}
	return message.New("%d SIMs are called %q: %s", len(e.SIMs), e.Target, strings.Join(words, ", "))
}
func (e *AmbiguousError) Error() string { return e.Text().String() }

// Hint says how to name one.
func (e *AmbiguousError) Hint() message.Text {
	return message.New("give the SIM ID instead of the name")
}

// UnreachableError says that a SIM has no session to make a mapping to.
type UnreachableError struct {
	SIM SIM
	// Never: it has had no session yet.
	Never bool
	Now   time.Time
}

func (e *UnreachableError) Text() message.Text {
	if e.Never && !e.blocked() {
		return message.New("%s has never connected", e.SIM.label())
	}
	return message.New("%s is %s", e.SIM.label(), e.state())
}
func (e *UnreachableError) Error() string { return e.Text().String() }

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
func (e *UnreachableError) Hint() message.Text {
	switch {
	case e.SIM.Status == "terminated":
		return message.New("a terminated SIM cannot be used again; use another SIM")
	case e.blocked():
		return message.New("activate the SIM in the Soracom console first")
	case e.Never:
		return message.New("put the SIM into the device, set its APN (soracom.io) and switch it on; then try again")
	}
	return message.New("check the device's power and signal; napter-connect sims shows when it is back")
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

// either lists names, of which the person meant one; they are quoted, since they
// are untrusted.
func either(names []string) message.Text {
	quoted := make([]message.Text, len(names))
	for i, name := range names {
		quoted[i] = message.New("%q", name)
	}
	return message.Either(quoted)
}
