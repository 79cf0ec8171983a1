package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// tokenServer accepts the tokens that it is told to, and answers {} to them.
type tokenServer struct {
	*server
	valid   sync.Map
	logouts atomic.Int32
}

func newTokenServer(t *testing.T) *tokenServer {
	ts := &tokenServer{}
	ts.server = newServer(t, func(w http.ResponseWriter, r *http.Request) {
		token := r.Header.Get(headerToken)
		if _, ok := ts.valid.Load(token); !ok {
			answer(401, `{"code":"AUM0001","message":"no"}`)(w, r)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/logout") {
			ts.logouts.Add(1)
			ts.valid.Delete(token)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(200, `{"simId":"89","token":"generated"}`)(w, r)
	})
	return ts
}

// issue is a login that gives t1, t2, … and makes them valid.
func (ts *tokenServer) issue(logins *atomic.Int32) func(context.Context) (Token, error) {
	return func(context.Context) (Token, error) {
		name := fmt.Sprintf("t%d", logins.Add(1))
		ts.valid.Store(name, true)
		return Token{APIKey: "key", Token: name, OperatorID: "OP1"}, nil
	}
}

func TestFiftyCallersLogInOnce(t *testing.T) {
	ts := newTokenServer(t)
	c, _ := newClient(t, ts.URL)
	var logins, waiting atomic.Int32
	issue := ts.issue(&logins)
	all := make(chan struct{})
	s := c.Session(func(ctx context.Context) (Token, error) {
		<-all
		return issue(ctx)
	})
	call := func(when string) {
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if waiting.Add(1) == 50 {
					close(all)
				}
				if _, err := s.GetSim(context.Background(), "89"); err != nil {
					t.Errorf("%s: %v", when, err)
				}
			})
		}
		wg.Wait()
	}
	call("at first")
	equal(t, "logins", logins.Load(), 1)
	ts.valid.Delete("t1") // revoked: fifty answers of 401 at about the same time
	call("after the revocation")
	equal(t, "logins", logins.Load(), 2)
}

func TestRevokedTokenInMidSession(t *testing.T) {
	for name, refusal := range map[string]http.HandlerFunc{
		"401":                 answer(401, ""),
		"Invalid API key 400": answer(400, `{"code":"X","message":"Invalid API key."}`),
		"Invalid API key 403": answer(403, `{"httpStatus":403,"errorMessage":{"code":"X","message":"Invalid API key"}}`),
		"Invalid API key 500": answer(500, `{"code":"X","message":"invalid api key"}`),
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t, answer(200, `{}`), refusal, answer(200, `{"simId":"89"}`), refusal)
			c, _ := newClient(t, srv.URL)
			logins := 0
			s := c.Session(func(context.Context) (Token, error) {
				logins++
				return Token{APIKey: "key", Token: fmt.Sprintf("t%d", logins)}, nil
			})
			for range 2 {
				if _, err := s.GetSim(context.Background(), "89"); err != nil {
					t.Fatal(err)
				}
			}
			equal(t, "logins", logins, 2)
			equal(t, "token of the repeated call", srv.seen()[2].Header.Get(headerToken), "t2")
			_, err := s.GetSim(context.Background(), "89")
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Hint().String(), "revoked or has expired") {
				t.Errorf("got %v", err)
			}
			equal(t, "logins", logins, 3)
			equal(t, "calls", len(srv.seen()), 5)
		})
	}
}

func TestLoginFails(t *testing.T) {
	srv := newServer(t, answer(200, `{}`))
	c, _ := newClient(t, srv.URL)
	fail := errors.New("wrong password")
	logins := 0
	s := c.Session(func(context.Context) (Token, error) {
		if logins++; logins == 1 {
			return Token{}, fail
		}
		return testToken, nil
	})
	if _, err := s.GetSim(context.Background(), "89"); !errors.Is(err, fail) {
		t.Errorf("got %v", err)
	}
	if _, err := s.GetSim(context.Background(), "89"); err != nil {
		t.Errorf("the failure was kept: %v", err)
	}
}

// TestLoginOutlivesItsFirstCaller: who started the login gives up; the other one
// that waits for it gets the token, and nobody logs in twice.
func TestLoginOutlivesItsFirstCaller(t *testing.T) {
	c, _ := newClient(t, "http://127.0.0.1:1")
	begun, release := make(chan struct{}), make(chan struct{})
	var logins atomic.Int32
	s := c.Session(func(ctx context.Context) (Token, error) {
		logins.Add(1)
		close(begun)
		select {
		case <-release:
			return testToken, nil
		case <-ctx.Done():
			return Token{}, ctx.Err()
		}
	})
	first, cancel := context.WithCancel(context.Background())
	failed := make(chan error, 1)
	go func() { failed <- none(s.Token(first)) }()
	<-begun
	got := make(chan error, 1)
	go func() { got <- none(s.Token(context.Background())) }()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the first caller got %v", err)
	}
	close(release)
	if err := <-got; err != nil {
		t.Errorf("the second caller got %v", err)
	}
	equal(t, "logins", logins.Load(), 1)
}

