package keeper

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Limits of a hold, seen from the command.
const (
	// closeLimit is how long an orderly end waits for "deleted" when the caller
	// sets no deadline.
	closeLimit = 5 * time.Second
	// answerTime is what the keeper's answer to that takes: it must come before
	// the caller's limit, since it says why the deletion takes long.
	answerTime = 250 * time.Millisecond
	// resumeLimit is how long a command tries to reach the next keeper when its
	// own has died.
	resumeLimit = 30 * time.Second
	// openTries is how many keepers may die under one Open.
	openTries = 3
)

// Open implements access.Opener. A keeper that dies meanwhile is followed by
// another, which deletes what the first may have left.
func (k *Keeper) Open(ctx context.Context, r access.Request, progress access.Progress) (access.Access, error) {
	rec := access.NewRecorder(progress, nil)
	for try := 1; ; try++ {
		way, err := k.open(ctx, r, rec)
		var lost *lostError
		if err == nil || !errors.As(err, &lost) || try == openTries || ctx.Err() != nil {
			return way, err
		}
		k.debugf("%v; trying again", err)
	}
}

func (k *Keeper) open(ctx context.Context, r access.Request, rec *access.Recorder) (access.Access, error) {
	end := rec.Start(access.StepKeeper)
	w, err := k.dial(ctx)
	end(message.Text{}, err)
	if err != nil {
		return nil, err
	}
	y := &way{keeper: k, request: r, recorder: rec, w: w, closing: make(chan struct{}), ended: make(chan struct{})}
	if err := y.ask(ctx, request{Op: opOpen, Open: &r}, rec.Forward()); err != nil {
		w.close()
		return nil, err
	}
	life, letGo := context.WithCancel(context.WithoutCancel(ctx))
	y.letGo = letGo
	go y.watch(life)
	return y, nil
}

// way is an open way whose lease the keeper holds.
type way struct {
	keeper   *Keeper
	request  access.Request
	recorder *access.Recorder
	closing  chan struct{} // closed by Close
	once     sync.Once
	ended    chan struct{} // closed when watch has ended
	letGo    func()        // nobody wants the outcome any more: ends watch

	mu   sync.Mutex
	w    *wire
	info access.Info

	outcome access.Outcome // set before ended is closed
	err     error
}

// ask sends the request that begins the hold and waits for the way.
func (y *way) ask(ctx context.Context, r request, progress access.Progress) error {
	w := y.wire()
	defer context.AfterFunc(ctx, w.close)()
	r.PID, r.Command = os.Getpid(), y.request.Command
	if err := w.write(r); err != nil {
		return &lostError{err}
	}
	got, err := y.keeper.answer(ctx, w, progress)
	if err != nil {
		return err
	}
	if got.Info == nil {
		return errNoSense
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.info = *got.Info
	return nil
}

func (y *way) wire() *wire {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.w
}

// Info implements access.Access.
func (y *way) Info() access.Info {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.info
}

// watch reads until the keeper says how the hold ended. When the keeper dies it
// registers the hold with the next one, which took over the journal.
func (y *way) watch(ctx context.Context) {
	defer close(y.ended)
	defer func() { y.wire().close() }()
	for {
		var got response
		err := y.wire().read(&got)
		switch {
		case err == nil && got.Outcome != "":
			y.outcome, y.err = got.Outcome, got.Err.decode()
			return
		case err == nil && got.Err != nil:
			y.outcome, y.err = access.Pending, got.Err.decode()
			return
		case err == nil:
			continue // Stopped: the outcome follows
		}
		if err := y.resume(ctx); err != nil {
			y.keeper.debugf("the keeper has died and no other took over: %v", err)
			y.outcome, y.err = access.Pending, err
			return
		}
		if y.isClosing() {
			_ = y.wire().write(request{Op: opClose})
		}
	}
}

func (y *way) isClosing() bool {
	select {
	case <-y.closing:
		return true
	default:
		return false
	}
}

// resume registers the hold with the next keeper.
func (y *way) resume(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, resumeLimit)
	defer cancel()
	info := y.Info()
	for {
		w, err := y.keeper.dial(ctx)
		if err != nil {
			return err
		}
		y.mu.Lock()
		y.w.close()
		y.w = w
		y.mu.Unlock()
		err = y.ask(ctx, request{Op: opResume, Open: &y.request, Info: &info}, nil)
		var lost *lostError
		if !errors.As(err, &lost) || ctx.Err() != nil {
			if err == nil {
				y.keeper.debugf("the keeper has died; the next one took over %s", info.Mapping.Addr)
			}
			return err
		}
	}
}

// Close implements access.Access: it asks for the end and waits for it, for 5 s
// when ctx has no deadline.
func (y *way) Close(ctx context.Context) (access.Outcome, error) {
	end := y.recorder.Start(access.StepDelete)
	outcome, err := y.end(ctx)
	end(outcome.Text(), err)
	return outcome, err
}

func (y *way) end(ctx context.Context) (access.Outcome, error) {
	limit := closeLimit
	if deadline, ok := ctx.Deadline(); ok {
		limit = time.Until(deadline)
	}
	y.once.Do(func() {
		close(y.closing)
		_ = y.wire().write(request{Op: opClose, Within: limit - answerTime})
	})
	defer y.letGo()
	select {
	case <-y.ended:
		if y.outcome == access.Pending && y.err != nil {
			return y.outcome, message.Errorf("%w; the keeper goes on trying", y.err)
		}
		return y.outcome, y.err
	case <-ctx.Done():
		// The keeper has it in its hands, and needs no listener.
		defer y.wire().close()
		return access.Pending, message.Errorf("the keeper goes on trying")
	}
}
