//go:build unix

package keeper

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// fakeBackend opens mappings that are nothing but counted.
type fakeBackend struct {
	open     atomic.Int32 // mappings that are open
	opened   atomic.Int32
	adopted  atomic.Int32
	begun    chan struct{} // told of each Open
	hold     chan struct{} // Open waits for it to be closed, if set
	closeErr error
	linger   atomic.Int32
}

func (b *fakeBackend) Open(ctx context.Context, r access.Request, progress access.Progress) (access.Access, error) {
	progress(access.Event{Step: access.StepLogin})
	if b.begun != nil {
		b.begun <- struct{}{}
	}
	if b.hold != nil {
		select {
		case <-b.hold:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	b.opened.Add(1)
	return b.access(r), nil
}

func (b *fakeBackend) Adopt(_ context.Context, r access.Request, i access.Info) (access.Access, error) {
	if !i.Mapping.Addr.IsValid() {
		return nil, access.ErrGone
	}
	b.adopted.Add(1)
	return b.access(r), nil
}

func (b *fakeBackend) access(r access.Request) *fakeAccess {
	b.open.Add(1)
	return &fakeAccess{b: b, target: r.Target}
}

func (b *fakeBackend) Lingering() []access.Info { return make([]access.Info, b.linger.Load()) }

type fakeAccess struct {
	b      *fakeBackend
	target string
	once   sync.Once
}

func (w *fakeAccess) Info() access.Info {
	return access.Info{
		SIM:     access.SIM{ID: w.target},
		Mapping: access.Mapping{Addr: netip.MustParseAddrPort("192.0.2.1:5")},
	}
}

func (w *fakeAccess) Close(context.Context) (lease.Outcome, error) {
	w.once.Do(func() { w.b.open.Add(-1) })
	if w.b.closeErr != nil {
		return lease.Pending, w.b.closeErr
	}
	return lease.Deleted, nil
}

type fakeSessions struct{ closed atomic.Int32 }

func (*fakeSessions) Session(profile.Account, access.Network, access.AskCode) (*client.Session, error) {
	return nil, errors.New("there is no API here")
}

func (*fakeSessions) List() []access.SessionInfo { return nil }
func (s *fakeSessions) Close(context.Context) error {
	s.closed.Add(1)
	return nil
}

type fakeLeases struct{ pending atomic.Int32 }

func (l *fakeLeases) Pending() int                 { return int(l.pending.Load()) }
func (l *fakeLeases) Settle(context.Context) error { return nil }

// served is a server at work, and how to reach it.
type served struct {
	*Server
	backend  *fakeBackend
	sessions *fakeSessions
	leases   *fakeLeases
	keeper   *Keeper
	ended    chan error
	end      context.CancelFunc
}

func serveFake(t *testing.T, change func(*Server, *fakeBackend)) *served {
	t.Helper()
	dir := t.TempDir()
	location := Location{State: dir, Socket: filepath.Join(dir, "k.sock")}
	l, err := daemon.Listen(location.Socket, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &served{
		backend: &fakeBackend{}, sessions: &fakeSessions{}, leases: &fakeLeases{},
		keeper: &Keeper{Location: location, Debugf: t.Logf}, ended: make(chan error, 1),
	}
	s.Server = &Server{Version: "test", Backend: s.backend, Sessions: s.sessions, Leases: s.leases, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	if change != nil {
		change(s.Server, s.backend)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s.end = cancel
	go func() { s.ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		s.wait(t)
	})
	return s
}

// wait waits for the server's end.
func (s *served) wait(t *testing.T) {
	t.Helper()
	select {
	case err := <-s.ended:
		s.ended <- err
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not in time", what)
		}
	}
}

func TestHoldEndsWithItsConnection(t *testing.T) {
	s := serveFake(t, nil)
	var events []access.Event
	open, err := s.keeper.Open(t.Context(), access.Request{Target: "one", Command: "test"}, func(e access.Event) { events = append(events, e) })
	if err != nil {
		t.Fatal(err)
	}
	if open.Info().SIM.ID != "one" || len(events) != 3 { // the keeper's step, and one of the backend
		t.Errorf("%+v, events %+v", open.Info(), events)
	}
	st, err := s.keeper.Status(t.Context())
	if err != nil || len(st.Leases) != 1 || len(st.Leases[0].Users) != 1 || st.Leases[0].Users[0].Command != "test" {
		t.Errorf("%+v, %v", st, err)
	}
	if outcome, err := open.Close(t.Context()); outcome != lease.Deleted || err != nil {
		t.Errorf("%s, %v", outcome, err)
	}
	if n := s.backend.open.Load(); n != 0 {
		t.Errorf("%d mappings are open", n)
	}

	// A command that dies closes nothing: its socket does.
	conn, err := daemon.Dial(t.Context(), s.keeper.Location.Socket)
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(conn)
	if err := w.write(request{Op: opOpen, Open: &access.Request{}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the open mapping", func() bool { return s.backend.open.Load() == 1 })
	w.close()
	eventually(t, "its end", func() bool { return s.backend.open.Load() == 0 })
}

func TestOpeningEndsWithItsConnection(t *testing.T) {
	s := serveFake(t, func(_ *Server, b *fakeBackend) {
		b.begun, b.hold = make(chan struct{}, 1), make(chan struct{})
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the person pressed Ctrl-C")
	go func() {
		<-s.backend.begun
		cancel(why)
	}()
	if _, err := s.keeper.Open(ctx, access.Request{}, nil); !errors.Is(err, why) {
		t.Errorf("%v, want %v", err, why)
	}
	eventually(t, "the end of the work", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.active == 0
	})
	if n := s.backend.opened.Load(); n != 0 {
		t.Errorf("%d mappings were opened", n)
	}
}

// Stopping waits for what is being opened too, which learns why it ends.
func TestStopWaitsForWhatIsBeingOpened(t *testing.T) {
	s := serveFake(t, func(_ *Server, b *fakeBackend) {
		b.begun, b.hold = make(chan struct{}, 1), make(chan struct{})
	})
	opened := make(chan error, 1)
	go func() {
		_, err := s.keeper.Open(t.Context(), access.Request{}, nil)
		opened <- err
	}()
	<-s.backend.begun
	if err := s.keeper.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	s.wait(t)
	if err := <-opened; err == nil || message.Hint(err).String() == "" {
		t.Errorf("the one that was opening got %v", err)
	}
	if s.backend.open.Load() != 0 || s.sessions.closed.Load() == 0 {
		t.Error("it ended without giving everything back")
	}
}

func TestStopTellsWhatCouldNotBeDeleted(t *testing.T) {
	s := serveFake(t, func(_ *Server, b *fakeBackend) { b.closeErr = errors.New("the network is away") })
	open, err := s.keeper.Open(t.Context(), access.Request{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.keeper.Stop(t.Context()); err == nil {
		t.Error("no error")
	}
	if outcome, err := open.Close(t.Context()); outcome != lease.Pending || err == nil {
		t.Errorf("its user learns %s, %v", outcome, err)
	}
}

// Work that comes when the keeper is about to end is for the next keeper.
func TestWorkIsNotTakenOnAtTheEnd(t *testing.T) {
	s := serveFake(t, nil)
	if _, err := s.keeper.Status(t.Context()); err != nil { // it serves
		t.Fatal(err)
	}
	s.refuseWork()
	conn, err := daemon.Dial(t.Context(), s.keeper.Location.Socket)
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(conn)
	defer w.close()
	if err := w.write(request{Op: opOpen, Open: &access.Request{}}); err != nil {
		t.Fatal(err)
	}
	var got response
	if err := w.read(&got); !errors.Is(err, errClosed) {
		t.Errorf("it answered %+v, %v", got, err)
	}
}

func TestIdleWaitsForWhatIsLeftToDo(t *testing.T) {
	s := serveFake(t, func(s *Server, b *fakeBackend) {
		s.Idle = 20 * time.Millisecond
		b.linger.Store(1)
	})
	s.leases.pending.Store(1)
	stays := func(why string) {
		t.Helper()
		select {
		case <-s.ended:
			t.Fatalf("it ended in spite of %s", why)
		case <-time.After(5 * s.Idle):
		}
	}
	stays("what is pending and what lingers")
	s.leases.pending.Store(0)
	stays("what lingers")
	s.backend.linger.Store(0)
	s.wait(t)
	if s.sessions.closed.Load() == 0 {
		t.Error("it did not log out")
	}
}

func TestResume(t *testing.T) {
	s := serveFake(t, nil)
	r := access.Request{Target: "one"}
	info := (&fakeAccess{target: "one"}).Info()
	for _, c := range []struct {
		info access.Info
		ok   bool
	}{{info, true}, {access.Info{}, false}} {
		h := &heldAccess{keeper: s.keeper, request: r, recorder: access.NewRecorder(nil, nil), info: c.info, w: newWire(nothing(t))}
		if err := h.resume(t.Context()); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.info, err)
		}
		h.wire().close()
	}
	if n := s.backend.adopted.Load(); n != 1 {
		t.Errorf("%d were adopted", n)
	}
	eventually(t, "the end of the hold", func() bool { return s.backend.open.Load() == 0 })
}

// nothing is a connection to nobody.
func nothing(t *testing.T) net.Conn {
	t.Helper()
	a, b := net.Pipe()
	_ = b.Close()
	return a
}