func TestCancelledCallerStartsNoLogin(t *testing.T) {
	c, _ := newClient(t, "http://127.0.0.1:1")
	s := c.Session(func(context.Context) (Token, error) {
		t.Error("logged in")
		return testToken, nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Token(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestLoginIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Options{Endpoint: "https://api.soracom.io"})
		if err != nil {
			t.Fatal(err)
		}
		s := c.Session(func(ctx context.Context) (Token, error) {
			<-ctx.Done()
			return Token{}, ctx.Err()
		})
		begun := time.Now()
		if _, err := s.Token(context.Background()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		equal(t, "time", time.Since(begun), 2*time.Minute)
	})
}

func TestRenewalBeforeExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Options{Endpoint: "https://api.soracom.io"})
		if err != nil {
			t.Fatal(err)
		}
		logins, down := 0, false
		s := c.Session(func(context.Context) (Token, error) {
			logins++
			if down {
				return Token{}, errors.New("network is down")
			}
			return Token{APIKey: "k", Token: fmt.Sprint(logins), Expires: time.Now().Add(time.Hour)}, nil
		})
		token := func() string {
			got, err := s.Token(context.Background())
			if err != nil {
				return err.Error()
			}
			return got.Token
		}
		equal(t, "first", token(), "1")
		time.Sleep(58 * time.Minute)
		equal(t, "two minutes before its end", token(), "1")
		time.Sleep(61 * time.Second)
		equal(t, "a minute before its end", token(), "2")
		down = true
		time.Sleep(59*time.Minute + 30*time.Second)
		equal(t, "renewal fails while the token lasts", token(), "2")
		time.Sleep(31 * time.Second)
		equal(t, "renewal fails after its end", token(), "network is down")
		down = false
		equal(t, "back again", token(), "5")
	})
}

func TestShortTokensAreRenewedInTime(t *testing.T) {
	now := time.Now()
	for life, want := range map[time.Duration]time.Duration{
		3 * time.Minute: 162 * time.Second, time.Hour: 59 * time.Minute, 24 * time.Hour: 24*time.Hour - time.Minute,
	} {
		equal(t, life.String(), renewal(Token{Expires: now.Add(life)}, now).Sub(now), want)
	}
	equal(t, "unknown", renewal(Token{}, now).IsZero(), true)
}

func TestLogout(t *testing.T) {
	ts := newTokenServer(t)
	c, _ := newClient(t, ts.URL)
	var logins atomic.Int32
	s := c.Session(ts.issue(&logins))
	ctx := context.Background()
	if err := s.Logout(ctx); err != nil {
		t.Fatal(err)
	}
	equal(t, "calls of a logout without login", len(ts.seen()), 0)
	equal(t, "logins", logins.Load(), 0)
	for want := int32(1); want <= 2; want++ {
		if _, err := s.GetSim(ctx, "89"); err != nil {
			t.Fatal(err)
		}
		equal(t, "logins", logins.Load(), want)
		for range 2 { // the second one has nothing to do
			if err := s.Logout(ctx); err != nil {
				t.Fatal(err)
			}
		}
		equal(t, "logouts", ts.logouts.Load(), want)
	}
}

func TestLogoutWaitsForALogin(t *testing.T) {
	ts := newTokenServer(t)
	c, _ := newClient(t, ts.URL)
	var logins atomic.Int32
	issue := ts.issue(&logins)
	begun, release := make(chan struct{}), make(chan struct{})
	s := c.Session(func(ctx context.Context) (Token, error) {
		close(begun)
		<-release
		return issue(ctx)
	})
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan error, 1)
	go func() { gone <- none(s.GetSim(ctx, "89")) }()
	<-begun
	cancel() // the command is interrupted while it logs in
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Logout(context.Background()) }()
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	equal(t, "logouts", ts.logouts.Load(), 1)
}

func TestGenerateAuthToken(t *testing.T) {
	ts := newTokenServer(t)
	ts.valid.Store("generated", true)
	c, _ := newClient(t, ts.URL)
	var logins atomic.Int32
	s := c.Session(ts.issue(&logins))
	got, err := s.GenerateAuthToken(context.Background(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "key", got.APIKey, "key")
	equal(t, "token", got.Token, "generated")
	if left := time.Until(got.Expires); left < 59*time.Minute || left > time.Hour {
		t.Errorf("it expires in %s", left)
	}
	current, err := s.Token(context.Background())
	equal(t, "the session's token", current.Token, "generated")
	equal(t, "error", err, nil)
}

func TestTokenExpiryComesFromItsLife(t *testing.T) {
	srv := newServer(t, answer(200, `{"apiKey":"a","token":"t","operatorId":"OP","userName":"u","expires":"1999-01-01T00:00:00Z"}`))
	c, _ := newClient(t, srv.URL)
	for asked, want := range map[time.Duration]time.Duration{0: 24 * time.Hour, 10 * time.Minute: 10 * time.Minute} {
		tok, err := c.Auth(context.Background(), Credentials{AuthKeyID: "k", AuthKey: "s"}, asked)
		if err != nil {
			t.Fatal(err)
		}
		if d := time.Until(tok.Expires) - want; d > 0 || d < -5*time.Second {
			t.Errorf("asked for %s: %s off", asked, d)
		}
		equal(t, "user", tok.UserName, "u")
	}
	tok, err := c.SwitchUser(context.Background(), testToken, "OP", "u", 0)
	if d := time.Until(tok.Expires) - time.Hour; err != nil || d > 0 || d < -5*time.Second {
		t.Errorf("switched: %s off, %v", d, err)
	}
}
