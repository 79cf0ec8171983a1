package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// TestLostCreate: the answer is lost in every way that there is, after the
// server did it and without; the request is never repeated.
func TestLostCreate(t *testing.T) {
	for name, lose := range losses() {
		t.Run(name, func(t *testing.T) {
			t.Run("done", func(t *testing.T) {
				f := newFakeNapter(t, func(w http.ResponseWriter, r *http.Request, create func() map[string]any) {
					create()
					lose(w, r, nil)
				})
				s, _ := newCreator(t, f)
				m, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
				if err != nil || m.Port != 40000 {
					t.Errorf("got %v, %v, want the mapping that was made", m.Port, err)
				}
				posts, lists := f.counts()
				equal(t, "creates", posts, 1)
				equal(t, "lists", lists, 1)
			})
			t.Run("not done", func(t *testing.T) {
				f := newFakeNapter(t, lose)
				s, pauses := newCreator(t, f)
				before := time.Now()
				_, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
				checkLost(t, err, before)
				posts, lists := f.counts()
				equal(t, "creates", posts, 1)
				equal(t, "lists", lists, 5)
				var total time.Duration
				for _, p := range *pauses {
					total += p
				}
				equal(t, "time spent looking", total, 3*time.Second)
			})
		})
	}
}

func checkLost(t *testing.T, err error, before time.Time) {
	t.Helper()
	var lost *LostCreateError
	if !errors.As(err, &lost) {
		t.Fatalf("got %v, want a *LostCreateError", err)
	}
	if d := lost.Since.Sub(before); d < -2*time.Second || d > 10*time.Second {
		t.Errorf("since is %s after the call", d)
	}
	if message.Hint(err).String() == "" || lost.Unwrap() == nil {
		t.Error("no hint or no cause")
	}
}

func TestLostCreateShowsUpLate(t *testing.T) {
	f := newFakeNapter(t, nil)
	var create func() map[string]any
	f.onPost = func(w http.ResponseWriter, r *http.Request, c func() map[string]any) {
		create = c
		answer(504, "")(w, r)
	}
	f.onList = func(w http.ResponseWriter, n int) bool {
		switch n {
		case 1:
			w.WriteHeader(http.StatusNotFound) // none yet
			return true
		case 2:
			w.WriteHeader(http.StatusInternalServerError)
			return true
		case 3:
			f.mu.Unlock()
			create()
			f.mu.Lock()
		}
		return false
	}
	s, _ := newCreator(t, f)
	m, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
	if err != nil || m.Port != 40000 {
		t.Errorf("got %v, %v", m.Port, err)
	}
	posts, lists := f.counts()
	equal(t, "creates", posts, 1)
	equal(t, "lists", lists, 3)
}

// TestLostCreateByServersClock: the API's clock may be far from ours.
func TestLostCreateByServersClock(t *testing.T) {
	for _, skew := range []time.Duration{-time.Hour, time.Hour} {
		f := newFakeNapter(t, func(w http.ResponseWriter, r *http.Request, create func() map[string]any) {
			create()
			cut(w, r)
		})
		f.skew = skew
		s, _ := newCreator(t, f)
		if _, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest()); err != nil {
			t.Errorf("skew %s: %v", skew, err)
		}
		f.mu.Lock()
		f.mappings, f.onPost = nil, losses()["cut"]
		f.mu.Unlock()
		_, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
		checkLost(t, err, time.Now().Add(skew))
	}
}

func TestLostCreateWithoutDate(t *testing.T) {
	f := newFakeNapter(t, func(w http.ResponseWriter, r *http.Request, create func() map[string]any) {
		create()
		cut(w, r)
	})
	f.noDate, f.skew = true, -30*time.Second
	s, _ := newCreator(t, f)
	if _, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest()); err != nil {
		t.Error(err)
	}
}

