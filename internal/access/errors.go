package access

import (
	"fmt"
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

func (e *NotFoundError) Text() message.Text { return message.New("no SIM is named %q", e.Target) }
func (e *NotFoundError) Error() string      { return e.Text().String() }

// Hint offers similar names.
func (e *NotFoundError) Hint() message.Text {
	list := message.New("napter-connect sims lists the SIMs of this account and coverage type")
	if len(e.Near) == 0 {
		return list
	}
	return message.New("did you mean %s? %s", either(e.Near), list)
}

// AmbiguousError says that several SIMs share a name, so that the user has to
// pick: online ones come first.
type AmbiguousError struct {
	Target string
	SIMs   []SIM
	Now    time.Time
}

func (e *AmbiguousError) Text() message.Text {
	words := make([]message.Text, len(e.SIMs))
	for i, s := range e.SIMs {
		words[i] = message.New("%s (%s)", s.ID, s.state(e.Now))
	}
	return message.New("%d SIMs are named %q: %s", len(e.SIMs), e.Target, message.Join(words, ", "))
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
	sim := e.SIM.label()
	blocked := e.blocker(sim)
	switch {
	case blocked.IsZero() && e.Never:
		return message.New("%s has never connected", sim)
	case blocked.IsZero():
		return message.New("%s is %s", sim, e.SIM.state(e.Now))
	case e.SIM.SeenAt.IsZero():
		return blocked
	}
	return message.New("%[1]s, %[2]s", blocked, e.SIM.state(e.Now))
}

func (e *UnreachableError) Error() string { return e.Text().String() }

// blocked reports whether the status alone keeps the SIM off the network.
func (e *UnreachableError) blocked() bool { return !e.blocker(message.Text{}).IsZero() }

// blocker is what keeps the SIM off the network, if it is the status alone.
func (e *UnreachableError) blocker(sim message.Text) message.Text {
	switch e.SIM.Status {
	case "inactive":
		return message.New("%s is inactive", sim)
	case "standby":
		return message.New("%s is standby", sim)
	case "suspended":
		return message.New("%s is suspended", sim)
	case "terminated":
		return message.New("%s is terminated", sim)
	}
	return message.Text{}
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
func (s SIM) label() message.Text {
	switch {
	case s.Name != "" && s.ID != "":
		return message.Verbatim(fmt.Sprintf("SIM %q (%s)", s.Name, s.ID))
	case s.ID != "":
		return message.Verbatim("SIM " + s.ID)
	}
	return message.New("SIM with IMSI %s", s.IMSI)
}

// state says whether a SIM is online, or since when not.
func (s SIM) state(now time.Time) message.Text {
	switch {
	case s.Online:
		return message.New("online")
	case s.SeenAt.IsZero():
		return message.New("never connected")
	}
	return message.New("offline since %s (%s)", s.SeenAt.In(now.Location()).Format("2006-01-02 15:04"), ago(now.Sub(s.SeenAt)))
}

// ago is a duration in its largest unit.
func ago(d time.Duration) message.Text {
	switch {
	case d < time.Minute:
		return message.New("just now")
	case d < time.Hour:
		return message.New("%d min ago", int(d/time.Minute))
	case d < 48*time.Hour:
		return message.New("%d h ago", int(d/time.Hour))
	}
	return message.New("%d days ago", int(d/(24*time.Hour)))
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
