package client

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/wait"
)

func withHeader(h http.HandlerFunc, name, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, value)
		h(w, r)
	}
}

func TestRetries(t *testing.T) {
	ok := answer(200, `{"simId":"89","apiKey":"a","token":"t"}`)
	deleted := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	getSim := func(_ *Client, s *Session) error { return none(s.GetSim(context.Background(), "89")) }
	del := func(_ *Client, s *Session) error {
		return s.DeletePortMapping(context.Background(), netip.MustParseAddr("192.0.2.1"), 40000)
	}
	auth := func(c *Client, _ *Session) error {
		return none(c.Auth(context.Background(), Credentials{AuthKeyID: "k", AuthKey: "s"}, 0))
	}
	logout := func(c *Client, _ *Session) error { return c.Logout(context.Background(), testToken) }
	slow := withHeader(answer(429, ""), "Retry-After", "7")
	for _, c := range []struct {
		name    string
		do      func(*Client, *Session) error
		replies []http.HandlerFunc
		calls   int
		fails   bool
	}{
		{"GET after 500", getSim, []http.HandlerFunc{answer(500, ""), ok}, 2, false},
		{"GET after three different failures", getSim, []http.HandlerFunc{answer(503, ""), cut, answer(429, ""), ok}, 4, false},
		{"GET gives up", getSim, []http.HandlerFunc{answer(502, "")}, 4, true},
		{"GET gives up on cuts", getSim, []http.HandlerFunc{cut}, 4, true},
		{"GET after a truncated answer", getSim, []http.HandlerFunc{withHeader(answer(200, "{"), "Content-Length", "99"), ok}, 2, false},
		{"GET of a bad request", getSim, []http.HandlerFunc{answer(400, ""), ok}, 1, true},
		{"GET of what is not there", getSim, []http.HandlerFunc{answer(404, ""), ok}, 1, true},
		{"GET without permission", getSim, []http.HandlerFunc{answer(403, ""), ok}, 1, true},
		{"GET of nonsense", getSim, []http.HandlerFunc{answer(200, "nonsense"), ok}, 1, true},
		{"DELETE after 500 and a cut", del, []http.HandlerFunc{answer(500, ""), cut, deleted}, 3, false},
		{"DELETE whose first answer was lost", del, []http.HandlerFunc{cut, answer(404, `{"code":"X","message":"gone"}`)}, 2, false},
		{"DELETE answered by a web page", del, []http.HandlerFunc{page(404, "text/html", "<html>"), deleted}, 1, true},
		{"auth after 429 and 503", auth, []http.HandlerFunc{slow, answer(503, ""), ok}, 3, false},
		{"auth after 500", auth, []http.HandlerFunc{answer(500, ""), ok}, 1, true},
		{"auth whose answer was lost", auth, []http.HandlerFunc{cut, ok}, 1, true},
		{"auth with a wrong password", auth, []http.HandlerFunc{answer(401, ""), ok}, 1, true},
		{"logout after a cut", logout, []http.HandlerFunc{cut, deleted}, 2, false},
		{"logout in vain", logout, []http.HandlerFunc{cut, cut, cut, cut}, 2, true},
		{"logout twice", logout, []http.HandlerFunc{answer(401, `{"message":"Invalid API key"}`)}, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := newServer(t, c.replies...)
			cl, _ := newClient(t, srv.URL)
			s := cl.Session(func(context.Context) (Token, error) { return testToken, nil })
			if err := c.do(cl, s); (err != nil) != c.fails {
				t.Errorf("error %v, want one: %v", err, c.fails)
			}
			equal(t, "calls", len(srv.seen()), c.calls)
		})
	}
}

func TestPauses(t *testing.T) {
	ok := answer(200, `{"simId":"89"}`)
	srv := newServer(t, withHeader(answer(429, ""), "Retry-After", "7"), answer(500, ""), answer(500, ""), ok)
	c, pauses := newClient(t, srv.URL)
	if _, err := c.call(context.Background(), testToken, request{op: "x", method: "GET", policy: idempotent}); err != nil {
		t.Fatal(err)
	}
	if len(*pauses) != 3 || (*pauses)[0] != 7*time.Second {
		t.Fatalf("pauses %v, want 7 s first", *pauses)
	}
	// The second and third: 600 ms and 1200 ms, give or take half.
	for i, around := range []time.Duration{600 * time.Millisecond, 1200 * time.Millisecond} {
		if p := (*pauses)[i+1]; p < around/2 || p > around*3/2+1 {
			t.Errorf("pause %d is %s, want about %s", i+1, p, around)
		}
	}
}

