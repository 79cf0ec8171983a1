package access

import (
	"context"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/wait"
)

// errOtherAccount says that a left over mapping belongs to another account.
var errOtherAccount = message.Errorf("it was made with another account; run any command with that profile")

// KeeperProgram is the program, in the journal, of leases whose users are other
// processes (the keeper). When it dies they may still be there.
const KeeperProgram = "keeper"

// adoptGrace is how long the users of a dead keeper have to register with the
// next one before their mappings count as left over.
const adoptGrace = 3 * time.Second

// lookAgain is how soon a request makes a Reaper check the journal again:
// processes may have died meanwhile.
const lookAgain = 10 * time.Second

// Reaper deletes what dead processes left open, whenever their account shows up.
// It is safe for concurrent use.
type Reaper struct {
	ctx      context.Context //nolint:containedctx // the reaper's life
	leases   *lease.Manager
	sessions *Sessions
	logf     func(format string, args ...any)
	looks    sync.WaitGroup

	mu     sync.Mutex
	looked map[string]time.Time // by account: when the journal was last looked at
}

// NewReaper returns a reaper whose work ends with ctx. logf is told what becomes
// of each mapping that was left over.
func NewReaper(ctx context.Context, leases *lease.Manager, sessions *Sessions, logf func(format string, args ...any)) *Reaper {
	return &Reaper{ctx: ctx, leases: leases, sessions: sessions, logf: logf, looked: map[string]time.Time{}}
}

// Seen starts a search for this account's orphans. It does not block.
func (r *Reaper) Seen(a profile.Account, n Network) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if key, now := a.Key(), time.Now(); now.Sub(r.looked[key]) >= lookAgain {
		r.looked[key] = now
		r.looks.Go(func() { r.look(a, n) })
	}
}

func (r *Reaper) look(a profile.Account, n Network) {
	err := Reap(r.ctx, r.leases, r.sessions, a, n, func(e lease.Entry, o lease.Outcome, err error) {
		because := ""
		if err != nil {
			because = ": " + err.Error()
		}
		r.logf("left over %s:%d of SIM %s: %s%s", e.IP, e.Port, e.Spec.SimID, o, because)
	})
	if err != nil {
		r.logf("deleting what was left over: %v", err)
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.looked, a.Key()) // the account's next command has another look
	}
}

// Wait returns when all looks are over, or ctx is.
func (r *Reaper) Wait(ctx context.Context) {
	over := make(chan struct{})
	go func() { r.looks.Wait(); close(over) }()
	select {
	case <-over:
	case <-ctx.Done():
	}
}

// Reap deletes what dead processes left open with an account's operator.
// Mappings of other operators stay for the commands that have their account.
func Reap(ctx context.Context, leases *lease.Manager, sessions *Sessions, a profile.Account, n Network,
	report func(lease.Entry, lease.Outcome, error),
) error {
	session, err := sessions.Session(a, n, nil)
	if err != nil {
		return err
	}
	return leases.Reap(ctx, func(e lease.Entry) (lease.API, error) {
		if e.Spec.Endpoint != a.Endpoint {
			return nil, errOtherAccount
		}
		token, err := session.Token(ctx)
		if err != nil {
			return nil, err
		}
		// An intent, whose mapping is unknown, can't be used.
		if e.Owner.Program == KeeperProgram && e.State == lease.Live && e.Spec.OperatorID == token.OperatorID {
			if err := wait.For(ctx, adoptGrace); err != nil {
				return nil, err
			}
		}
		if e.Spec.OperatorID != token.OperatorID {
			return nil, errOtherAccount
		}
		return session, nil
	}, report)
}
