package client

import (
	"net/http"
	"sync/atomic"
	"time"
)

// serverClock knows how far the API's clock is ahead of ours, from the Date
// header of its answers (RFC 9110: whole seconds).
type serverClock struct{ offset atomic.Pointer[time.Duration] }

func (c *serverClock) learn(date string, now time.Time) {
	at, err := http.ParseTime(date)
	if err != nil {
		return
	}
	// The header is rounded down: on average half a second is missing.
	offset := at.Add(500 * time.Millisecond).Sub(now.Round(0))
	c.offset.Store(&offset)
}

// slack is how much a createdTime of the API may lie before the moment that the
// clock gives for it.
const (
	slackKnown   = 5 * time.Second
	slackUnknown = time.Minute
)

// server translates a local moment; slack is what the result may be off by.
func (c *serverClock) server(local time.Time) (at time.Time, slack time.Duration) {
	if offset := c.offset.Load(); offset != nil {
		return local.Round(0).Add(*offset), slackKnown
	}
	return local.Round(0), slackUnknown
}

// ClockOffset is how far the API's clock is ahead of this machine's, by the last
// answer; known is false before there was one.
func (s *Session) ClockOffset() (ahead time.Duration, known bool) {
	if offset := s.client.clock.offset.Load(); offset != nil {
		return *offset, true
	}
	return 0, false
}
