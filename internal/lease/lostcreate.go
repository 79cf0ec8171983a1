package lease

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/wait"
)

// Looking for a mapping whose answer was lost, in order to use it: five lists
// over ten pauses (3 s), and no more than 15 s if the API is slow.
const (
	findTries    = 5
	findLimit    = 15 * time.Second
	defaultPause = 300 * time.Millisecond
	// lookTime bounds the first look for a mapping that is not to be used.
	lookTime = 3 * time.Second
)

// reconcile answers whether a create happened whose answer was lost: the mapping
// is used when it shows up soon, and else deleted whenever it does.
func (m *Manager) reconcile(ctx context.Context, api API, r *record, sent time.Time, lost *client.LostCreateError) (*Lease, error) {
	if d := lost.Since.Sub(sent); !lost.Since.IsZero() && d.Abs() > 2*time.Second {
		// A moment that is not ours is the server's.
		skew := d.Milliseconds()
		r.Skew = &skew
	}
	if p := m.find(ctx, api, r, lost); p != nil {
		return m.complete(ctx, api, r, *p)
	}
	return nil, m.abandon(ctx, api, r, lost)
}

// find looks for the mapping of the intent r for a few seconds, or until it is
// known that none can be told; then it is nil.
func (m *Manager) find(ctx context.Context, api Lister, r *record, lost *client.LostCreateError) *client.PortMapping {
	ctx, cancel := context.WithTimeout(ctx, findLimit)
	defer cancel()
	usable := func(p client.PortMapping) bool { return r.answeredBy(p, lost.Since.Add(-lost.Slack)) }
	for try := range findTries {
		if wait.For(ctx, time.Duration(try)*m.pause) != nil || ctx.Err() != nil {
			return nil
		}
		list, err := m.cameOf(ctx, api, r, usable)
		switch {
		case len(list) > 0: // the others are those of intents that nobody waits for
			p := slices.MinFunc(list, func(a, b client.PortMapping) int { return cmp.Compare(a.CreatedTime, b.CreatedTime) })
			return &p
		case errors.Is(err, ErrAmbiguous), hopeless(err):
			return nil
		}
	}
	return nil
}

// cameOf lists what came of the intent r, of the mappings that are eligible.
func (m *Manager) cameOf(
	ctx context.Context, api Lister, r *record, eligible func(client.PortMapping) bool,
) ([]client.PortMapping, error) {
	list, err := api.ListPortMappingsOnce(ctx, r.SimID, r.IMSI)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(p client.PortMapping) bool { return !eligible(p) })
	// The journal is read after the list: a create that was answered in between
	// has its name in it.
	journal, _, err := m.scan(ctx)
	if err != nil {
		return nil, err
	}
	return choose(r, list, journal)
}

// abandon keeps the intent, starts to look for its mapping in the background in
// order to delete it, and waits for the first look: ctx may have ended, a fresh
// time limit holds.
func (m *Manager) abandon(ctx context.Context, api API, r *record, cause error) error {
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
