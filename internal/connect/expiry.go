package connect

import (
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
)

const (
	// warnBefore is how long before its end a mapping is announced to end.
	warnBefore = 5 * time.Minute
	// clockSlack is how far the API's clock and ours may differ.
	clockSlack = 10 * time.Second
)

// ExpiredError says that a session ended because its mapping did.
type ExpiredError struct {
	Expires time.Time
	At      string // Expires, for people
	Err     error  // what the session saw
}

// Text says when.
func (e *ExpiredError) Text() message.Text { return message.New("the mapping expired at %s", e.At) }
func (e *ExpiredError) Error() string      { return e.Text().String() }
func (e *ExpiredError) Unwrap() error      { return e.Err }

// Hint says what to do.
func (e *ExpiredError) Hint() message.Text {
	return message.New("connect again; --duration sets a mapping's lifetime, 8h at most")
}

func expired(m access.Mapping, now time.Time) bool {
	return !m.Expires.IsZero() && !now.Before(m.Expires.Add(-clockSlack))
}

// warnBeforeExpiry tells in time that the mapping will end. A mapping that was
// made for less is not announced: the user asked for it.
func (c *Connector) warnBeforeExpiry(expires time.Time, tell func(line message.Text)) (stop func()) {
	left := expires.Sub(c.now())
	if expires.IsZero() || left <= warnBefore {
		return func() {}
	}
	timer := time.AfterFunc(left-warnBefore, func() {
		tell(message.New("the mapping ends at %s, in 5 minutes", c.clockTime(expires)))
	})
	return func() { timer.Stop() }
}
