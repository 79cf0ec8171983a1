package client

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"
)

var testToken = Token{APIKey: "api-key", Token: "the-token", OperatorID: "OP0012345678"}

// call is what a server saw.
type call struct {
	Method, Path, Query, Body string
	Header                    http.Header
}

// server records its calls and answers with the handlers in turn; the last one
// stays.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	calls    []call
	handlers []http.HandlerFunc
}

func newServer(t *testing.T, handlers ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{handlers: handlers}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = quiet()
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	n := len(s.calls)
	s.calls = append(s.calls, call{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, string(body), r.Header})
	h := s.handlers[min(n, len(s.handlers)-1)]
	s.mu.Unlock()
	h(w, r)
}

func (s *server) seen() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

// methods lists "METHOD path" of every call.
func (s *server) methods() []string {
	var list []string
	for _, c := range s.seen() {
		list = append(list, c.Method+" "+c.Path)
	}
	return list
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func answerJSON(status int, v any) http.HandlerFunc {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return answer(status, string(data))
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }

// newClient returns a client whose pauses are recorded instead of slept.
func newClient(t *testing.T, endpoint string) (*Client, *[]time.Duration) {
	t.Helper()
	c, err := New(Options{Endpoint: endpoint, UserAgent: "test/1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	pauses := &[]time.Duration{}
	var mu sync.Mutex
	c.timing.sleep = func(ctx context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		*pauses = append(*pauses, d)
		return ctx.Err()
	}
	return c, pauses
}

func newSession(t *testing.T, endpoint string) *Session {
	t.Helper()
	c, _ := newClient(t, endpoint)
	return c.Session(func(context.Context) (Token, error) { return testToken, nil })
}

func sshRequest() CreatePortMappingRequest {
	return CreatePortMappingRequest{
		Port: 22, Service: "air", Duration: 8 * time.Hour,
		SourceRanges: []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")},
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

// quiet keeps a server's complaints about tests out of the output.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
