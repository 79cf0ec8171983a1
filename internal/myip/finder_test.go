package myip

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// service is a real HTTPS server that answers with an address.
type service struct {
	*httptest.Server
	conns, requests atomic.Int32
}

func newService(t *testing.T, handler http.HandlerFunc) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		handler(w, r)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.conns.Add(1)
		}
	}
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are part of the tests
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

// after answers once open is closed.
func after(open <-chan struct{}, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		<-open
		says(text)(w, r)
	}
}

// hangs until the client gives up, and reports that it did.
func hangs(gaveUp chan<- struct{}) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		gaveUp <- struct{}{}
	}
}

func finder(t *testing.T, services ...*service) *Finder {
	t.Helper()
	o := Options{TLS: &tls.Config{RootCAs: x509.NewCertPool()}, Timeout: time.Minute} // a busy machine is slow
	for i, s := range services {
		o.Services = append(o.Services, Service{URL: s.URL, Operator: fmt.Sprint("op", i)})
		o.TLS.RootCAs.AddCert(s.Certificate())
	}
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

const public = "8.8.4.4" // any global address

func TestFindAgreesAtTheSecondAnswer(t *testing.T) {
	asked, gaveUp := make(chan struct{}), make(chan struct{}, 1)
	slow := func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		hangs(gaveUp)(w, r)
	}
	f := finder(t, newService(t, after(asked, public+"\n")), newService(t, slow), newService(t, after(asked, public)))
	start := time.Now()
	got, err := f.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Addr != netip.MustParseAddr(public) || len(got.Answers) != 2 {
		t.Errorf("got %+v", got)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("waited %v for the slow one", d)
	}
	select {
	case <-gaveUp:
	case <-time.After(20 * time.Second):
		t.Error("the slow request was not cancelled")
	}
}

