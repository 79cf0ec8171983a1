package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/napter-connect/napter-connect/internal/wait"
)

// policy says what may be repeated without being asked for twice.
type policy int

const (
	// once never repeats.
	once policy = iota
	// idempotent is for GET and DELETE: network errors, 429 and 5xx.
	idempotent
	// authentication is for POSTs that give tokens: what was never sent, 429 and
	// 503. An answer that was lost is not asked for again.
	authentication
	// creation repeats only what certainly created nothing: what was never sent,
	// and 429.
	creation
	// courtesy is idempotent, and holds up a caller that could do without: it
	// is repeated once, for a connection that had gone stale.
	courtesy
)

const maxTries = 4

func (p policy) tries() int {
	switch p {
	case once:
		return 1
	case courtesy:
		return 2
	}
	return maxTries
}

func (p policy) idempotent() bool { return p == idempotent || p == courtesy }

func (p policy) again(err error) bool {
	var network *NetworkError
	if errors.As(err, &network) {
		return !network.permanent() && (p.idempotent() || network.unsent)
	}
	var answer *Error
	if !errors.As(err, &answer) || answer.InvalidToken() {
		return false
	}
	switch answer.Status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusServiceUnavailable:
		return p != creation
	}
	return p.idempotent() && answer.Status >= 500
}

// Limits of time, and of patience.
const (
	attemptTimeout = 15 * time.Second
	createTimeout  = 20 * time.Second
	retryDelay     = 300 * time.Millisecond
	// maxPause is the longest Retry-After that is waited for in here: somebody
	// may be looking at the screen.
	maxPause = 30 * time.Second
	// maxElapsed is when the last attempt may begin.
	maxElapsed = 40 * time.Second
)

// timing is the client's limits and pauses.
type timing struct {
	attempt, create, delay time.Duration
	sleep                  func(context.Context, time.Duration) error
}

func newTiming(o Options) timing {
	t := timing{attempt: attemptTimeout, create: createTimeout, delay: retryDelay, sleep: wait.For}
	if o.AttemptTimeout > 0 {
		t.attempt, t.create = o.AttemptTimeout, o.AttemptTimeout
	}
	if o.RetryDelay > 0 {
		t.delay = o.RetryDelay
	}
	return t
}

func (t timing) limit(r request) time.Duration {
	if r.timeout > 0 {
		return min(r.timeout, t.attempt)
	}
	if r.policy == creation {
		return t.create
	}
	return t.attempt
}

// pauses grow from the first delay, jittered so that many clients that failed
// together do not come back together.
func (t timing) pauses() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = t.delay
	b.Multiplier = 2
	b.MaxInterval = 10 * t.delay
	b.Reset()
	return b
}

// worthwhile reports whether an attempt after pause could still come in time.
func (t timing) worthwhile(ctx context.Context, started time.Time, pause time.Duration) bool {
	next := time.Now().Add(pause)
	if deadline, ok := ctx.Deadline(); ok && next.After(deadline) {
		return false
	}
	return pause <= maxPause && next.Sub(started) <= maxElapsed
}
