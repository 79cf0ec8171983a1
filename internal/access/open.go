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

// job is one run of Open: what is known so far.
type job struct {
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
//	then        share a way of this process that leads there, reuse a fitting
//	            mapping, or create one
//
// A way that the same request led to in the last minute is shared at once.
func (l *Local) Open(ctx context.Context, r Request, progress Progress) (Access, error) {
	j, err := l.newJob(r, progress)
	if err != nil {
		return nil, err
	}
	ask := askKeyOf(j.request, j.target)
	if !j.request.NoReuse {
		done, err := l.shares.turn(ctx, ask)
		if err != nil {
			return nil, err
		}
		defer done()
		if u := l.shares.again(ask, j.request, j.from(ctx)); u != nil {
			return j.shared(u), nil
		}
	}
	if err := j.learn(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	if m, ok := j.fitting(); ok { //nolint:contextcheck // reading the journal takes no time to cancel
		return j.reuse(m), nil
	}
	u, err := j.shareOrCreate(ctx)
	if err != nil {
		return nil, err
	}
	l.shares.remember(ask, u, j.from(ctx))
	return u, nil
}

// from is this machine's address towards the services that tell the public one:
// when it changes, so may the public address.
func (j *job) from(ctx context.Context) netip.Addr {
	if len(j.request.Sources) > 0 {
		return netip.Addr{}
	}
	addr, _ := j.finder.LocalAddr(ctx)
	return addr
}

func (j *job) shared(u *user) *user {
	u.recorder = j.Recorder
	j.Start(StepMapping)(message.New("shared %s", u.share.way.info.Mapping.Addr), nil)
	return u
}

// shareOrCreate joins the users of a live way, or makes one. One job at a time
// does so for one way.
func (j *job) shareOrCreate(ctx context.Context) (*user, error) {
	key := shareKeyOf(j.request, j.spec())
	if j.request.NoReuse {
		key.alone = new(byte)
	}
	done, err := j.shares.turn(ctx, key)
	if err != nil {
		return nil, err
	}
	defer done()
	if u := j.shares.join(key, j.request); u != nil {
		return j.shared(u), nil
	}
	return j.create(ctx, key)
}

// newJob checks all that can be checked without the network.
func (l *Local) newJob(r Request, progress Progress) (*job, error) {
	r, err := checked(r)
	if err != nil {
		return nil, err
	}
	t, err := parseTarget(r.Target)
	if err != nil {
		return nil, err
	}
	api, err := l.o.Sessions.Session(r.Account, r.Network)
	if err != nil {
		return nil, err
	}
	finder, err := l.o.Finders.Finder(r.Network.IPServices)
	if err != nil {
		return nil, err
	}
	return &job{Local: l, Recorder: NewRecorder(progress, l.o.Now), request: r, target: t, api: api, finder: finder}, nil
}

// learn finds out everything that the mapping depends on, as much at once as
// there can be. The first failure ends the rest.
func (j *job) learn(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return j.learnAddress(ctx) })
	all.Go(func() error {
		if err := j.logIn(ctx); err != nil {
			return err
		}
		if err := j.findAndList(ctx); err != nil {
			return err
		}
		return j.listForSIM(ctx)
	})
	return all.Wait()
}

func (j *job) findAndList(ctx context.Context) error {
	j.noteOurs() //nolint:contextcheck // reading the journal takes no time to cancel
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return j.findSIM(ctx) })
	both.Go(func() error { return j.listMappings(ctx) })
	return both.Wait()
}

func (j *job) learnAddress(ctx context.Context) error {
	if len(j.request.Sources) > 0 {
		return nil
	}
	end := j.Start(StepAddress)
	result, err := j.finder.Find(ctx)
	if err != nil {
		end(message.Text{}, err)
		return err
	}
	end(message.Verbatim(result.Addr.String()), nil)
	j.address = result
	return nil
}

func (j *job) logIn(ctx context.Context) error {
	end := j.Start(StepLogin)
	token, err := j.api.Token(ctx)
	end(message.Verbatim(token.OperatorID), err)
	j.operator = token.OperatorID
	return err
}

