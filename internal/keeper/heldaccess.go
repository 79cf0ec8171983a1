package keeper

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"

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
		open, err := k.open(ctx, r, rec)
		var lost *lostError
		if err == nil || !errors.As(err, &lost) || try == openTries || ctx.Err() != nil {
			return open, err
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
	h := &heldAccess{keeper: k, request: r, recorder: rec, w: w, closing: make(chan struct{}), ended: make(chan struct{})}
	if err := h.ask(ctx, request{Op: opOpen, Open: &r}, rec.Forward()); err != nil {
		w.close()
		return nil, err
	}
	life, letGo := context.WithCancel(context.WithoutCancel(ctx))
	h.letGo = letGo
	go h.watch(life)
	return h, nil
}

// heldAccess is access whose lease the keeper holds.
type heldAccess struct {
	keeper   *Keeper
	request  access.Request
	recorder *access.Recorder
	closing  chan struct{} // closed by Close
	once     sync.Once
	ended    chan struct{} // closed when watch has ended
	letGo    func()        // the outcome is no longer wanted: ends watch

	mu   sync.Mutex
	w    *wire
	info access.Info

	outcome lease.Outcome // set before ended is closed
	err     error
}

// ask sends the request that begins the hold and waits for the mapping.
func (h *heldAccess) ask(ctx context.Context, r request, progress access.Progress) error {
	w := h.wire()
	defer context.AfterFunc(ctx, w.close)()
	r.PID, r.Command = os.Getpid(), h.request.Command
	if err := w.write(r); err != nil {
		return &lostError{err}
	}
	got, err := h.keeper.answer(ctx, w, progress)
	if err != nil {
		return err
	}
	if got.Info == nil {
		return errNoSense
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.info = *got.Info
	return nil
}

func (h *heldAccess) wire() *wire {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.w
}

// Info implements access.Access.
func (h *heldAccess) Info() access.Info {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.info
}

// watch reads until the keeper says how the hold ended. When the keeper dies it
// registers the hold with the next one, which took over the journal.
func (h *heldAccess) watch(ctx context.Context) {
	defer close(h.ended)
	defer func() { h.wire().close() }()
	for {
		var got response
		err := h.wire().read(&got)
		switch {
		case err == nil && got.Outcome != "":
			h.outcome, h.err = got.Outcome, got.Err.decode()
			return
		case err == nil && got.Err != nil:
			h.outcome, h.err = lease.Pending, got.Err.decode()
			return
		case err == nil:
			continue // Stopped: the outcome follows
		}
		if err := h.resume(ctx); err != nil {
			h.keeper.debugf("the keeper has died and no other took over: %v", err)
			h.outcome, h.err = lease.Pending, err
			return
		}
		if h.isClosing() {
			_ = h.wire().write(request{Op: opClose})
		}
	}
}

func (h *heldAccess) isClosing() bool {
	select {
	case <-h.closing:
		return true
	default:
		return false
	}
}

// resume registers the hold with the next keeper.
func (h *heldAccess) resume(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, resumeLimit)
	defer cancel()
	info := h.Info()
	for {
		w, err := h.keeper.dial(ctx)
		if err != nil {
			return err
		}
		h.mu.Lock()
		h.w.close()
		h.w = w
		h.mu.Unlock()
		err = h.ask(ctx, request{Op: opResume, Open: &h.request, Info: &info}, nil)
		var lost *lostError
		if !errors.As(err, &lost) || ctx.Err() != nil {
			if err == nil {
				h.keeper.debugf("the keeper has died; the next one took over %s", info.Mapping.Addr)
			}
			return err
		}
	}
}

// Close implements access.Access: it asks for the end and waits for it, for 5 s
// when ctx has no deadline.
func (h *heldAccess) Close(ctx context.Context) (lease.Outcome, error) {
	end := h.recorder.Start(access.StepDelete)
	outcome, err := h.end(ctx)
	end(outcome.Text(), err)
	return outcome, err
}

func (h *heldAccess) end(ctx context.Context) (lease.Outcome, error) {
	limit := closeLimit
	if deadline, ok := ctx.Deadline(); ok {
		limit = time.Until(deadline)
	}
	h.once.Do(func() {
		close(h.closing)
		_ = h.wire().write(request{Op: opClose, Within: limit - answerTime})
	})
	defer h.letGo()
	select {
	case <-h.ended:
		if h.outcome == lease.Pending && h.err != nil {
			return h.outcome, message.Errorf("%w; the keeper keeps retrying", h.err)
		}
		return h.outcome, h.err
	case <-ctx.Done():
		// The keeper has it in its hands, and needs no listener.
		defer h.wire().close()
		return lease.Pending, message.Errorf("the keeper keeps retrying")
	}
}
