package access

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/myip"
	"github.com/napter-connect/napter-connect/internal/wait"
)

// graceAfterCancel is how long a creation that was already sent may still
// answer, and its mapping be deleted, after the job was cancelled.
const graceAfterCancel = 5 * time.Second

// opening is one run of Open: what is known so far.
type opening struct {
	*Local
	*Recorder
	request Request // checked
	target  target
	api     *client.Session
	finder  *myip.Finder

	operator string
	found    found
	reuses   bool          // a fitting mapping is looked for
	before   []lease.Entry // the journal before that
	mappings []client.PortMapping
	listed   bool // mappings are those of the SIM, or of everybody
	address  myip.Result
}

// Open implements Opener. This is the order of the job:
//
//	time zero   log in            | learn the public address
//	then        find the SIM      | list mappings     (both need the login)
//	then        share a mapping of this process that leads there, reuse a fitting
//	            mapping, or create one
//
// A mapping that the same request led to in the last minute is shared at once.
func (l *Local) Open(ctx context.Context, r Request, progress Progress) (Access, error) {
	o, err := l.newOpening(r, progress)
	if err != nil {
		return nil, err
	}
	ask := askKeyOf(o.request, o.target)
	if !o.request.NoReuse {
		done, err := l.shares.turn(ctx, ask)
		if err != nil {
			return nil, err
		}
		defer done()
		if u := l.shares.again(ask, o.request, o.from(ctx)); u != nil {
			return o.shared(u), nil
		}
	}
	if err := o.learn(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	if m, ok := o.fitting(); ok { //nolint:contextcheck // reading the journal takes no time to cancel
		return o.reuse(m), nil
	}
	u, err := o.shareOrCreate(ctx)
	if err != nil {
		return nil, err
	}
	l.shares.remember(ask, u, o.from(ctx))
	return u, nil
}

// from is this machine's address towards the services that tell the public one:
// when it changes, so may the public address.
func (o *opening) from(ctx context.Context) netip.Addr {
	if len(o.request.Sources) > 0 {
		return netip.Addr{}
	}
	addr, _ := o.finder.LocalAddr(ctx)
	return addr
}

func (o *opening) shared(u *user) *user {
	u.recorder = o.Recorder
	o.Start(StepMapping)(message.New("shared %s", u.share.mapping.info.Mapping.Addr), nil)
	return u
}

// shareOrCreate joins the users of a live mapping, or makes one. One opening at a
// time does so for one mapping.
func (o *opening) shareOrCreate(ctx context.Context) (*user, error) {
	key := shareKeyOf(o.request, o.spec())
	if o.request.NoReuse {
		key.alone = new(byte)
	}
	done, err := o.shares.turn(ctx, key)
	if err != nil {
		return nil, err
	}
	defer done()
	if u := o.shares.join(key, o.request); u != nil {
		return o.shared(u), nil
	}
	return o.create(ctx, key)
}

// newOpening checks all that can be checked without the network.
func (l *Local) newOpening(r Request, progress Progress) (*opening, error) {
	r, err := checked(r)
	if err != nil {
		return nil, err
	}
	t, err := parseTarget(r.Target)
	if err != nil {
		return nil, err
	}
	api, err := l.options.Sessions.Session(r.Account, r.Network, r.AskCode)
	if err != nil {
		return nil, err
	}
	finder, err := l.options.Finders.Finder(r.Network.IPServices)
	if err != nil {
		return nil, err
	}
	return &opening{Local: l, Recorder: NewRecorder(progress, l.options.Now), request: r, target: t, api: api, finder: finder}, nil
}

// learn finds out everything that the mapping depends on, as much at once as
// there can be. The first failure ends the rest.
func (o *opening) learn(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return o.learnAddress(ctx) })
	all.Go(func() error {
		if err := o.logIn(ctx); err != nil {
			return err
		}
		if err := o.findAndList(ctx); err != nil {
			return err
		}
		return o.listForSIM(ctx)
	})
	return all.Wait()
}

func (o *opening) findAndList(ctx context.Context) error {
	o.noteOurs() //nolint:contextcheck // reading the journal takes no time to cancel
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return o.findSIM(ctx) })
	both.Go(func() error { return o.listMappings(ctx) })
	return both.Wait()
}

