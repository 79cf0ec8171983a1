package keeper

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// Time limits of the server.
const (
	// helloLimit is how long a new connection may take to say what it wants.
	helloLimit = 5 * time.Second
	// releaseLimit is how long a deletion is tried for a user who has gone; the
	// leases go on trying after that.
	releaseLimit = 20 * time.Second
	// stopLimit is how long the end waits for what is being opened and deleted.
	stopLimit = 30 * time.Second
	// DefaultIdle is how long a keeper without work stays.
	DefaultIdle = 10 * time.Minute
	// restAfter is how long a keeper without work keeps the memory that its work
	// took. Warm connections stay, until their idle timeouts or the other side
	// end them: they are what the next command is quick by.
	restAfter = time.Minute
)

// Backend does the keeper's work; *access.Local has it.
type Backend interface {
	access.Opener
	// Adopt takes over a mapping that a keeper opened which has died.
	Adopt(ctx context.Context, r access.Request, i access.Info) (access.Access, error)
	// Lingering are the mappings without a user that wait for the next one.
	Lingering() []access.Info
}

// Sessions are the API sessions; *access.Sessions has them.
type Sessions interface {
	Session(a profile.Account, n access.Network, ask access.AskCode) (*client.Session, error)
	List() []access.SessionInfo
	Close(ctx context.Context) error
}

// Leases are the mappings whose deletion is still being tried; *lease.Manager
// has them.
type Leases interface {
	Pending() int
	// Settle waits until nothing is pending or ctx ends.
	Settle(ctx context.Context) error
}

// Server is a keeper's inside. Its fields are set once, before Serve.
type Server struct {
	Version  string
	Backend  Backend
	Sessions Sessions
	Leases   Leases
	// Idle is how long to stay without work; 0 is DefaultIdle.
	Idle time.Duration
	// Seen is told of each account that a request brings, so that what this
	// account left over can be deleted; may be nil. It must not block.
	Seen func(profile.Account, access.Network)
	// Rest is called when there has been no work for a while, to give back
	// memory; may be nil.
	Rest func()
	Log  *slog.Logger

	started time.Time
	conns   sync.WaitGroup
	stop    context.CancelCauseFunc
	idle    *time.Timer
	rest    *time.Timer

	mu       sync.Mutex
	active   int           // connections that work
	stopping bool          // no more work is taken on
	quiet    chan struct{} // closed when stopping and nothing is active
	holds    map[*hold]struct{}
}

// errStopped is why a request ends early.
var errStopped = message.WithHint(message.Errorf("the keeper was told to stop"), "try again: that starts another one")

// Serve accepts commands until ctx ends, it is told to stop, or it has been idle
// for long enough. Then it gives back what is open and logs out.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, s.stop = context.WithCancelCause(ctx)
	defer s.stop(nil)
	s.begin()
	defer s.idle.Stop()
	defer s.rest.Stop()
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				err = nil
			}
			return errors.Join(err, s.end())
		}
		s.conns.Go(func() { s.serveConn(ctx, conn) })
	}
}

func (s *Server) begin() {
	s.mu.Lock() // the timers may be up at once
	defer s.mu.Unlock()
	s.started = time.Now()
	s.holds, s.quiet = map[*hold]struct{}{}, make(chan struct{})
	if s.Idle == 0 {
		s.Idle = DefaultIdle
	}
	s.idle = time.AfterFunc(s.Idle, s.onIdle)
	s.rest = time.AfterFunc(restAfter, s.onRest)
}

// end gives everything back. It waits for the connections' own clean-up, then
// logs out.
func (s *Server) end() error {
	err := s.giveUp()
	s.conns.Wait()
	return err
}

// giveUp takes on no more work, ends what is under way, waits until all is
// deleted, and logs out. It may be called more than once.
func (s *Server) giveUp() error {
	s.refuseWork()
	s.stop(errStopped)
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	var err error
	select {
	case <-s.quiet:
	case <-ctx.Done():
		err = message.Errorf("something is still being opened or deleted; the next command continues it")
	}
	return errors.Join(err, s.Leases.Settle(ctx), s.Sessions.Close(ctx))
}