func TestPausesAreJittered(t *testing.T) {
	c, _ := newClient(t, "http://127.0.0.1:1")
	seen := map[time.Duration]bool{}
	for range 20 {
		seen[c.timing.pauses().NextBackOff()] = true
	}
	if len(seen) < 10 {
		t.Errorf("20 first pauses have %d lengths", len(seen))
	}
}

func TestTooLongAPauseIsNotWaitedFor(t *testing.T) {
	for name, c := range map[string]struct {
		after string
		left  time.Duration
	}{
		"an hour":                 {"3600", 0},
		"more than the time left": {"5", 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t, withHeader(answer(429, ""), "Retry-After", c.after))
			cl, pauses := newClient(t, srv.URL)
			ctx := context.Background()
			if c.left > 0 {
				var cancel func()
				ctx, cancel = context.WithTimeout(ctx, c.left)
				defer cancel()
			}
			_, err := cl.call(ctx, testToken, request{op: "x", method: "GET", policy: idempotent})
			var e *Error
			if !errors.As(err, &e) || e.RetryAfter == 0 {
				t.Errorf("got %v, want the 429 with its Retry-After", err)
			}
			equal(t, "pauses", len(*pauses), 0)
			equal(t, "calls", len(srv.seen()), 1)
		})
	}
}

func TestCancelDuringPause(t *testing.T) {
	srv := newServer(t, answer(500, `{"code":"X","message":"broken"}`))
	c, _ := newClient(t, srv.URL)
	ctx, cancel := context.WithCancel(context.Background())
	c.timing.sleep = func(ctx context.Context, _ time.Duration) error {
		cancel()
		return wait.For(ctx, time.Hour)
	}
	_, err := c.call(ctx, testToken, request{op: "x", method: "GET", policy: idempotent})
	var e *Error
	if !errors.Is(err, context.Canceled) || !errors.As(err, &e) || !strings.Contains(err.Error(), "broken") {
		t.Errorf("got %v, want the cancellation and what it interrupted", err)
	}
}

func TestDialFailures(t *testing.T) {
	refuse := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	unknown := &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}
	for _, c := range []struct {
		name     string
		err      error
		failures int32
		dials    int32
		fails    bool
	}{
		{"refused twice", refuse, 2, 3, false},
		{"refused for good", refuse, 99, 4, true},
		{"no such name", unknown, 99, 1, true},
	} {
		for _, op := range []string{"auth", "create"} {
			t.Run(c.name+" at "+op, func(t *testing.T) {
				srv := newServer(t, answer(201, `{"apiKey":"a","token":"t","ipAddress":"192.0.2.1","port":40000}`))
				cl, _ := newClient(t, srv.URL)
				var dials atomic.Int32
				cl.http.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
					if dials.Add(1) <= c.failures {
						return nil, c.err
					}
					return (&net.Dialer{}).DialContext(ctx, network, addr)
				}
				var err error
				if op == "auth" {
					_, err = cl.Auth(context.Background(), Credentials{AuthKeyID: "k", AuthKey: "s"}, 0)
				} else {
					s := cl.Session(func(context.Context) (Token, error) { return testToken, nil })
					_, err = s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
					var lost *LostCreateError
					if errors.As(err, &lost) {
						t.Errorf("what was never sent counts as lost: %v", err)
					}
				}
				if (err != nil) != c.fails {
					t.Errorf("error %v, want one: %v", err, c.fails)
				}
				equal(t, "dials", dials.Load(), c.dials)
			})
		}
	}
}

func TestAttemptLimits(t *testing.T) {
	c, _ := newClient(t, "http://127.0.0.1:1")
	equal(t, "GET", c.timing.limit(request{policy: idempotent}), 15*time.Second)
	equal(t, "create", c.timing.limit(request{policy: creation}), 20*time.Second)
	n, err := New(Options{Endpoint: "http://127.0.0.1:1", AttemptTimeout: time.Second, RetryDelay: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "create", n.timing.limit(request{policy: creation}), time.Second)
	equal(t, "delay", n.timing.delay, time.Millisecond)
}