// TestLostCreateTakesNobodyElses: of many mappings of the SIM only that which is
// what was asked for, and new, is taken for ours.
func TestLostCreateTakesNobodyElses(t *testing.T) {
	f := newFakeNapter(t, nil)
	base := sshRequest()
	base.SourceRanges = append(base.SourceRanges, netip.MustParsePrefix("198.51.100.0/24"))
	others := []func(m map[string]any){
		func(m map[string]any) { m["createdTime"] = time.Now().Add(-time.Minute).UnixMilli() },
		func(m map[string]any) { m["createdTime"] = nil },
		func(m map[string]any) { m["expired"] = true },
		func(m map[string]any) { m["tlsRequired"] = true },
		func(m map[string]any) { m["destination"].(map[string]any)["port"] = 23 },
		func(m map[string]any) { m["destination"].(map[string]any)["simId"] = "90" },
		func(m map[string]any) {
			m["destination"].(map[string]any)["destinationChoosingStrategy"] = ArcPrioritized
		},
		func(m map[string]any) { m["source"] = map[string]any{"ipRanges": []any{"203.0.113.7/32"}} },
		func(m map[string]any) { m["source"] = map[string]any{"ipRanges": []any{"203.0.113.7/32", "0.0.0.0/0"}} },
		func(m map[string]any) { m["source"] = map[string]any{"ipRanges": []any{"everywhere"}} },
		func(m map[string]any) { m["source"] = nil },
		func(m map[string]any) {}, // like ours, but excluded
	}
	ours := func(m map[string]any) { // another order and another way to write the same ranges
		m["source"] = map[string]any{"ipRanges": []any{"198.51.100.0/24", "203.0.113.7"}}
	}
	second := func(m map[string]any) { m["createdTime"] = time.Now().Add(4 * time.Second).UnixMilli() }
	f.onPost = func(w http.ResponseWriter, r *http.Request, create func() map[string]any) {
		for _, change := range append(others, ours, second) {
			m := create()
			f.mu.Lock()
			change(m)
			f.mu.Unlock()
		}
		cut(w, r)
	}
	excluded := Number(40000 + len(others) - 1)
	base.Exclude = func(m PortMapping) bool { return m.Port == excluded }
	s, _ := newCreator(t, f)
	m, err := s.CreatePortMappingForSim(context.Background(), "89", base)
	if err != nil || int(m.Port) != 40000+len(others) {
		t.Errorf("got port %d, %v, want %d", m.Port, err, 40000+len(others))
	}
}

func TestLostCreateInGenericForm(t *testing.T) {
	bySIM, byIMSI := sshRequest(), sshRequest()
	bySIM.SimID, bySIM.Service = "89", "arc"
	byIMSI.IMSI = "4401"
	for path, r := range map[string]CreatePortMappingRequest{
		"/v1/port_mappings/sims/89": bySIM, "/v1/port_mappings/subscribers/4401": byIMSI,
	} {
		f := newFakeNapter(t, func(w http.ResponseWriter, r *http.Request, create func() map[string]any) {
			create()
			cut(w, r)
		})
		var listed string
		inner := f.Config.Handler
		f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				listed = r.URL.Path
			}
			inner.ServeHTTP(w, r)
		})
		s, _ := newCreator(t, f)
		if m, err := s.CreatePortMapping(context.Background(), r); err != nil || m.Port != 40000 {
			t.Errorf("got %v, %v", m.Port, err)
		}
		equal(t, "listed", listed, path)
	}
}

func TestCreateRepeatsOnlyWhatDidNothing(t *testing.T) {
	n := 0
	f := newFakeNapter(t, func(w http.ResponseWriter, r *http.Request, create func() map[string]any) {
		n++
		switch n {
		case 1:
			withHeader(answer(429, ""), "Retry-After", "2")(w, r)
		case 2:
			answer(401, "")(w, r)
		case 3:
			answer(400, `{"message":"Invalid API key"}`)(w, r) // the second login did not help
		default:
			write(w, 201, create())
		}
	})
	logins := 0
	c, _ := newClient(t, f.URL)
	s := c.Session(func(context.Context) (Token, error) {
		logins++
		return Token{APIKey: "a", Token: fmt.Sprint(logins)}, nil
	})
	_, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
	var e *Error
	if !errors.As(err, &e) || !e.InvalidToken() {
		t.Errorf("got %v, want the second refusal", err)
	}
	equal(t, "logins", logins, 2)
	m, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
	if err != nil || m.Port != 40000 {
		t.Errorf("got %v, %v", m.Port, err)
	}
	posts, lists := f.counts()
	equal(t, "creates", posts, 4)
	equal(t, "lists", lists, 0)
}

