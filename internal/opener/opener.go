// Package opener opens access through the keeper, or by work in this process
// where that is wanted or no keeper can be started. Whoever uses it need not know
// which of the two it was.
package opener

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// logoutLimit bounds the logout at the end; a token that stays ends by itself.
const logoutLimit = 3 * time.Second

// Options are what an Opener needs of its surroundings.
type Options struct {
	// Keeper does the work, and is started when it is not there; nil means that
	// this process does it.
	Keeper *keeper.Keeper
	// Journal is where this process writes down what it opens itself.
	Journal lease.Options
	// AskCode asks for an MFA code; nil means that prompting is not possible.
	AskCode access.AskCode
	// Opened is told of each access that was opened, beside the use of it; Close
	// waits for it. May be nil.
	Opened func(access.Info)
	// Closing tells that Close begins a step that may take a while; the function
	// that it returns ends the step. May be nil.
	Closing func(access.Step) (end func())
	// Debugf receives lines for -v; may be nil.
	Debugf func(format string, args ...any)
}

// Opener opens access and gives API sessions. It implements access.Opener, and is
// safe for concurrent use.
type Opener struct {
	o        Options
	sessions *access.Sessions
	opened   sync.WaitGroup // calls of Options.Opened

	mu     sync.Mutex
	lender *keeper.Keeper // lends its API tokens; may be nil
	local  *local         // made when it is needed
}

// New prepares the work. It starts nothing: a keeper's token is borrowed only
// from one that runs already.
func New(o Options) *Opener {
	if o.Closing == nil {
		o.Closing = func(access.Step) func() { return func() {} }
	}
	if o.Debugf == nil {
		o.Debugf = func(string, ...any) {}
	}
	op := &Opener{o: o}
	if o.Keeper == nil {
		op.sessions = access.NewSessions()
		return op
	}
	running := *o.Keeper
	running.Command = nil
	op.lender = &running
	op.sessions = access.BorrowSessions(op.borrow)
	return op
}

// borrow is an access.Lender: the keeper's token, unless there is no keeper.
func (op *Opener) borrow(ctx context.Context, a profile.Account, n access.Network, refused client.Token) (client.Token, error) {
	op.mu.Lock()
	lender := op.lender
	op.mu.Unlock()
	t, err := lender.Token(ctx, a, n, refused)
	var none *keeper.NotRunningError
	var unavailable *keeper.UnavailableError
	if errors.As(err, &none) || errors.As(err, &unavailable) {
		err = access.ErrNoLender
	}
	return t, err
}

// Keeper is the keeper that does the work, or nil.
func (op *Opener) Keeper() *keeper.Keeper { return op.o.Keeper }

// Sessions are the API sessions of this process.
func (op *Opener) Sessions() *access.Sessions { return op.sessions }

// Session is the API session of an account: with the keeper's token, else with a
// login of this process at the first call.
func (op *Opener) Session(a profile.Account, n access.Network) (*client.Session, error) {
	return op.sessions.Session(a, n, op.o.AskCode)
}

// Open implements access.Opener.
func (op *Opener) Open(ctx context.Context, r access.Request, progress access.Progress) (access.Access, error) {
	opened, err := op.open(ctx, r, progress)
	if err == nil && op.o.Opened != nil {
		op.opened.Go(func() { op.o.Opened(opened.Info()) })
	}
	return opened, err
}

func (op *Opener) open(ctx context.Context, r access.Request, progress access.Progress) (access.Access, error) {
	rec := access.NewRecorder(progress, op.o.Journal.Now)
	if op.o.Keeper != nil {
		opened, err := op.o.Keeper.Open(ctx, r, rec.Forward())
		var none *keeper.UnavailableError
		if !errors.As(err, &none) {
			return opened, err
		}
		op.o.Debugf("%v; working in this process", err)
	}
	local, err := op.inProcess(r.Account, r.Network)
	if err != nil {
		return nil, err
	}
	opened, err := local.opener.Open(ctx, r, rec.Forward())
	if err != nil {
		return nil, err
	}
	return untilNext{opened}, nil
}

// untilNext says who deletes what this process could not.
type untilNext struct{ access.Access }

func (u untilNext) Close(ctx context.Context) (lease.Outcome, error) {
	outcome, err := u.Access.Close(ctx)
	if outcome == lease.Pending && err != nil {
		err = message.Errorf("%w; the next command retries", err)
	}
	return outcome, err
}

// Reap has somebody look, beside the calls, at what dead processes left over: the
// keeper, which the first call starts then, or this process. Where the journal is
// empty nobody does. It has to be called before the first call of a session.
func (op *Opener) Reap(a profile.Account, n access.Network) {
	if !lease.Any(op.o.Journal.Dir) {
		return
	}
	if op.o.Keeper != nil {
		op.mu.Lock()
		op.lender = op.o.Keeper
		op.mu.Unlock()
		return
	}
	if _, err := op.inProcess(a, n); err != nil {
		op.o.Debugf("nothing is deleted that was left over: %v", err)
	}
}

// Close ends the work, and logs out. A login under way is waited for: its token
// would stay. What could not be deleted is the next process's.
func (op *Opener) Close(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	op.opened.Wait()
	op.mu.Lock()
	local := op.local
	op.local = nil
	op.mu.Unlock()
	if local != nil {
		end := op.o.Closing(access.StepDelete)
		local.close(ctx)
		end()
	}
	defer op.o.Closing(access.StepLogout)()
	limit, cancel := context.WithTimeout(ctx, logoutLimit)
	defer cancel()
	_ = op.sessions.Close(limit)
}
