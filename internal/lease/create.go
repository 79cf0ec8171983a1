package lease

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

const (
	// endTime bounds what Create does on its own after its context has ended.
	endTime = 5 * time.Second
	// lookTime bounds the first look for a mapping whose create was lost.
	lookTime = 3 * time.Second
)

// Create makes the mapping: the intent is on disk before the API is asked, the
// answer is compared with what was asked for, and written. When the error is a
// *LostError a mapping may exist all the same, and the manager goes on looking
// for it (see Settle); with every other error nothing is left open, or the
// journal holds what is.
func (m *Manager) Create(ctx context.Context, api API, s Spec) (*Lease, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if m.isClosed() {
		return nil, ErrClosed
	}
	if err := m.ensureOwned(ctx); err != nil {
		return nil, err
	}
	r := newRecord(newID(m.now()), s, m.now(), m.owner)
	r.Skew = m.knownSkew()
	if err := m.write(r); err != nil {
		return nil, err
	}
	sent := m.now()
	p, err := post(ctx, api, s, m.exclude(ctx, r))
	switch {
	case err == nil:
		return m.complete(ctx, api, r, p, sent)
	case lost(err):
		return nil, m.lost(ctx, api, r, sent, err)
	default:
		m.remove(r.ID)
		return nil, message.Errorf("creating the port mapping: %w", err)
	}
}

func (s Spec) check() error {
	switch {
	case s.SimID == "" && s.IMSI == "":
		return message.Errorf("creating a port mapping: no SIM")
	case s.Port < 1 || s.Port > 65535:
		return message.Errorf("creating a port mapping: device port %d is out of range", s.Port)
	case len(s.Sources) == 0:
		return message.Errorf("creating a port mapping: no source")
	case s.Duration < time.Second:
		return message.Errorf("creating a port mapping: duration of %v", s.Duration)
	}
	for _, p := range s.Sources {
		if !p.IsValid() {
			return message.Errorf("creating a port mapping: a source is not a CIDR")
		}
	}
	return nil
}

// exclude tells the client, should it have to look for a mapping whose answer
// was lost, which ones are not r's. While a twin of another process has no
// answer none can be told; then the lost one is looked for in the background.
func (m *Manager) exclude(ctx context.Context, r *record) func(client.PortMapping) bool {
	return func(p client.PortMapping) bool {
		journal, _, err := m.scan(ctx)
		if err != nil {
			return true
		}
		ours, err := choose(r, []client.PortMapping{p}, journal)
		return err != nil || len(ours) == 0
	}
}

// post asks for the mapping by SIM where there is one. Users of before October
// 2025 may have the right to the generic call alone: a 403 says that nothing
// happened, so that asking once more is safe.
func post(ctx context.Context, api Creator, s Spec, exclude func(client.PortMapping) bool) (client.PortMapping, error) {
	q := client.CreatePortMappingRequest{
		SimID: s.SimID, Port: s.Port, Service: s.Service, Duration: s.Duration,
		SourceRanges: s.Sources, TLSRequired: s.TLS, Exclude: exclude,
	}
	if s.SimID == "" {
		q.IMSI = s.IMSI
		return api.CreatePortMapping(ctx, q)
	}
	p, err := api.CreatePortMappingForSim(ctx, s.SimID, q)
	if status(err) != 403 {
		return p, err
	}
	p, again := api.CreatePortMapping(ctx, q)
	if status(again) == 403 {
		return p, err
	}
	return p, again
}

// complete writes the API's answer, then compares it with what was asked for.
func (m *Manager) complete(ctx context.Context, api API, r *record, p client.PortMapping, sent time.Time) (*Lease, error) {
	m.learn(r, p, sent)
	done := *r
	done.State, done.Mapping = Live, &p
	if p.OperatorID != "" {
		done.OperatorID = p.OperatorID
	}
	if _, err := done.addr(); err != nil {
		// Without an address it can be found in the list only.
		return nil, m.lost(ctx, api, r, sent, err)
	}
	l := newLease(m, &done, true)
	if err := m.write(&done); err != nil {
		return nil, errors.Join(err, l.undo(ctx, api))
	}
	if e := mismatch(p, r.spec()); e != nil {
		e.Pending = l.undo(ctx, api)
		return nil, e
	}
	m.mu.Lock()
	m.leases[r.ID] = l
	m.mu.Unlock()
	return l, nil
}

