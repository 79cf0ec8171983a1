package myip

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestWarmFindMakesNoConnection(t *testing.T) {
	a, b := newService(t, says(public)), newService(t, says(public))
	f := finder(t, a, b)
	if err := f.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := f.Find(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if a.conns.Load() != 1 || b.conns.Load() != 1 || a.requests.Load() != 4 {
		t.Errorf("%d and %d connections, %d requests", a.conns.Load(), b.conns.Load(), a.requests.Load())
	}
	f.Reset()
	if _, err := f.Find(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a.conns.Load() != 2 || b.conns.Load() != 2 {
		t.Errorf("after Reset: %d and %d connections", a.conns.Load(), b.conns.Load())
	}
}

func TestWarmFails(t *testing.T) {
	f := finder(t, newService(t, says(public)), newService(t, http.NotFound))
	var down *UnreachableError
	if err := f.Warm(t.Context()); !errors.As(err, &down) {
		t.Fatalf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Warm(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

// When a VPN comes up, warm connections still go around it: they must go.
func TestMovedLocalAddress(t *testing.T) {
	a, b := newService(t, says(public)), newService(t, says(public))
	f := finder(t, a, b)
	var moved atomic.Bool
	f.route = func(ctx context.Context, remote netip.AddrPort) (netip.Addr, error) {
		if moved.Load() {
			return netip.MustParseAddr("10.8.0.2"), nil
		}
		return routeTo(ctx, remote)
	}
	if err := f.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	moved.Store(true)
	if _, err := f.Find(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a.conns.Load() != 2 || b.conns.Load() != 2 {
		t.Errorf("%d and %d connections", a.conns.Load(), b.conns.Load())
	}
}

func TestLocalAddr(t *testing.T) {
	a, b := newService(t, says(public)), newService(t, says(public))
	f := finder(t, a, b)
	if err := f.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := f.LocalAddr(t.Context())
	if err != nil || got.String() != "127.0.0.1" {
		t.Fatalf("towards a service on loopback: %v, %v", got, err)
	}
}

// A connection that died in silence (the machine slept) must not cost the whole
// time limit: a new one is tried beside it.
func TestSilentWarmConnection(t *testing.T) {
	a, b := newService(t, says(public)), newService(t, says(public))
	f := finder(t, a, b)
	f.stale = 20 * time.Millisecond
	f.Reset()
	silence := &silencer{dial: f.dial}
	f.client.Transport.(*http.Transport).DialContext = silence.DialContext
	if err := f.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	silence.now()
	if got, err := f.Find(t.Context()); err != nil || got.Addr.String() != public {
		t.Fatalf("got %v, %v", got, err)
	}
	if a.conns.Load() != 2 || b.conns.Load() != 2 {
		t.Errorf("%d and %d connections", a.conns.Load(), b.conns.Load())
	}
}

// silencer makes connections that can lose all that is written to them.
type silencer struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	mu    sync.Mutex
	conns []*silent
}

func (s *silencer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := s.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &silent{Conn: conn}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = append(s.conns, c)
	return c, nil
}

func (s *silencer) now() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.off.Store(true)
	}
}

type silent struct {
	net.Conn
	off atomic.Bool
}

func (c *silent) Write(p []byte) (int, error) {
	if c.off.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func TestConcurrentFind(t *testing.T) {
	f := finder(t, newService(t, says(public)), newService(t, says(public)), newService(t, says(public)))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, err := f.Find(t.Context()); err != nil {
				t.Error(err)
			}
			if i == 4 {
				f.Reset()
			}
		})
	}
	wg.Wait()
}
