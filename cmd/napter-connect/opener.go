package main

import (
	"context"
	"errors"
	"sync"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
)

// job is what a command that opens access works with: the keeper, or its own
// process where that is wanted or no keeper can be started.
type job struct {
	app      *app
	settings *settings
	command  string
	keeper   *keeper.Keeper // nil: work in this process
	sessions *access.Sessions
	stopReap context.CancelFunc

	mu    sync.Mutex
	local *localJob // made when it is needed
	notes sync.WaitGroup
}

// openJob prepares the work. It starts nothing yet.
func (a *app) openJob(s *settings, command string, noKeeper bool) *job {
	j := &job{app: a, settings: s, command: command}
	if !noKeeper && a.wantsKeeper(s) {
		k, err := a.keeper(s, true)
		if err != nil {
			a.debugf("no keeper: %v", err)
		} else {
			j.keeper = k
		}
	}
	j.sessions = a.sessions(running(j.keeper))
	return j
}

// running is the same keeper, but none is started for it.
func running(k *keeper.Keeper) *keeper.Keeper {
	if k == nil {
		return nil
	}
	r := *k
	r.Command = nil
	return &r
}

func (a *app) wantsKeeper(s *settings) bool {
	return !s.file.NoKeeper && a.getenv("NAPTER_CONNECT_NO_KEEPER") == ""
}

// Open implements access.Opener. The SIM that it found is remembered meanwhile.
func (j *job) Open(ctx context.Context, r access.Request, progress access.Progress) (access.Access, error) {
	way, err := j.open(ctx, r, progress)
	if err == nil {
		j.notes.Go(func() { j.app.rememberUsed(j.settings, way.Info()) })
	}
	return way, err
}

func (j *job) open(ctx context.Context, r access.Request, progress access.Progress) (access.Access, error) {
	rec := access.NewRecorder(progress, j.app.now)
	if j.keeper != nil {
		way, err := j.keeper.Open(ctx, r, rec.Forward())
		var none *keeper.UnavailableError
		if !errors.As(err, &none) {
			return way, err
		}
		j.app.debugf("%v; working in this process", err)
	}
	local, err := j.inProcess()
	if err != nil {
		return nil, err
	}
	way, err := local.opener.Open(ctx, r, rec.Forward())
	if err != nil {
		return nil, err
	}
	return untilNext{way}, nil
}

// untilNext says who deletes what this process could not.
type untilNext struct{ access.Access }

func (u untilNext) Close(ctx context.Context) (access.Outcome, error) {
	outcome, err := u.Access.Close(ctx)
	if outcome == access.Pending && err != nil {
		err = message.Errorf("%w; the next command goes on trying", err)
	}
	return outcome, err
}

// audit gives the audit log of a request's account.
func (j *job) audit(r access.Request) (launch.AuditLog, error) {
	return j.sessions.Session(r.Account, r.Network)
}

func (j *job) inProcess() (*localJob, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.local != nil {
		return j.local, nil
	}
	local, err := j.newLocal()
	if err != nil {
		return nil, err
	}
	j.local = local
	// Its own context: what was left over goes on being deleted while the
	// session ends.
	ctx, cancel := context.WithCancel(context.Background())
	j.stopReap = cancel
	go local.reap(ctx, j.app, j.settings)
	return local, nil
}

// close ends the work, and logs out. A login under way is waited for: its token
// would stay.
func (j *job) close(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	j.notes.Wait()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.local != nil {
		done := j.app.waiting(j.app.texts().Steps.Delete)
		limit, cancel := context.WithTimeout(ctx, reapLimit)
		j.local.close(limit)
		cancel()
		j.stopReap()
		done()
	}
	defer j.app.waiting(j.app.texts().Steps.Out)()
	limit, cancel := context.WithTimeout(ctx, logoutLimit)
	defer cancel()
	_ = j.sessions.Close(limit)
}
