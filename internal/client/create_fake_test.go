package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeNapter keeps port mappings and can lose its answers.
type fakeNapter struct {
	*httptest.Server
	mu       sync.Mutex
	mappings []map[string]any
	posts    int
	lists    int
	skew     time.Duration // of the server's clock
	noDate   bool
	onPost   func(w http.ResponseWriter, r *http.Request, create func() map[string]any)
}

func newFakeNapter(t *testing.T, onPost func(http.ResponseWriter, *http.Request, func() map[string]any)) *fakeNapter {
	f := &fakeNapter{onPost: onPost}
	f.Server = httptest.NewUnstartedServer(f)
	f.Config.ErrorLog = quiet()
	f.Start()
	t.Cleanup(f.Close)
	return f
}

func (f *fakeNapter) now() time.Time { return time.Now().Add(f.skew) }

func (f *fakeNapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", f.now().UTC().Format(http.TimeFormat))
	if f.noDate {
		w.Header()["Date"] = nil
	}
	body, _ := io.ReadAll(r.Body)
	if r.Method == http.MethodPost {
		f.mu.Lock()
		f.posts++
		f.mu.Unlock()
		f.onPost(w, r, func() map[string]any { return f.add(r, body, f.now()) })
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lists++
	_ = json.NewEncoder(w).Encode(append([]map[string]any{}, f.mappings...))
}

// add makes a mapping as the API would of the request.
func (f *fakeNapter) add(r *http.Request, body []byte, at time.Time) map[string]any {
	var m map[string]any
	_ = json.Unmarshal(body, &m)
	d := m["destination"].(map[string]any)
	strategy := map[any]string{"air": AirPrioritized, "arc": ArcPrioritized}[d["service"]]
	delete(d, "service")
	if _, id, ok := strings.Cut(r.URL.Path, "/sims/"); ok {
		d["simId"] = id
	}
	if d["simId"] == nil {
		strategy = IMSIPrioritized
	}
	d["destinationChoosingStrategy"] = strategy
	f.mu.Lock()
	defer f.mu.Unlock()
	m["ipAddress"], m["port"] = "192.0.2.1", 40000+len(f.mappings)
	m["createdTime"] = at.UnixMilli()
	f.mappings = append(f.mappings, m)
	return m
}

func (f *fakeNapter) counts() (posts, lists int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.posts, f.lists
}

func write(w http.ResponseWriter, status int, m map[string]any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(m)
}

type poster = func(http.ResponseWriter, *http.Request, func() map[string]any)

// losses are the ways in which an answer gets lost.
func losses() map[string]poster {
	ways := map[string]poster{
		"cut":     func(w http.ResponseWriter, r *http.Request, _ func() map[string]any) { cut(w, r) },
		"silence": func(_ http.ResponseWriter, r *http.Request, _ func() map[string]any) { <-r.Context().Done() },
		"truncated": func(w http.ResponseWriter, _ *http.Request, _ func() map[string]any) {
			w.Header().Set("Content-Length", "500")
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"ipAddress":"192`)
		},
		"no JSON": func(w http.ResponseWriter, _ *http.Request, _ func() map[string]any) { _, _ = io.WriteString(w, "ok") },
		"web page": func(w http.ResponseWriter, r *http.Request, _ func() map[string]any) {
			page(200, "text/html", "<html>")(w, r)
		},
		"no address": func(w http.ResponseWriter, r *http.Request, _ func() map[string]any) {
			answer(201, `{"operatorId":"OP"}`)(w, r)
		},
	}
	for _, status := range []int{408, 500, 502, 503, 504} {
		ways[fmt.Sprint(status)] = func(w http.ResponseWriter, r *http.Request, _ func() map[string]any) {
			withHeader(answer(status, ""), "Retry-After", "1")(w, r)
		}
	}
	return ways
}

func newCreator(t *testing.T, f *fakeNapter) (*Session, *[]time.Duration) {
	c, pauses := newClient(t, f.URL)
	c.timing.create = 200 * time.Millisecond // how long "silence" lasts
	return c.Session(func(context.Context) (Token, error) { return testToken, nil }), pauses
}
