package lease

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

var (
	errRival  = message.Errorf("another process is creating the same mapping")
	errNotYet = message.Errorf("waiting to see whether the mapping appears")
)

const (
	firstPause = 250 * time.Millisecond
	lastPause  = 15 * time.Second // before it is spread by a half either way
	firstTry   = 3 * time.Second  // the time limit of an attempt; it doubles
	lastTry    = 30 * time.Second
	lookAgain  = time.Second
	// directTime is how long our own mapping is deleted without checking
	// the list: later somebody may have deleted it by hand, and ip:port may be
	// another's by now.
	directTime = 30 * time.Minute
	// longestAfter bounds what the API can make us wait by Retry-After.
	longestAfter = 5 * time.Minute
)

// ending is the deletion of what one entry names.
type ending struct {
	r *record
	// own: this process made the mapping and has held it since. Soon after, the
	// first attempt needs no list.
	own bool
	// asked: a DELETE was sent.
	asked bool
	// quiet is until when a list without the mapping proves nothing (intents).
	quiet time.Time
	// slots bounds how many attempts run at once; nil is no bound.
	slots chan struct{}
	// tried, if set, is told how each attempt ended.
	tried func(Outcome, error)
}

// end deletes with retries until it is done, ctx ends, the mapping has expired
// or the API refuses for good. Unless the outcome is Pending the entry is gone.
func (m *Manager) end(ctx context.Context, api API, e *ending) (Outcome, error) {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval, pauses.Multiplier = firstPause, lastPause, 2
	limit := firstTry
	var last error
	outcome, err := backoff.Retry(ctx, func() (Outcome, error) {
		outcome, err := m.try(ctx, api, e, limit)
		limit = min(2*limit, lastTry)
		if err == nil { // before anybody is told
			m.remove(e.r.ID)
		}
		if e.tried != nil {
			e.tried(outcome, err)
		}
		if err != nil && (last == nil || ctx.Err() == nil) {
			last = err // not the end of ctx, if there is a better reason
		}
		return outcome, m.whenAgain(err, e)
	}, backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(0))
	if err == nil {
		return outcome, nil
	}
	if last == nil {
		last = err
	}
	return Pending, message.Errorf("deleting %s: %w", e.r.describe(), last)
}

// whenAgain turns an error into what backoff understands.
func (m *Manager) whenAgain(err error, e *ending) error {
	switch after := retryAfter(err); {
	case err == nil:
		return nil
	case errors.Is(err, ErrAmbiguous), hopeless(err):
		return backoff.Permanent(err)
	case errors.Is(err, errNotYet), errors.Is(err, errRival):
		pause := lookAgain
		if left := e.quiet.Sub(m.now()); left > 0 {
			pause = min(pause, left)
		}
		return &backoff.RetryAfterError{Duration: pause}
	case after > 0:
		return &backoff.RetryAfterError{Duration: min(after, longestAfter)}
	default:
		return err
	}
}

// try makes one attempt, within limit.
func (m *Manager) try(ctx context.Context, api API, e *ending, limit time.Duration) (Outcome, error) {
	if e.r.expired(m.now()) {
		return Expired, nil
	}
	if e.slots != nil {
		select {
		case e.slots <- struct{}{}:
			defer func() { <-e.slots }()
		case <-ctx.Done():
			return Pending, ctx.Err()
		}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	switch {
	case e.r.Mapping == nil:
		return m.endIntent(ctx, api, e)
	case e.own && !e.asked && m.now().Sub(e.r.Since) < directTime:
		return e.delete(ctx, api, *e.r.Mapping)
	default:
		return m.endLate(ctx, api, e)
	}
}

func (e *ending) delete(ctx context.Context, api Deleter, p client.PortMapping) (Outcome, error) {
	addr, err := p.Addr()
	if err != nil {
		return Pending, err
	}
	e.asked = true
	if err := api.DeletePortMapping(ctx, addr.Addr(), int(addr.Port())); err != nil {
		return Pending, err
	}
	return Deleted, nil
}

// endLate looks before it deletes: since the mapping was created, or since the
// last attempt, it may have ended and its ip:port been given to another.
func (m *Manager) endLate(ctx context.Context, api API, e *ending) (Outcome, error) {
	list, err := api.ListPortMappingsOnce(ctx, e.r.SimID, e.r.IMSI)
	if e.own && status(err) == 403 {
		return e.delete(ctx, api, *e.r.Mapping) // a user who may not list
	}
	if err != nil {
		return Pending, err
	}
	for _, p := range list {
		if sameMapping(p, *e.r.Mapping) && !p.Expired {
			return e.delete(ctx, api, p)
		}
	}
	switch {
	case e.asked:
		return Deleted, nil
	case m.now().Add(e.r.skew()).Before(e.r.Mapping.CreatedTime.Time().Add(m.settle)):
		return Pending, errNotYet // so new that the list may not know it
	default:
		return Expired, nil
	}
}

// endIntent looks for what came of an intent, and deletes it.
func (m *Manager) endIntent(ctx context.Context, api API, e *ending) (Outcome, error) {
	ours, err := m.cameOf(ctx, api, e.r, func(client.PortMapping) bool { return true })
	if err != nil {
		return Pending, err
	}
	for _, p := range ours {
		if _, err := e.delete(ctx, api, p); err != nil {
			return Pending, err
		}
	}
	switch {
	case len(ours) > 0 || e.asked:
		return Deleted, nil
	case m.now().Before(e.quiet):
		return Pending, errNotYet
	default:
		return None, nil
	}
}

// describe names the mapping for people, without any text that could be more
// than it seems.
func (r *record) describe() message.Text {
	if r.Mapping != nil {
		return describe(*r.Mapping)
	}
	return message.New("the mapping that may have been created for port %d of SIM %q", r.Port, r.SimID+r.IMSI)
}

func describe(p client.PortMapping) message.Text {
	addr, err := p.Addr()
	if err != nil {
		return message.New("a mapping")
	}
	return message.New("the mapping %s to port %d", addr, p.Destination.Port)
}
