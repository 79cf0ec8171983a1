package simulator

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

const testRTT = 60 * time.Millisecond

// trips fails unless f takes n round trips, up to most of one more. It may try
// again: a busy machine makes things slower, never faster.
func trips(t *testing.T, what string, n float64, f func()) {
	t.Helper()
	want := time.Duration(n * float64(testRTT))
	var took time.Duration
	for range 6 {
		began := time.Now()
		f()
		took = time.Since(began)
		if took < want-2*time.Millisecond {
			t.Errorf("%s took only %v, want %v round trips of %v", what, took, n, testRTT)
			return
		}
		if took < want+testRTT*8/10 {
			return
		}
	}
	t.Errorf("%s took %v, want %v round trips of %v", what, took, n, testRTT)
}

func TestLatencyOfTheAPI(t *testing.T) {
	for _, useTLS := range []bool{false, true} {
		s := start(t, Options{Latency: testRTT, TLS: useTLS})
		tr := transport(s)
		defer tr.CloseIdleConnections()
		u := anonymous(t, s)
		u.client.Transport = tr
		get := func() { u.call("GET", "/sims", nil).ok(401) }
		fresh := func(f func()) func() { return func() { tr.CloseIdleConnections(); f() } }
		first := 2.0 // TCP, request
		if useTLS {
			first = 3 // TCP, TLS 1.3, request
		}
		trips(t, fmt.Sprintf("first request, TLS %v", useTLS), first, fresh(get))
		trips(t, fmt.Sprintf("second request, TLS %v", useTLS), 1, get)
		trips(t, "IP service", first, fresh(func() {
			res, err := (&http.Client{Transport: tr}).Get(s.IPServices()[0])
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}))
	}
}

func timed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

// relayTo opens a mapping to a device that serves with f.
func relayTo(t *testing.T, o Options, useTLS bool, f func(net.Conn)) (*Simulator, string) {
	t.Helper()
	s := start(t, o)
	id := s.SIMs()[0].ID
	s.SetDevicePort(id, 9, f)
	m, err := s.AddMapping(MappingSpec{SimID: id, DevicePort: 9, TLS: useTLS})
	if err != nil {
		t.Fatal(err)
	}
	return s, fmt.Sprintf("127.0.0.1:%d", m.Port)
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

func TestLatencyOfARelay(t *testing.T) {
	echo := func(c net.Conn) { _, _ = io.Copy(c, c) }
	_, addr := relayTo(t, Options{Latency: testRTT}, false, echo)
	var c net.Conn
	ping := func() {
		buf := make([]byte, 4)
		if _, err := c.Write([]byte("ping")); err != nil {
			t.Error(err)
		}
		if _, err := io.ReadFull(c, buf); err != nil {
			t.Error(err)
		}
	}
	trips(t, "connect and first echo", 2, func() { c = dial(t, addr); ping() })
	trips(t, "an echo", 1, ping)
	_, addr = relayTo(t, Options{Latency: testRTT}, false, func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-x\r\n") })
	trips(t, "connect and the device's first words", 2, func() {
		if b, err := io.ReadAll(dial(t, addr)); string(b) != "SSH-2.0-x\r\n" || err != nil {
			t.Errorf("%q %v", b, err)
		}
	})
}

func TestLatencyOfARelayWithTLS(t *testing.T) {
	s, addr := relayTo(t, Options{Latency: testRTT}, true, func(c net.Conn) { _, _ = io.Copy(c, c) })
	cfg := transport(s).TLSClientConfig
	cfg.ServerName = "localhost"
	trips(t, "connect, TLS and an echo", 3, func() {
		c := tls.Client(dial(t, addr), cfg)
		buf := make([]byte, 4)
		if _, err := c.Write([]byte("ping")); err != nil {
			t.Error(err)
		}
		if _, err := io.ReadFull(c, buf); err != nil {
			t.Error(err)
		}
	})
}

// TestLatencyKeepsThroughput: a delay is not a bandwidth limit, and every byte
// arrives, in order, before the end.
func TestLatencyKeepsThroughput(t *testing.T) {
	data := make([]byte, 24<<20)
	_, _ = rand.Read(data)
	back := make(chan [32]byte, 1)
	_, addr := relayTo(t, Options{Latency: testRTT}, false, func(c net.Conn) {
		h := sha256.New()
		_, _ = io.Copy(h, c) // until the half-close
		back <- [32]byte(h.Sum(nil))
		_, _ = c.Write(data)
	})
	began := time.Now()
	c := dial(t, addr)
	if _, err := c.Write(data); err != nil {
		t.Fatal(err)
	}
	_ = c.(*net.TCPConn).CloseWrite()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes came back: %v", len(got), err)
	}
	if <-back != sha256.Sum256(data) {
		t.Error("other bytes arrived")
	}
	if d := time.Since(began); d > 10*time.Second { // about 0.5 s on an idle machine
		t.Errorf("48 MiB took %v", d)
	}
}

// TestClientThatDoesNotRead: what is on the wire is bounded, and Close does not
// wait for it.
func TestClientThatDoesNotRead(t *testing.T) {
	stuck := make(chan struct{})
	s, addr := relayTo(t, Options{Latency: testRTT}, false, func(c net.Conn) {
		defer close(stuck)
		for {
			if _, err := c.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	})
	dial(t, addr)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	select {
	case <-stuck:
		t.Error("writing ended by itself")
	case <-ctx.Done():
	}
	if d := timed(func() { _ = s.Close() }); d > 2*time.Second {
		t.Errorf("Close took %v", d)
	}
	<-stuck
}