func (j *job) findSIM(ctx context.Context) error {
	end := j.Start(StepSIM)
	f, err := findSIM(ctx, j.api, j.target, j.o.Now())
	if err == nil && f.known {
		err = checkReach(f.sim, serviceFor(f.sim, j.request.Service), j.o.Now())
	}
	if err != nil {
		end(message.Text{}, err)
		return err
	}
	j.found = f
	end(j.sim().label(), nil)
	return nil
}

// listMappings lists while the SIM is being looked for: by SIM ID the SIM's
// mappings, else everybody's. The list serves reuse alone: a user who may not
// have it goes on without.
func (j *job) listMappings(ctx context.Context) error {
	if !j.reuses {
		return nil
	}
	end := j.Start(StepList)
	var list []client.PortMapping
	var err error
	if j.target.kind == bySimID {
		list, err = j.api.ListPortMappingsForSim(ctx, j.target.text)
	} else {
		list, err = collect(j.api.ListPortMappings(ctx))
	}
	return j.listedAs(end, list, err)
}

// listForSIM lists again when listing everybody's mappings was denied: the right
// to list one SIM's can be given alone.
func (j *job) listForSIM(ctx context.Context) error {
	if !j.reuses || j.listed || j.target.kind == bySimID || j.found.sim.SimID == "" {
		return nil
	}
	end := j.Start(StepList)
	list, err := j.api.ListPortMappingsForSim(ctx, j.found.sim.SimID)
	return j.listedAs(end, list, err)
}

func (j *job) listedAs(end func(message.Text, error), list []client.PortMapping, err error) error {
	if refused := (*client.Error)(nil); errors.As(err, &refused) {
		j.o.Debugf("no mapping is reused: %v", err)
		end(message.New("refused with status %d", refused.Status), nil)
		return nil
	}
	if err != nil {
		end(message.Text{}, err)
		return err
	}
	end(message.New("%d open", len(list)), nil)
	j.mappings, j.listed = list, true
	return nil
}

// create makes a mapping. A cancelled job must not lose the answer, or the
// mapping would stay: the request gets some more time, then the mapping goes.
func (j *job) create(ctx context.Context, key shareKey) (*user, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	end := j.Start(StepMapping)
	late, stop := outlive(ctx, graceAfterCancel)
	defer stop()
	made, err := j.createAllowed(late)
	if err != nil {
		end(message.Text{}, err)
		return nil, err
	}
	w := j.way(made.Mapping())
	w.lease = made
	if ctx.Err() != nil {
		end(message.Text{}, ctx.Err())
		return nil, j.abandon(ctx, w)
	}
	end(message.New("created %s", w.info.Mapping.Addr), nil)
	u := j.shares.add(key, w, j.request)
	u.recorder = j.Recorder
	return u, nil
}

// createAllowed makes the mapping by what was typed and, when the user may not,
// by what was found.
func (j *job) createAllowed(ctx context.Context) (*lease.Lease, error) {
	specs := j.specs()
	made, err := j.o.Leases.Create(ctx, j.api, specs[0])
	if isForbidden(err) && len(specs) > 1 && ctx.Err() == nil {
		j.o.Debugf("%v; trying the API's other call", err)
		if again, errAgain := j.o.Leases.Create(ctx, j.api, specs[1]); !isForbidden(errAgain) {
			made, err = again, errAgain
		}
	}
	if message.Hint(err).IsZero() {
		err = message.WithHint(err, "check that the SIM has an %s session now: napter-connect sims", specs[0].Service)
	}
	return made, err
}

// abandon deletes what was made for a job that was cancelled meanwhile.
func (j *job) abandon(ctx context.Context, w *way) error {
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceAfterCancel)
	defer cancel()
	if _, err := w.giveBack(fresh, false); err != nil {
		return message.Errorf("%w; deleting mapping %s: %w", context.Cause(ctx), w.info.Mapping.Addr, err)
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