func TestFindTwoOfThree(t *testing.T) {
	f := finder(t, newService(t, says("9.9.9.9")), newService(t, says(public)), newService(t, says(public)))
	if got, err := f.Find(t.Context()); err != nil || got.Addr.String() != public {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAgreed(t *testing.T) {
	answer := func(operator, addr string) Answer {
		return Answer{Service: Service{Operator: operator}, Addr: netip.MustParseAddr(addr)}
	}
	failed := answer("c", "8.8.4.4")
	failed.Err = io.EOF
	for _, tc := range []struct {
		answers []Answer
		want    bool
	}{
		{[]Answer{answer("a", public)}, false},
		{[]Answer{answer("a", public), answer("b", public)}, true},
		{[]Answer{answer("a", public), answer("a", public)}, false},
		{[]Answer{answer("a", public), answer("b", "9.9.9.9")}, false},
		{[]Answer{answer("a", public), answer("b", "9.9.9.9"), answer("c", public)}, true},
		{[]Answer{answer("a", public), answer("b", "9.9.9.9"), answer("b", "9.9.9.9")}, false},
		{[]Answer{failed, answer("b", public)}, false},
		{[]Answer{answer("b", public), failed}, false},
	} {
		if got := agreed(tc.answers); got != tc.want {
			t.Errorf("%v: %v", tc.answers, got)
		}
	}
}

// Two answers of one operator are one answer.
func TestFindOneOperatorTwice(t *testing.T) {
	a, b, c := newService(t, says("9.9.9.9")), newService(t, says("9.9.9.9")), newService(t, says(public))
	f := finder(t, a, b, c)
	f.services[1].Operator = f.services[0].Operator
	_, err := f.Find(t.Context())
	var disagree *DisagreeError
	if !errors.As(err, &disagree) {
		t.Fatalf("got %v", err)
	}
}

func TestFindFails(t *testing.T) {
	redirect := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://127.0.0.1:1/", http.StatusFound)
	}
	portal := says("<html><title>Log in</title>" + strings.Repeat(".", 100))
	for _, tc := range []struct {
		name     string
		handlers []http.HandlerFunc
		as       error
		message  string
		hint     string
	}{
		{"disagreement", []http.HandlerFunc{says("9.9.9.9"), says(public)}, &DisagreeError{},
			" says 9.9.9.9", "--source CIDR"},
		{"a private address against a public one", []http.HandlerFunc{says("10.0.0.1"), says(public)}, &DisagreeError{},
			" says 10.0.0.1", "--source CIDR"},
		{"private", []http.HandlerFunc{says("10.0.0.1"), says("10.0.0.1")}, &RefusedError{},
			"no public IPv4 address: 10.0.0.1 is a private address (127.0.0.1", "browser"},
		{"carrier NAT", []http.HandlerFunc{says("100.64.0.1"), says("100.64.0.1")}, &RefusedError{},
			"100.64.0.1 is a carrier NAT address", "--source CIDR"},
		{"redirect", []http.HandlerFunc{redirect, redirect}, &UnreachableError{}, "redirected (HTTP 302) (127", "browser"},
		{"a page", []http.HandlerFunc{portal, portal}, &UnreachableError{}, "the response is not a single IPv4 address", "browser"},
		{"status", []http.HandlerFunc{http.NotFound, http.NotFound}, &UnreachableError{}, "HTTP status 404", "browser"},
		{"204", []http.HandlerFunc{status(204), status(204)}, &UnreachableError{}, "HTTP status 204", "browser"},
		{"one alone", []http.HandlerFunc{says(public), http.NotFound}, &UnreachableError{},
			"the public IPv4 address is not certain: only 127.0.0.1", "--source CIDR"},
		{"IPv6", []http.HandlerFunc{says("2001:4860:4860::8888"), says("::ffff:8.8.4.4")}, &UnreachableError{},
			"not a single IPv4 address", "--source CIDR"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var services []*service
			for _, h := range tc.handlers {
				services = append(services, newService(t, h))
			}
			_, err := finder(t, services...).Find(t.Context())
			if got, want := fmt.Sprintf("%T", err), fmt.Sprintf("%T", tc.as); got != want {
				t.Fatalf("got %s %v, want %s", got, err, want)
			}
			if !strings.Contains(err.Error(), tc.message) || !strings.Contains(message.Hint(err).String(), tc.hint) {
				t.Errorf("%v\nhint %s", err, message.Hint(err).String())
			}
			if strings.ContainsAny(err.Error(), "\n<") {
				t.Errorf("the body shows: %q", err)
			}
		})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestFindDown(t *testing.T) {
	a, b := newService(t, says(public)), newService(t, says(public))
	f := finder(t, a, b)
	a.Close()
	b.Close()
	_, err := f.Find(t.Context())
	var down *UnreachableError
	if !errors.As(err, &down) || !strings.Contains(message.Hint(err).String(), "firewall") {
		t.Fatalf("got %v, hint %s", err, message.Hint(err).String())
	}
	if strings.Count(err.Error(), "refused") > 1 {
		t.Errorf("one reason twice: %v", err)
	}
}

func TestFindUntrustedCertificate(t *testing.T) {
	a, b := newService(t, says(public)), newService(t, says(public))
	f, err := NewFinder(Service{a.URL, "a"}, Service{b.URL, "b"}) // the system's trust
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Find(t.Context())
	if err == nil || !strings.Contains(err.Error(), "certificate not trusted") || !strings.Contains(message.Hint(err).String(), "browser") {
		t.Fatalf("got %v, hint %s", err, message.Hint(err).String())
	}
}

func TestFindNotResolved(t *testing.T) {
	f, err := NewFinder(Service{"https://a.invalid", "a"}, Service{"https://b.invalid", "b"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Find(t.Context())
	if err == nil || !strings.Contains(err.Error(), "name not resolved (a.invalid, b.invalid)") &&
		!strings.Contains(err.Error(), "name not resolved (b.invalid, a.invalid)") || message.Hint(err).String() != "check the network and its DNS" {
		t.Fatalf("got %v, hint %s", err, message.Hint(err).String())
	}
}

func TestFindIsBounded(t *testing.T) {
	gaveUp := make(chan struct{}, 2)
	f := finder(t, newService(t, hangs(gaveUp)), newService(t, hangs(gaveUp)))
	f.timeout = 50 * time.Millisecond
	_, err := f.Find(t.Context())
	var slow *UnreachableError
	if !errors.As(err, &slow) || !strings.Contains(err.Error(), "no answer in time") || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Find(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
}

// An answer that never ends is cut at the limit.
func TestFindEndlessBody(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1024)); err != nil {
				return
			}
		}
	}
	f := finder(t, newService(t, endless), newService(t, endless))
	if _, err := f.Find(t.Context()); err == nil || !strings.Contains(err.Error(), "not a single IPv4 address") {
		t.Fatalf("got %v", err)
	}
}

// The proxy variables must not matter: the SSH stream does not go through the
// proxy either.
func TestFindIgnoresProxy(t *testing.T) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"} {
		t.Setenv(name, "http://127.0.0.1:1")
	}
	f := finder(t, newService(t, says(public)), newService(t, says(public)))
	if f.current().Transport.(*http.Transport).Proxy != nil {
		t.Fatal("the transport has a proxy")
	}
	if _, err := f.Find(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestDocumentationAddressOfTheSimulator(t *testing.T) {
	simulator := Options{Timeout: time.Minute}
	for _, op := range []string{"a", "b"} {
		plain := httptest.NewServer(says("203.0.113.10\n"))
		t.Cleanup(plain.Close)
		simulator.Services = append(simulator.Services, Service{plain.URL, op})
	}
	f, err := New(simulator)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.Find(t.Context()); err != nil || got.Addr.String() != "203.0.113.10" {
		t.Fatalf("all on loopback: %v, %v", got, err)
	}
	f.documentation = allLoopback(append(simulator.Services, BuiltIn()[0]))
	if _, err := f.Find(t.Context()); err == nil {
		t.Fatal("one is not on loopback: accepted")
	}
}
