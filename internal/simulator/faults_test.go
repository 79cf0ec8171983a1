package simulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFaultStatus(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	s.Inject(Fault{Operation: "listSims", Times: 2, Status: 429, Code: "X1", Message: "slow down", Header: http.Header{"Retry-After": {"3"}}})
	r := u.call("GET", "/sims", nil)
	r.fails(429, "X1")
	if r.header.Get("Retry-After") != "3" {
		t.Errorf("headers %v", r.header)
	}
	u.call("GET", "/query/sims?name=gw", nil).ok(200)
	u.call("GET", "/sims", nil).ok(429)
	u.call("GET", "/sims", nil).ok(200)
}

func TestFaultAnswers(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	remove := s.Inject(Fault{Status: 502, Body: "<html>bad gateway</html>", ContentType: "text/html"})
	if r := u.call("GET", "/sims", nil).ok(502); string(r.body) != "<html>bad gateway</html>" || r.header.Get("Content-Type") != "text/html" {
		t.Errorf("%s %v", r.body, r.header)
	}
	remove()
	remove = s.Inject(Fault{Status: 500, NoBody: true})
	if r := u.call("GET", "/sims", nil).ok(500); len(r.body) != 0 {
		t.Errorf("%s", r.body)
	}
	remove()
	remove = s.Inject(Fault{Truncate: true})
	if _, err := u.try("GET", "/sims", nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("truncated: %v", err)
	}
	remove()
	// A change of a real answer leaves the deed done.
	sim := s.must(t, "gateway-001")
	s.Inject(Fault{Operation: "createPortMappingForSim", Times: 1, Body: "{"})
	u.call("POST", "/port_mappings/sims/"+sim.ID, createBody("air", 22)).ok(201)
	if len(s.Mappings()) != 1 {
		t.Error("nothing was created")
	}
}

func TestFaultCuts(t *testing.T) {
	for _, useTLS := range []bool{false, true} {
		s := start(t, Options{TLS: useTLS})
		u := anonymous(t, s)
		u.client.Transport = transport(s)
		sam, _ := s.Account(Engineer)
		u.use(u.call("POST", "/auth", map[string]any{"authKeyId": sam.AuthKeyID, "authKey": sam.AuthKey}).ok(200))
		path := "/port_mappings/sims/" + s.must(t, "gateway-001").ID

		s.Inject(Fault{Operation: "createPortMappingForSim", Times: 1, CommitThenDrop: true})
		if _, err := u.try("POST", path, createBody("air", 22)); err == nil {
			t.Error("an answer came after CommitThenDrop")
		}
		if n := len(s.Mappings()); n != 1 {
			t.Errorf("%d mappings after CommitThenDrop, want 1", n)
		}
		s.Inject(Fault{Operation: "createPortMappingForSim", Times: 1, Drop: true})
		if _, err := u.try("POST", path, createBody("air", 22)); err == nil {
			t.Error("an answer came after Drop")
		}
		s.Inject(Fault{Operation: "createPortMappingForSim", Times: 1, Reset: true})
		_, err := u.try("POST", path, createBody("air", 22))
		if err == nil || !useTLS && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("reset: %v", err)
		}
		if n := len(s.Mappings()); n != 1 {
			t.Errorf("%d mappings after Drop and Reset, want 1", n)
		}
		u.call("GET", path, nil).ok(200)
	}
}

// transport trusts the simulator's CA.
func transport(s *Simulator) *http.Transport {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.CACertPEM())
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
}

func TestFaultHang(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	s.Inject(Fault{Operation: "listSims", Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Endpoint()+"/v1/sims", nil)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() {
		_, err := u.client.Do(req) //nolint:bodyclose // there is no answer
		failed <- err
	}()
	eventually(t, "the request arrives", func() bool { return s.Count("listSims") == 1 })
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if s.Requests()[1].Status != 0 {
		t.Error("a hung request has a status")
	}
}

func TestFaultMatchAndDelay(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	s.Inject(Fault{Match: func(r Request) bool { return r.Query.Get("limit") == "7" }, Delay: 50 * time.Millisecond, Times: 1})
	u.call("GET", "/sims", nil).ok(200)
	began := time.Now()
	u.call("GET", "/sims?limit=7", nil).ok(200)
	if d := time.Since(began); d < 50*time.Millisecond {
		t.Errorf("answered after %v", d)
	}
}

func TestUnreachable(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	endpoint := s.Endpoint()
	if err := s.SetUnreachable(true); err != nil {
		t.Fatal(err)
	}
	if _, err := u.try("GET", "/sims", nil); err == nil || !strings.Contains(err.Error(), "refused") && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%v", err)
	}
	if _, err := u.try("GET", "/sims", nil); err == nil {
		t.Error("an API that is away answered")
	}
	if runtime.GOOS != "windows" {
		if l, err := net.Listen("tcp", strings.TrimPrefix(endpoint, "http://")); err == nil {
			_ = l.Close()
			t.Error("another program could take the address meanwhile")
		}
	}
	if err := s.SetUnreachable(false); err != nil {
		t.Fatal(err)
	}
	u.call("GET", "/sims", nil).ok(200)
	if s.Endpoint() != endpoint {
		t.Error("the API came back elsewhere")
	}
	remove := s.Inject(Fault{Operation: "getSim", Unreachable: true})
	if _, err := u.try("GET", "/sims/1", nil); err == nil {
		t.Error("answered")
	}
	if _, err := u.try("GET", "/sims", nil); err == nil {
		t.Error("answered")
	}
	remove()
	u.call("GET", "/sims", nil).ok(200)
}
