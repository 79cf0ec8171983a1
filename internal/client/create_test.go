package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// TestLostCreate: the answer is lost in every way that there is, after the
// server did it and without: the caller is told so at once, and the request is
// not repeated.
func TestLostCreate(t *testing.T) {
	for name, lose := range losses() {
		for what, onPost := range map[string]poster{"not done": lose, "done": func(w http.ResponseWriter, r *http.Request, create func() map[string]any) {
			create()
			lose(w, r, nil)
		}} {
			t.Run(name+"/"+what, func(t *testing.T) {
				f := newFakeNapter(t, onPost)
				s, pauses := newCreator(t, f)
				before := time.Now()
				_, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
				checkLost(t, err, before)
				posts, lists := f.counts()
				equal(t, "creates", posts, 1)
				equal(t, "lists", lists, 0)
				equal(t, "pauses", len(*pauses), 0)
			})
		}
	}
}

func checkLost(t *testing.T, err error, before time.Time) *LostCreateError {
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
	return lost
}

// TestLostCreateByServersClock: the API's clock may be far from ours.
func TestLostCreateByServersClock(t *testing.T) {
	for _, skew := range []time.Duration{-time.Hour, time.Hour} {
		f := newFakeNapter(t, losses()["502"])
		f.skew = skew
		s, _ := newCreator(t, f)
		_, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
		lost := checkLost(t, err, time.Now().Add(skew))
		equal(t, "slack", lost.Slack, slackKnown)
	}
}

func TestLostCreateWithoutDate(t *testing.T) {
	f := newFakeNapter(t, losses()["502"])
	f.noDate, f.skew = true, -30*time.Second
	s, _ := newCreator(t, f)
	_, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
	lost := checkLost(t, err, time.Now())
	equal(t, "slack", lost.Slack, slackUnknown)
}

func TestLostCreateInGenericForm(t *testing.T) {
	bySIM, byIMSI := sshRequest(), sshRequest()
	bySIM.SimID, byIMSI.IMSI = "89", "4401"
	for _, r := range []CreatePortMappingRequest{bySIM, byIMSI} {
		f := newFakeNapter(t, losses()["cut"])
		s, _ := newCreator(t, f)
		before := time.Now()
		_, err := s.CreatePortMapping(context.Background(), r)
		checkLost(t, err, before)
	}
}

// TestListPortMappingsOnce: the caller repeats what fails, and nobody else.
func TestListPortMappingsOnce(t *testing.T) {
	for target, path := range map[[2]string]string{
		{"89", ""}: "/v1/port_mappings/sims/89", {"89", "4401"}: "/v1/port_mappings/sims/89", {"", "4401"}: "/v1/port_mappings/subscribers/4401",
	} {
		status := http.StatusServiceUnavailable
		var listed []string
		srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
			listed = append(listed, r.URL.Path)
			answer(status, `[{"ipAddress":"192.0.2.1","port":40000}]`)(w, r)
		})
		c, _ := newClient(t, srv.URL)
		s := c.Session(func(context.Context) (Token, error) { return testToken, nil })
		if _, err := s.ListPortMappingsOnce(context.Background(), target[0], target[1]); err == nil {
			t.Error("no error")
		}
		status = http.StatusOK
		list, err := s.ListPortMappingsOnce(context.Background(), target[0], target[1])
		if err != nil || len(list) != 1 || list[0].Port != 40000 {
			t.Errorf("got %v, %v", list, err)
		}
		equal(t, "requests", fmt.Sprint(listed), fmt.Sprint([]string{path, path}))
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
	for want := range 2 { // with a new connection, then with another one
		before := time.Now()
		_, err := s.CreatePortMappingForSim(context.Background(), "89", sshRequest())
		checkLost(t, err, before)
		posts, _ := f.counts()
		equal(t, "creates", posts, want+1)
	}
}
