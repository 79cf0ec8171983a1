package profile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// api is Soracom's authentication: what it was sent, and which tokens live.
type api struct {
	password, code string // code "" means no MFA

	mu     sync.Mutex
	logins []map[string]any
	swaps  []map[string]any
	live   map[string]bool
	trust  bool
}

func newAPI(t *testing.T) (*api, *client.Client) {
	t.Helper()
	s := &api{password: "pw", live: map[string]bool{}, trust: true}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c, err := client.New(client.Options{Endpoint: server.URL, RetryDelay: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return s, c
}

func (s *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body map[string]any
	if r.ContentLength > 0 {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
	}
	key := r.Header.Get("X-Soracom-API-Key")
	switch r.Method + " " + r.URL.Path {
	case "POST /v1/auth":
		s.logins = append(s.logins, body)
		if body["authKey"] != "secret" && body["password"] != s.password || s.code != "" && body["authKey"] == nil && body["mfaOTPCode"] != s.code {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"code":"AUM0004","message":"Invalid credentials"}`))
			return
		}
		s.issue(w, fmt.Sprintf("api-%d", len(s.logins)))
	case "POST /v1/auth/switch_user":
		s.swaps = append(s.swaps, body)
		if !s.live[key] || !s.trust {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.issue(w, "api-switched")
	case "POST /v1/auth/logout":
		delete(s.live, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (s *api) issue(w http.ResponseWriter, key string) {
	s.live[key] = true
	_, _ = fmt.Fprintf(w, `{"apiKey":%q,"token":"t","operatorId":"OP1","userName":"u"}`, key)
}

// codes answers with each in turn.
func codes(list ...string) (func(context.Context) (string, error), *int) {
	asked := 0
	return func(context.Context) (string, error) {
		asked++
		return list[asked-1], nil
	}, &asked
}

func root(password, code string) Account {
	return Account{Profile: "work", Credentials: client.Credentials{Email: "e", Password: password, MFAOTPCode: code}}
}

func TestLogin(t *testing.T) {
	s, c := newAPI(t)
	a := Account{Credentials: client.Credentials{AuthKeyID: "k", AuthKey: "secret"}}
	got, err := a.Login(t.Context(), c, nil)
	if err != nil || got.APIKey != "api-1" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if life := s.logins[0]["tokenTimeoutSeconds"]; life != float64(9*3600) {
		t.Errorf("the token lives %v s", life)
	}
	a.TokenTimeout = time.Hour
	if _, err := a.Login(t.Context(), c, nil); err != nil || s.logins[1]["tokenTimeoutSeconds"] != float64(3600) {
		t.Errorf("%v, %v", s.logins[1], err)
	}
}

func TestLoginRefused(t *testing.T) {
	s, c := newAPI(t)
	never := func(context.Context) (string, error) { t.Error("asked for a code"); return "", nil }
	key := Account{Profile: "my work", Credentials: client.Credentials{AuthKeyID: "k", AuthKey: "TOPSECRET"}}
	for _, tc := range []struct {
		account       Account
		otp           func(context.Context) (string, error)
		message, hint string
	}{
		{key, never, "AuthKey k was refused: ", "create a new one in the user console, then run: napter-connect auth login --force --profile 'my work'"},
		{root("TOPSECRET", ""), nil, "root user e was refused: ", "an MFA code is needed: give one with --otp or NAPTER_CONNECT_OTP"},
		{root("TOPSECRET", "111111"), nil, "root user e was refused: ", "take the next one, and check the clock"},
	} {
		s.logins = nil
		_, err := tc.account.Login(t.Context(), c, tc.otp)
		var answer *client.Error
		if !errors.As(err, &answer) || answer.Status != 401 || !strings.HasPrefix(err.Error(), tc.message) || !strings.Contains(message.Hint(err).String(), tc.hint) {
			t.Errorf("%v, hint %q", err, message.Hint(err).String())
		}
		if len(s.logins) != 1 {
			t.Errorf("%d logins", len(s.logins))
		}
		if strings.Contains(fmt.Sprint(err), "TOPSECRET") {
			t.Errorf("shows the secret: %v", err)
		}
	}
}

func TestLoginAsksForCode(t *testing.T) {
	for _, tc := range []struct {
		name          string
		given         string
		answers       []string
		asked, logins int
		ok            bool
	}{
		{"given", "654321", nil, 0, 1, true},
		{"asked", "", []string{"654321"}, 1, 2, true},
		{"in two groups", "", []string{" 654 321\n"}, 1, 2, true},
		{"a used code was given", "111111", []string{"654321"}, 1, 2, true},
		{"wrong once", "", []string{"111111", "654321"}, 2, 3, true},
		{"no code at first", "", []string{"12345", "abcdef", "654321"}, 3, 2, true},
		{"three wrong ones", "", []string{"1", "2", "3"}, 3, 1, false},
		{"wrong thrice", "", []string{"111111", "222222", "333333"}, 3, 4, false},
		{"gives up", "", []string{""}, 1, 1, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, c := newAPI(t)
			s.code = "654321"
			otp, asked := codes(tc.answers...)
			got, err := root("pw", tc.given).Login(t.Context(), c, otp)
			if (err == nil) != tc.ok || *asked != tc.asked || len(s.logins) != tc.logins {
				t.Errorf("%v, asked %d times, %d logins", err, *asked, len(s.logins))
			}
			if tc.ok && !s.live[got.APIKey] {
				t.Errorf("%q is not a token", got.APIKey)
			}
			if !tc.ok && message.Hint(err).String() == "" {
				t.Errorf("no hint: %v", err)
			}
		})
	}
}

func TestLoginOTPInterrupted(t *testing.T) {
	s, c := newAPI(t)
	s.code = "654321"
	_, err := root("pw", "").Login(t.Context(), c, func(context.Context) (string, error) { return "", context.Canceled })
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "asking for the MFA code") {
		t.Errorf("got %v", err)
	}
}

func TestLoginSwitchesUser(t *testing.T) {
	s, c := newAPI(t)
	a := root("pw", "")
	a.Switch = &SwitchUser{OperatorID: "OP2", UserName: "target", TokenTimeout: 600 * time.Second}
	got, err := a.Login(t.Context(), c, nil)
	if err != nil || got.APIKey != "api-switched" {
		t.Fatalf("got %+v, %v", got, err)
	}
	want := map[string]any{"operatorId": "OP2", "userName": "target", "tokenTimeoutSeconds": float64(600)}
	if fmt.Sprint(s.swaps[0]) != fmt.Sprint(want) {
		t.Errorf("sent %v", s.swaps[0])
	}
	if s.logins[0]["tokenTimeoutSeconds"] != float64(180) {
		t.Errorf("the source's token lives %v s", s.logins[0]["tokenTimeoutSeconds"])
	}
	if len(s.live) != 1 || !s.live["api-switched"] {
		t.Errorf("live tokens: %v", s.live)
	}
	s.trust = false
	delete(s.live, "api-switched")
	_, err = a.Login(t.Context(), c, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "switching to target: ") || !strings.Contains(message.Hint(err).String(), "trust policy") {
		t.Errorf("%v, hint %q", err, message.Hint(err).String())
	}
	if len(s.live) != 0 {
		t.Errorf("a token is left: %v", s.live)
	}
}