// undo deletes a mapping that nobody is going to use, even after ctx has ended.
func (l *Lease) undo(ctx context.Context, api API) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	outcome, err := l.Delete(ctx, api)
	if outcome == Pending {
		l.DeleteLater(api)
		return err
	}
	return nil
}

// learn compares the server's clock with ours. The answer bounds the difference
// no better than the time it took.
func (m *Manager) learn(r *record, p client.PortMapping, sent time.Time) {
	if p.CreatedTime == 0 {
		return
	}
	var skew int64
	switch created, now := p.CreatedTime.Time(), m.now(); {
	case created.Before(sent):
		skew = created.Sub(sent).Milliseconds()
	case created.After(now):
		skew = created.Sub(now).Milliseconds()
	}
	r.Skew = &skew
	m.mu.Lock()
	m.skew = &skew
	m.mu.Unlock()
}

func (m *Manager) knownSkew() *int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.skew
}

// mismatch compares what was granted with what was asked for.
func mismatch(p client.PortMapping, s Spec) *GrantError {
	switch {
	case !sameTarget(p, s):
		return &GrantError{What: message.Verbatim("SIM"), Asked: s.SimID + s.IMSI, Granted: strconv.Quote(simOf(p) + imsiOf(p))}
	case int(p.Destination.Port) != s.Port:
		return &GrantError{What: message.New("port"), Asked: strconv.Itoa(s.Port), Granted: strconv.Itoa(int(p.Destination.Port))}
	case p.TLSRequired != s.TLS:
		return &GrantError{
			What: message.New("TLS setting"), Asked: strconv.FormatBool(s.TLS), Granted: strconv.FormatBool(p.TLSRequired),
		}
	case !sameRanges(p, s.Sources):
		asked := make([]string, len(s.Sources))
		for i, r := range s.Sources {
			asked[i] = r.String()
		}
		return &GrantError{
			What: message.New("source"), Asked: strings.Join(asked, ","), Granted: strconv.Quote(strings.Join(p.Source.IPRanges, ",")),
		}
	}
	return nil
}

// lost keeps the intent, starts to look for its mapping in the background, and
// waits for the first look: ctx may have ended, a fresh time limit holds.
func (m *Manager) lost(ctx context.Context, api API, r *record, sent time.Time, cause error) error {
	if e, ok := errors.AsType[*client.LostCreateError](cause); ok && !e.Since.IsZero() {
		// A moment that is not ours is the server's.
		if d := e.Since.Sub(sent); d.Abs() > 2*time.Second {
			skew := d.Milliseconds()
			r.Skew = &skew
		}
	}
	r.Deleting = true
	if err := m.write(r); err != nil {
		m.logf("%v", err) // the entry of before the call is still good
	}
	looked := make(chan struct{})
	var outcome Outcome
	e := &ending{r: r, quiet: m.now().Add(m.settle)}
	first := true
	e.tried = func(o Outcome, err error) {
		if first {
			first = false
			if err == nil {
				outcome = o
			}
			close(looked)
		}
	}
	started := m.background.run(r.ID, func(ctx context.Context) error {
		_, err := m.end(ctx, api, e)
		if err != nil && ctx.Err() == nil {
			m.giveBack(e.r)
		}
		return err
	})
	if !started { // closed meanwhile: an orphan, for the next reaper
		return &LostError{ID: r.ID, Err: cause}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
	defer cancel()
	select {
	case <-looked:
		return &LostError{ID: r.ID, Err: cause, Resolved: outcome == Deleted}
	case <-ctx.Done():
		return &LostError{ID: r.ID, Err: cause}
	}
}