func TestCreateRefused(t *testing.T) {
	for _, status := range []int{400, 403, 404, 409, 422} {
		f := newFakeNapter(t, func(w http.ResponseWriter, r *http.Request, _ func() map[string]any) {
			answer(status, `{"code":"NAP1","message":"no"}`)(w, r)
		})
		s, _ := newCreator(t, f)
		_, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
		var lost *LostCreateError
		if err == nil || errors.As(err, &lost) {
			t.Errorf("%d: got %v, want a plain refusal", status, err)
		}
		posts, lists := f.counts()
		equal(t, "calls", posts+lists, 1)
	}
}

// TestCancelledCreateKeepsTheIntent: the caller gives up while the answer is on
// its way; the mapping may exist, and the error says so at once.
func TestCancelledCreateKeepsTheIntent(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	f := newFakeNapter(t, func(_ http.ResponseWriter, r *http.Request, create func() map[string]any) {
		create()
		cancel()
		<-r.Context().Done()
	})
	s, _ := newCreator(t, f)
	_, err := s.CreatePortMappingForSim(ctx, "89", sshRequest())
	checkLost(t, err, time.Now())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v hides the cancellation", err)
	}
	posts, lists := f.counts()
	equal(t, "creates", posts, 1)
	equal(t, "lists", lists, 0)
}

func TestCancelledBeforeCreate(t *testing.T) {
	f := newFakeNapter(t, losses()["cut"])
	s, _ := newCreator(t, f)
	if _, err := s.Token(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.CreatePortMappingForSim(ctx, "89", sshRequest())
	var lost *LostCreateError
	if errors.As(err, &lost) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the cancellation alone", err)
	}
	posts, _ := f.counts()
	equal(t, "creates", posts, 0)
}

// TestFailedLoginIsNoLostCreate: the create was refused with 401, which made
// nothing; that the login after it fails loses nothing.
func TestFailedLoginIsNoLostCreate(t *testing.T) {
	f := newFakeNapter(t, func(w http.ResponseWriter, r *http.Request, _ func() map[string]any) {
		if strings.HasSuffix(r.URL.Path, "/auth") {
			cut(w, r)
		}
		answer(401, "")(w, r)
	})
	c, _ := newClient(t, f.URL)
	logins := 0
	s := c.Session(func(ctx context.Context) (Token, error) {
		if logins++; logins == 1 {
			return testToken, nil
		}
		return c.Auth(ctx, Credentials{AuthKeyID: "k", AuthKey: "s"}, 0)
	})
	_, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
	var lost *LostCreateError
	if err == nil || errors.As(err, &lost) {
		t.Errorf("got %v", err)
	}
}

// TestLostCreateOverHTTP2: the connection trace must hold there too.
func TestLostCreateOverHTTP2(t *testing.T) {
	f := newFakeNapter(t, func(w http.ResponseWriter, r *http.Request, create func() map[string]any) {
		create()
		cut(w, r)
	})
	srv := newTLSServer(t, f.ServeHTTP, true)
	c, _ := newClient(t, srv.URL)
	srv.trust(c)
	s := c.Session(func(context.Context) (Token, error) { return testToken, nil })
	for want := range 2 { // with a new connection, then with a used one
		if m, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest()); err != nil || m.Port != Number(40000) {
			t.Errorf("%d: got %v, %v", want, m.Port, err)
		}
		posts, lists := f.counts()
		equal(t, "creates", posts, want+1)
		equal(t, "lists", lists, want+1)
	}
}
