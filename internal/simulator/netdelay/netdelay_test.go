package netdelay

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"
)

const rtt = 100 * time.Millisecond

// server accepts on loopback, handles each connection and waits for all at the end.
func server(t *testing.T, wrap func(net.Listener) net.Listener, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = wrap(l)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer func() { _ = c.Close() }()
				handle(c)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		wg.Wait()
	})
	return l.Addr().String()
}

// bothWays runs a test over a relay and over a listener.
func bothWays(t *testing.T, handle func(net.Conn), test func(t *testing.T, addr string)) {
	t.Run("relay", func(t *testing.T) {
		t.Parallel()
		addr := server(t, func(l net.Listener) net.Listener { return l }, handle)
		r, err := Start(context.Background(), addr, rtt)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Close)
		test(t, r.Addr())
	})
	t.Run("listener", func(t *testing.T) {
		t.Parallel()
		test(t, server(t, func(l net.Listener) net.Listener { return Listener(l, rtt) }, handle))
	})
}

func dial(t *testing.T, addr string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

func echo(c net.Conn) { _, _ = io.Copy(c, c) }

// takes holds that what measure does takes the given numbers of RTT: never less, and
// at most half an RTT more in one of some attempts, as a busy machine adds delays of
// its own.
func takes(t *testing.T, want []float64, measure func() []time.Duration) {
	t.Helper()
	var got []float64
	for range 10 {
		got = nil
		late := false
		for i, d := range measure() {
			n := float64(d) / float64(rtt)
			got = append(got, n)
			if n < want[i] {
				t.Fatalf("took %.2f RTT, want %.1f", got, want)
			}
			late = late || n > want[i]+0.5
		}
		if !late {
			return
		}
	}
	t.Errorf("took %.2f RTT, want %.1f", got, want)
}

func TestRoundTrips(t *testing.T) {
	t.Parallel()
	bothWays(t, echo, func(t *testing.T, addr string) {
		takes(t, []float64{2, 3, 4}, func() (list []time.Duration) { // connecting is one
			began := time.Now()
			c := dial(t, addr)
			for range 3 {
				if _, err := c.Write([]byte("x")); err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
					t.Fatal(err)
				}
				list = append(list, time.Since(began))
			}
			return list
		})
	})
}

func TestGreetingOfServer(t *testing.T) {
	t.Parallel()
	greet := func(c net.Conn) {
		_, _ = c.Write([]byte("hello"))
		_, _ = io.Copy(io.Discard, c)
	}
	bothWays(t, greet, func(t *testing.T, addr string) {
		takes(t, []float64{2}, func() []time.Duration {
			began := time.Now()
			if _, err := io.ReadFull(dial(t, addr), make([]byte, 5)); err != nil {
				t.Fatal(err)
			}
			return []time.Duration{time.Since(began)}
		})
	})
}

func TestThroughputIsNotLimited(t *testing.T) {
	t.Parallel()
	data := make([]byte, 20<<20)
	_, _ = rand.Read(data)
	bothWays(t, echo, func(t *testing.T, addr string) {
		c := dial(t, addr)
		began := time.Now()
		go func() {
			_, _ = c.Write(data)
			_ = c.CloseWrite()
		}()
		got, err := io.ReadAll(c)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, data) {
			t.Errorf("%d bytes came back of %d, or others", len(got), len(data))
		}
		// A window of 64 KiB would need 320 RTT.
		if d := time.Since(began); d > 40*rtt {
			t.Errorf("20 MiB took %v", d)
		}
	})
}

func TestManySmallWritesDoNotWait(t *testing.T) {
	t.Parallel()
	bothWays(t, echo, func(t *testing.T, addr string) {
		c := dial(t, addr)
		began := time.Now()
		for range 2000 {
			if _, err := c.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := io.ReadFull(c, make([]byte, 2000)); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(began); d > 40*rtt {
			t.Errorf("2000 writes took %v", d)
		}
	})
}

func TestHalfClose(t *testing.T) {
	t.Parallel()
	late := func(c net.Conn) { // answers after the end of what it is asked
		b, _ := io.ReadAll(c)
		_, _ = c.Write(append([]byte("got "), b...))
	}
	bothWays(t, late, func(t *testing.T, addr string) {
		c := dial(t, addr)
		if _, err := c.Write([]byte("this")); err != nil {
			t.Fatal(err)
		}
		if err := c.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(c)
		if string(b) != "got this" || err != nil {
			t.Errorf("%q, %v", b, err)
		}
	})
}

func TestResetArrivesAsReset(t *testing.T) {
	t.Parallel()
	abort := func(c net.Conn) {
		_, _ = io.ReadFull(c, make([]byte, 1))
		_ = c.(interface{ SetLinger(int) error }).SetLinger(0)
	}
	bothWays(t, abort, func(t *testing.T, addr string) {
		c := dial(t, addr)
		if _, err := c.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if n, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("read %d, %v, want a reset", n, err)
		}
	})
}

func TestRelayCounts(t *testing.T) {
	t.Parallel()
	addr := server(t, func(l net.Listener) net.Listener { return l }, func(c net.Conn) {
		b, _ := io.ReadAll(c)
		_, _ = c.Write(append(b, b...))
	})
	r, err := Start(context.Background(), addr, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		c := dial(t, r.Addr())
		if _, err := c.Write(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		if err := c.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(c); err != nil {
			t.Fatal(err)
		}
	}
	r.Close()
	if up, down := r.Bytes(); r.Connections() != 3 || up != 3000 || down != 6000 {
		t.Errorf("%d connections, %d up, %d down", r.Connections(), up, down)
	}
}

func TestRelayToNobody(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	r, err := Start(context.Background(), l.Addr().String(), rtt)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	takes(t, []float64{1}, func() []time.Duration {
		began := time.Now()
		if _, err := dial(t, r.Addr()).Read(make([]byte, 1)); err == nil {
			t.Error("something answered")
		}
		return []time.Duration{time.Since(began)}
	})
}

func TestRelayEndsWithItsContext(t *testing.T) {
	t.Parallel()
	addr := server(t, func(l net.Listener) net.Listener { return l }, echo)
	ctx, cancel := context.WithCancel(context.Background())
	r, err := Start(ctx, addr, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, r.Addr())
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the connection goes on: %v", err)
	}
	r.links.Wait()
}

func TestListenerKeepsAddresses(t *testing.T) {
	t.Parallel()
	addrs := make(chan [2]string, 1)
	addr := server(t, func(l net.Listener) net.Listener { return Listener(l, time.Millisecond) }, func(c net.Conn) {
		addrs <- [2]string{c.LocalAddr().String(), c.RemoteAddr().String()}
	})
	c := dial(t, addr)
	want := [2]string{c.RemoteAddr().String(), c.LocalAddr().String()}
	if got := <-addrs; got != want {
		t.Errorf("local and remote address %v, want %v", got, want)
	}
}
