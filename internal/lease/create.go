package lease

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// endTime bounds what Create does on its own after its context has ended.
const endTime = 5 * time.Second

// Create makes the mapping: the intent is on disk before the API is asked, the
// answer is compared with what was asked for, and written. A mapping whose answer
// was lost is looked for, and used when it shows up soon. When the error is a
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
	var refused error // the first refusal, unless a later attempt failed for another reason
	for _, a := range s.attempts() {
		r := newRecord(newID(m.now()), a.spec, m.now(), m.owner)
		r.Skew = m.knownSkew()
		if err := m.write(r); err != nil {
			return nil, err
		}
		sent := m.now()
		p, err := a.post(ctx, api)
		if err == nil {
			m.learn(r, p, sent)
			return m.complete(ctx, api, r, p)
		}
		if lost, ok := errors.AsType[*client.LostCreateError](err); ok {
			return m.reconcile(ctx, api, r, sent, lost)
		}
		m.remove(r.ID)
		forbidden := status(err) == http.StatusForbidden
		if refused == nil || !forbidden {
			refused = err
		}
		if !forbidden || ctx.Err() != nil {
			break
		}
		m.logf("lease: this call of the API is not allowed: %v", err)
	}
	return nil, message.Errorf("creating the port mapping: %w", refused)
}

// attempt is one of the API's calls that can make a mapping.
type attempt struct {
	spec    Spec // by SIM ID or by IMSI, never both: what leads to the mapping
	generic bool // createPortMapping in place of createPortMappingForSim
}

// attempts are the calls to try, the best first: each needs a permission of its
// own, and an answer of 403 says that nothing happened. An IMSI has a call of its
// own, which reaches Air only. Users of before October 2025 may have the right to
// the generic call alone.
func (s Spec) attempts() []attempt {
	bySIM, byIMSI := s, s
	bySIM.IMSI, byIMSI.SimID = "", ""
	switch {
	case s.SimID == "":
		return []attempt{{byIMSI, true}}
	case s.IMSI != "" && s.Service == "air":
		return []attempt{{byIMSI, true}, {bySIM, false}}
	}
	return []attempt{{bySIM, false}, {bySIM, true}}
}

func (a attempt) post(ctx context.Context, api Creator) (client.PortMapping, error) {
	q := client.CreatePortMappingRequest{
		SimID: a.spec.SimID, IMSI: a.spec.IMSI, Port: a.spec.Port, Service: a.spec.Service,
		Duration: a.spec.Duration, SourceRanges: a.spec.Sources, TLSRequired: a.spec.TLS,
	}
	if a.generic {
		return api.CreatePortMapping(ctx, q)
	}
	return api.CreatePortMappingForSim(ctx, q.SimID, q)
}

func (s Spec) check() error {
	switch {
	case s.SimID == "" && s.IMSI == "":
		return message.Errorf("creating a port mapping: no SIM")
	case !hostport.ValidPort(s.Port):
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

// complete writes the API's answer, then compares it with what was asked for.
func (m *Manager) complete(ctx context.Context, api API, r *record, p client.PortMapping) (*Lease, error) {
	done := *r
	done.State, done.Mapping = Live, &p
	if p.OperatorID != "" {
		done.OperatorID = p.OperatorID
	}
	if _, err := p.Addr(); err != nil {
		// Without an address it can be found in the list only.
		return nil, m.abandon(ctx, api, r, err)
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

// undo deletes a mapping that will not be used, even after ctx has ended.
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
