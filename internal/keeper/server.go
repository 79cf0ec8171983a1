package keeper

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// Time limits of the server.
const (
	// helloLimit is how long a new connection may take to say what it wants.
	helloLimit = 5 * time.Second
	// releaseLimit is how long a deletion is tried for a user who has gone; the
	// leases go on trying after that.
	releaseLimit = 20 * time.Second
	// DefaultIdle is how long a keeper without work stays.
	DefaultIdle = 10 * time.Minute
)

// Backend does the keeper's work; *access.Local has it.
type Backend interface {
	access.Opener
	// Adopt takes over a way that a keeper opened which has died.
	Adopt(ctx context.Context, r access.Request, i access.Info) (access.Access, error)
}

// Sessions are the API sessions; *access.Sessions has them.
type Sessions interface {
	Session(a profile.Account, n access.Network) (*client.Session, error)
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
	Logf func(format string, args ...any)

	started time.Time
	work    sync.WaitGroup // connections
	mu      sync.Mutex
	stop    context.CancelFunc
	stopped bool // by opStop
	active  int  // connections that keep the keeper alive
	idle    *time.Timer
	holds   map[*hold]struct{}
}

// Serve accepts commands until ctx ends, it is told to stop, or it has been idle
// for long enough. Then it gives back what is open and logs out.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, s.stop = context.WithCancel(ctx)
	defer s.stop()
	s.started = time.Now()
	s.holds = map[*hold]struct{}{}
	if s.Idle == 0 {
		s.Idle = DefaultIdle
	}
	s.idle = time.AfterFunc(s.Idle, s.onIdle)
	defer s.idle.Stop()
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				err = nil
			}
			s.stop()
			return errors.Join(err, s.end())
		}
		s.work.Go(func() { s.serveConn(ctx, conn) })
	}
}

// end waits for the connections' own clean-up, then logs out.
func (s *Server) end() error {
	s.work.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), releaseLimit)
	defer cancel()
	err := s.Leases.Settle(ctx)
	return errors.Join(err, s.Sessions.Close(ctx))
}

// busy counts a connection that keeps the keeper alive.
func (s *Server) busy() (done func()) {
	s.mu.Lock()
	s.active++
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.active--
		s.idle.Reset(s.Idle)
	}
}

func (s *Server) onIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active > 0 || s.Leases.Pending() > 0 {
		s.idle.Reset(s.Idle)
		return
	}
	s.Logf("idle for %v: ending", s.Idle)
	s.stop()
}

func (s *Server) serveConn(ctx context.Context, conn net.Conn) {
	w := newWire(conn)
	defer w.close()
	if err := checkPeer(conn); err != nil {
		s.Logf("refused a connection: %v", err)
		return
	}
	var r request
	_ = conn.SetReadDeadline(time.Now().Add(helloLimit))
	if err := w.read(&r); err != nil {
		if !errors.Is(err, errClosed) {
			s.Logf("a request could not be read: %v", err)
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
			return fmt.Errorf("the request %q is incomplete", r.Op)
		}
		defer s.busy()()
		return s.serveHold(ctx, w, r)
	case opToken:
		if r.Account == nil || r.Network == nil {
			return fmt.Errorf("the request %q is incomplete", r.Op)
		}
		defer s.busy()()
		return s.serveToken(ctx, w, r)
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
	return fmt.Errorf("this keeper (%s) does not know the request %q", s.Version, r.Op)
}

// serveStop ends the keeper and answers when everything is given back: the last
// connection that does is this one.
func (s *Server) serveStop(w *wire) error {
	s.mu.Lock()
	s.stopped = true
	holds := make([]*hold, 0, len(s.holds))
	for h := range s.holds {
		holds = append(holds, h)
	}
	s.mu.Unlock()
	s.stop()
	var failed error
	for _, h := range holds {
		<-h.done
		failed = errors.Join(failed, h.failure)
	}
	ctx, cancel := context.WithTimeout(context.Background(), releaseLimit)
	defer cancel()
	failed = errors.Join(failed, s.Leases.Settle(ctx), s.Sessions.Close(ctx))
	return errors.Join(failed, w.write(response{Done: failed == nil, Err: encodeError(failed)}))
}

func (s *Server) status() Status {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	st := Status{
		Version: s.Version, Protocol: Protocol, PID: pid(), Started: s.started,
		Memory: m.Sys - m.HeapReleased, Pending: s.Leases.Pending(),
		Sessions: s.Sessions.List(), Leases: []LeaseInfo{},
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	byAddr := map[string]int{}
	for h := range s.holds {
		key := h.info.Mapping.Addr.String()
		i, ok := byAddr[key]
		if !ok {
			i = len(st.Leases)
			byAddr[key] = i
			st.Leases = append(st.Leases, LeaseInfo{Info: h.info})
		}
		st.Leases[i].Users = append(st.Leases[i].Users, h.user)
	}
	return st
}
