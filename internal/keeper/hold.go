package keeper

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
)

// hold is one command's use of an open mapping.
type hold struct {
	info    access.Info
	user    User
	done    chan struct{} // closed when the mapping was given back
	failure error         // why it could not be; read after done
}

// serveHold opens or adopts a mapping and keeps it for as long as the connection
// lives.
func (s *Server) serveHold(ctx context.Context, w *wire, r request) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in := receive(ctx, w, cancel)
	if s.Seen != nil {
		s.Seen(r.Open.Account, r.Open.Network)
	}
	ask, stop := askCode(w, in)
	r.Open.AskCode = ask
	open, err := s.openAccess(ctx, w, r)
	stop()
	if err != nil {
		return err
	}
	h := &hold{
		info: open.Info(), done: make(chan struct{}),
		user: User{PID: r.PID, Command: r.Command, Since: time.Now()},
	}
	s.register(h)
	info := open.Info()
	within := releaseLimit
	if w.write(response{Info: &info}) == nil {
		within = s.wait(ctx, w, in)
	}
	return s.release(w, h, open, within)
}

func (s *Server) openAccess(ctx context.Context, w *wire, r request) (access.Access, error) {
	if r.Op == opResume {
		return s.Backend.Adopt(ctx, *r.Open, *r.Info)
	}
	return s.Backend.Open(ctx, *r.Open, func(e access.Event) { _ = w.write(response{Event: &e}) })
}

func (s *Server) register(h *hold) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds[h] = struct{}{}
}

// wait blocks until the user has gone, asks for the end, or the keeper stops. It
// returns how long the user waits for the deletion.
func (s *Server) wait(ctx context.Context, w *wire, in <-chan request) time.Duration {
	for {
		select {
		case r, ok := <-in:
			if !ok {
				return releaseLimit
			}
			if r.Op == opClose {
				return r.Within
			}
		case <-ctx.Done():
			_ = w.write(response{Stopped: true})
			return releaseLimit
		}
	}
}

// release gives the mapping back, even when the user no longer listens.
func (s *Server) release(w *wire, h *hold, open access.Access, within time.Duration) error {
	if within <= 0 || within > releaseLimit {
		within = releaseLimit
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	outcome, err := open.Close(ctx)
	if err != nil {
		s.Log.Warn("giving back a mapping", "address", h.info.Mapping.Addr, "error", err)
	}
	h.failure = err
	s.mu.Lock()
	delete(s.holds, h)
	s.mu.Unlock()
	close(h.done)
	_ = w.write(response{Outcome: outcome, Err: encodeError(err)})
	return nil
}

// receive passes on what the peer sends; when the peer has gone it closes the
// channel and calls gone.
func receive(ctx context.Context, w *wire, gone func()) <-chan request {
	in := make(chan request)
	go func() {
		defer gone()
		defer close(in)
		for {
			var r request
			if w.read(&r) != nil {
				return
			}
			select {
			case in <- r:
			case <-ctx.Done():
				return
			}
		}
	}()
	return in
}

// askCode asks the user of the command at the other end, who has the terminal, for
// an MFA code. After stop there is none: others read the channel then.
func askCode(w *wire, in <-chan request) (ask access.AskCode, stop func()) {
	var stopped atomic.Bool
	ask = func(ctx context.Context) (string, error) {
		if stopped.Load() {
			return "", nil
		}
		if err := w.write(response{AskCode: true}); err != nil {
			return "", err
		}
		for {
			select {
			case r, ok := <-in:
				switch {
				case !ok:
					return "", errClosed
				case r.Op == opCode:
					return r.Code, nil // "" when there is none
				}
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
	}
	return ask, func() { stopped.Store(true) }
}