func (s *Server) refuseWork() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return
	}
	s.stopping = true
	if s.active == 0 {
		close(s.quiet)
	}
}

// work counts a connection that keeps the keeper alive; not ok means that the
// keeper is about to end.
func (s *Server) work() (done func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return nil, false
	}
	s.active++
	return s.workDone, true
}

func (s *Server) workDone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active--
	if s.active > 0 {
		return
	}
	if s.stopping {
		close(s.quiet)
		return
	}
	s.idle.Reset(s.Idle)
	s.rest.Reset(min(restAfter, s.Idle))
}

// onIdle ends a keeper that has nothing to do, and nothing to wait for.
func (s *Server) onIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active > 0 {
		return // its end sets the timer again
	}
	if s.Leases.Pending() > 0 || len(s.Backend.Lingering()) > 0 {
		s.idle.Reset(s.Idle)
		return
	}
	s.Log.Info("ending, for there was no work", "idle", s.Idle)
	if !s.stopping {
		s.stopping = true
		close(s.quiet)
	}
	s.stop(errStopped)
}

func (s *Server) onRest() {
	s.mu.Lock()
	resting := s.active == 0 && s.Rest != nil
	s.mu.Unlock()
	if resting {
		s.Rest()
	}
}

func (s *Server) serveConn(ctx context.Context, conn net.Conn) {
	w := newWire(conn)
	defer w.close()
	var r request
	_ = conn.SetReadDeadline(time.Now().Add(helloLimit))
	if err := w.read(&r); err != nil {
		if !errors.Is(err, errClosed) {
			s.Log.Warn("a request could not be read", "error", err)
			_ = w.write(response{Err: encodeError(err)})
		}
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	if err := s.dispatch(ctx, w, r); err != nil {
		_ = w.write(response{Err: encodeError(err)})
	}
}

func (s *Server) dispatch(ctx context.Context, w *wire, r request) error {
	switch r.Op {
	case opOpen, opResume:
		if r.Open == nil || r.Op == opResume && r.Info == nil {
			return message.Errorf("the request %q is incomplete", r.Op)
		}
		return s.asWork(func() error { return s.serveHold(ctx, w, r) })
	case opToken:
		if r.Account == nil || r.Network == nil {
			return message.Errorf("the request %q is incomplete", r.Op)
		}
		return s.asWork(func() error { return s.serveToken(ctx, w, r) })
	case opStatus:
		st := s.status()
		return w.write(response{Status: &st})
	case opLogout:
		limit, cancel := context.WithTimeout(ctx, releaseLimit)
		defer cancel()
		if err := s.Sessions.Close(limit); err != nil {
			return err
		}
		return w.write(response{Done: true})
	case opStop:
		return s.serveStop(w)
	}
	return message.Errorf("this keeper (%s) does not know the request %.40q", s.Version, r.Op)
}

// asWork runs a request unless the keeper is about to end. Then the connection
// closes without an answer, at which the command turns to the next keeper.
func (s *Server) asWork(serve func() error) error {
	done, ok := s.work()
	if !ok {
		return nil
	}
	defer done()
	return serve()
}

// serveStop ends the keeper and answers when everything is given back.
func (s *Server) serveStop(w *wire) error {
	failures := s.failures()
	failed := errors.Join(s.giveUp(), failures())
	return errors.Join(failed, w.write(response{Done: failed == nil, Err: encodeError(failed)}))
}

// failures tells, when everything is given back, which of the mappings that are open
// now could not be.
func (s *Server) failures() func() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var holds []*hold
	for h := range s.holds {
		holds = append(holds, h)
	}
	return func() error {
		var all []error
		for _, h := range holds {
			select {
			case <-h.done:
				all = append(all, h.failure)
			default: // giveUp told that it did not end in time
			}
		}
		return errors.Join(all...)
	}
}
