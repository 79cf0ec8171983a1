package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// countedServer counts the connections at its listener.
type countedServer struct {
	*httptest.Server
	conns atomic.Int32
}

func (s *countedServer) count(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.conns.Add(1)
	}
}

func newCountedServer(t *testing.T, h http.HandlerFunc) *countedServer {
	s := &countedServer{}
	s.Server = httptest.NewUnstartedServer(h)
	s.Config.ConnState = s.count
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func newTLSServer(t *testing.T, h http.HandlerFunc, http2 bool) *countedServer {
	t.Helper()
	s := &countedServer{}
	s.Server = httptest.NewUnstartedServer(h)
	s.Config.ConnState = s.count
	s.Config.ErrorLog = quiet()
	s.EnableHTTP2 = http2
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// trust makes the client's own transport believe the server's certificate.
func (s *countedServer) trust(c *Client) {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	c.http.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool}
}

func TestOneTLSConnectionServesARun(t *testing.T) {
	var other atomic.Int32
	srv := newTLSServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			other.Add(1)
		}
		switch {
		case strings.HasSuffix(r.URL.Path, "/auth"):
			_, _ = io.WriteString(w, `{"apiKey":"api-key","token":"the-token","operatorId":"OP"}`)
		case strings.Contains(r.URL.Path, "missing"):
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, strings.Repeat("x", maxErrorBody+1000)) // more than is read
		default:
			_, _ = io.WriteString(w, `{}`)
		}
	}, true)
	c, _ := newClient(t, srv.URL)
	srv.trust(c)
	ctx := context.Background()
	if err := c.Warm(ctx); err != nil {
		t.Fatal(err)
	}
	s := c.Session(func(ctx context.Context) (Token, error) {
		return c.Auth(ctx, Credentials{AuthKeyID: "k", AuthKey: "s"}, 0)
	})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			id := "89"
			if i%5 == 0 {
				id = "missing"
			}
			if _, err := s.GetSim(ctx, id); (err != nil) != (id == "missing") {
				t.Errorf("%s: %v", id, err)
			}
		})
	}
	wg.Wait()
	if err := s.Logout(ctx); err != nil {
		t.Error(err)
	}
	equal(t, "connections", srv.conns.Load(), 1)
	equal(t, "requests that were not HTTP/2", other.Load(), 0)
}

func TestHTTP1ConnectionIsUsedAgain(t *testing.T) {
	srv := newCountedServer(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "missing"):
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, strings.Repeat("x", maxErrorBody+1000))
		case r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
		default:
			_, _ = io.WriteString(w, `{} `)
		}
	})
	s := newSession(t, srv.URL)
	ctx := context.Background()
	for range 10 {
		_, _ = s.GetSim(ctx, "89")
		_, _ = s.GetSim(ctx, "missing")
		_ = s.RevokeOperatorAuthTokens(ctx, "OP")
	}
	equal(t, "connections", srv.conns.Load(), 1)
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := newServer(t, answer(200, `{}`))
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/v1/steal", status)
		})
		s := newSession(t, srv.URL)
		if _, err := s.GetSim(context.Background(), "89"); err == nil {
			t.Errorf("%d: no error", status)
		}
		if _, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest()); err == nil {
			t.Errorf("%d: no error from create", status)
		}
		equal(t, "calls", len(srv.seen()), 2)
	}
	equal(t, "calls elsewhere", len(elsewhere.seen()), 0)
}

func TestProxyOption(t *testing.T) {
	proxy := newServer(t, answer(200, `{"simId":"89"}`))
	via, _ := url.Parse(proxy.URL)
	c, err := New(Options{
		Endpoint: "http://127.0.0.1:9",
		Proxy:    func(*http.Request) (*url.URL, error) { return via, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	s := c.Session(func(context.Context) (Token, error) { return testToken, nil })
	if sim, err := s.GetSim(context.Background(), "89"); err != nil || sim.SimID != "89" {
		t.Errorf("got %v, %v", sim, err)
	}
	equal(t, "calls of the proxy", len(proxy.seen()), 1)
}

func TestProxyPasswordDoesNotShow(t *testing.T) {
	c, err := New(Options{
		Endpoint: "https://api.soracom.io",
		Proxy: func(*http.Request) (*url.URL, error) {
			return nil, &url.Error{Op: "parse", URL: "http://u:hunter2@proxy", Err: io.EOF}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Warm(context.Background()); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestProxyIsHonouredByDefault(t *testing.T) {
	got := newTransport(nil)
	// The variables are read once a process; here it is enough that the library's
	// reader is asked, which leaves this machine's own addresses alone.
	req, _ := http.NewRequest(http.MethodGet, "http://127.0.0.1/", nil)
	if u, err := got.Proxy(req); u != nil || err != nil {
		t.Errorf("got %v, %v", u, err)
	}
}

func TestWarm(t *testing.T) {
	srv := newCountedServer(t, func(w http.ResponseWriter, r *http.Request) {
		for _, h := range []string{headerAPIKey, headerToken} {
			if r.Method == http.MethodHead && r.Header.Get(h) != "" {
				t.Errorf("Warm sends %s", h)
			}
		}
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, `{}`)
	})
	c, _ := newClient(t, srv.URL)
	if err := c.Warm(context.Background()); err != nil {
		t.Fatal(err)
	}
	s := c.Session(func(context.Context) (Token, error) { return testToken, nil })
	if _, err := s.GetSim(context.Background(), "89"); err != nil {
		t.Fatal(err)
	}
	equal(t, "connections", srv.conns.Load(), 1)
	srv.Close()
	if err := c.Warm(context.Background()); err == nil {
		t.Error("a closed server was reached")
	}
}