func (o *opening) learnAddress(ctx context.Context) error {
	if len(o.request.Sources) > 0 {
		return nil
	}
	end := o.Start(StepAddress)
	result, err := o.finder.Find(ctx)
	if err != nil {
		end(message.Text{}, err)
		return err
	}
	end(message.Verbatim(result.Addr.String()), nil)
	o.address = result
	return nil
}

func (o *opening) logIn(ctx context.Context) error {
	end := o.Start(StepLogin)
	token, err := o.api.Token(ctx)
	end(message.Verbatim(token.OperatorID), err)
	o.operator = token.OperatorID
	return err
}

func (o *opening) findSIM(ctx context.Context) error {
	end := o.Start(StepSIM)
	f, err := findSIM(ctx, o.api, o.target, o.options.Now())
	if err == nil && f.known {
		err = checkReach(f.sim, serviceFor(f.sim, o.request.Service), o.options.Now())
	}
	if err != nil {
		end(message.Text{}, err)
		return err
	}
	o.found = f
	end(o.sim().label(), nil)
	return nil
}

// listMappings lists while the SIM is being looked for: by SIM ID the SIM's
// mappings, else everybody's. The list serves reuse alone: a user who may not
// have it goes on without.
func (o *opening) listMappings(ctx context.Context) error {
	if !o.reuses {
		return nil
	}
	end := o.Start(StepList)
	var list []client.PortMapping
	var err error
	if o.target.kind == bySimID {
		list, err = o.api.ListPortMappingsForSim(ctx, o.target.text)
	} else {
		list, err = collect(o.api.ListPortMappings(ctx))
	}
	return o.listedAs(end, list, err)
}

// listForSIM lists again when listing everybody's mappings was denied: the right
// to list one SIM's can be given alone.
func (o *opening) listForSIM(ctx context.Context) error {
	if !o.reuses || o.listed || o.target.kind == bySimID || o.found.sim.SimID == "" {
		return nil
	}
	end := o.Start(StepList)
	list, err := o.api.ListPortMappingsForSim(ctx, o.found.sim.SimID)
	return o.listedAs(end, list, err)
}

func (o *opening) listedAs(end func(message.Text, error), list []client.PortMapping, err error) error {
	if refused := (*client.Error)(nil); errors.As(err, &refused) {
		o.options.Debugf("no mapping is reused: %v", err)
		end(message.New("refused with status %d", refused.Status), nil)
		return nil
	}
	if err != nil {
		end(message.Text{}, err)
		return err
	}
	end(message.New("%d open", len(list)), nil)
	o.mappings, o.listed = list, true
	return nil
}

// create makes a mapping. A cancelled job must not lose the answer, or the
// mapping would stay: the request gets some more time, then the mapping goes.
func (o *opening) create(ctx context.Context, key shareKey) (*user, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	end := o.Start(StepMapping)
	late, stop := outlive(ctx, graceAfterCancel)
	defer stop()
	spec := o.spec()
	made, err := o.options.Leases.Create(late, o.api, spec)
	if err != nil && message.Hint(err).IsZero() {
		err = message.WithHint(err, "check that the SIM has an %s session now: napter-connect sims", spec.Service)
	}
	if err != nil {
		end(message.Text{}, err)
		return nil, err
	}
	m := o.opened(made.Mapping())
	m.lease = made
	if ctx.Err() != nil {
		end(message.Text{}, ctx.Err())
		return nil, o.abandon(ctx, m)
	}
	end(message.New("created %s", m.info.Mapping.Addr), nil)
	u := o.shares.add(key, m, o.request)
	u.recorder = o.Recorder
	return u, nil
}

// abandon deletes what was made for a job that was cancelled meanwhile.
func (o *opening) abandon(ctx context.Context, m *openMapping) error {
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceAfterCancel)
	defer cancel()
	if _, err := m.giveBack(fresh, false); err != nil {
		return message.Errorf("%w; deleting mapping %s: %w", context.Cause(ctx), m.info.Mapping.Addr, err)
	}
	return context.Cause(ctx)
}

// outlive is a context that ends some time after ctx does.
func outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if wait.For(late, grace) == nil {
			cancel(context.Cause(ctx))
		}
	})
	return late, func() {
		stop()
		cancel(context.Canceled)
	}
}
