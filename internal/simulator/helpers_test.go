package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"
)

// start runs a simulator for one test, and checks that it ends.
func start(t *testing.T, o Options) *Simulator {
	t.Helper()
	if o.SIMs == 0 {
		o.SIMs = 60
	}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// user calls the API as one user.
type user struct {
	t          *testing.T
	s          *Simulator
	client     *http.Client
	key, token string
	lang       string
}

func anonymous(t *testing.T, s *Simulator) *user {
	return &user{t: t, s: s, client: &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}}
}

// login is the user of an account, with an AuthKey.
func login(t *testing.T, s *Simulator, name string) *user {
	t.Helper()
	u := anonymous(t, s)
	t.Cleanup(u.client.CloseIdleConnections)
	a, ok := s.Account(name)
	if !ok || a.AuthKey == "" {
		t.Fatalf("no AuthKey of %q", name)
	}
	u.use(u.call("POST", "/auth", map[string]any{"authKeyId": a.AuthKeyID, "authKey": a.AuthKey}).ok(200))
	return u
}

func (u *user) use(r reply) {
	var v struct{ APIKey, Token string }
	r.into(&v)
	u.key, u.token = v.APIKey, v.Token
}

type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

func (u *user) call(method, path string, body any) reply {
	u.t.Helper()
	r, err := u.try(method, path, body)
	if err != nil {
		u.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (u *user) try(method, path string, body any) (reply, error) {
	u.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = bytes.NewReader([]byte(b))
	default:
		j, err := json.Marshal(b)
		if err != nil {
			u.t.Fatal(err)
		}
		in = bytes.NewReader(j)
	}
	req, err := http.NewRequestWithContext(u.t.Context(), method, u.s.Endpoint()+"/v1"+path, in)
	if err != nil {
		u.t.Fatal(err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if u.key != "" {
		req.Header.Set("X-Soracom-API-Key", u.key)
		req.Header.Set("X-Soracom-Token", u.token)
	}
	if u.lang != "" {
		req.Header.Set("X-Soracom-Lang", u.lang)
	}
	res, err := u.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	return reply{u.t, res.StatusCode, res.Header, b}, err
}

// ok fails the test unless the status is the given one.
func (r reply) ok(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	return r
}

func (r reply) into(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		r.t.Fatalf("%v: %s", err, r.body)
	}
}

// fails checks status, code and that there is a message.
func (r reply) fails(status int, code string) {
	r.t.Helper()
	r.ok(status)
	var v struct{ Code, Message string }
	r.into(&v)
	if v.Code != code || v.Message == "" {
		r.t.Fatalf("code %q message %q, want code %q: %s", v.Code, v.Message, code, r.body)
	}
}

// object is the body as a plain map.
func (r reply) object() map[string]any {
	r.t.Helper()
	var v map[string]any
	r.into(&v)
	return v
}

func (r reply) list() []map[string]any {
	r.t.Helper()
	var v []map[string]any
	r.into(&v)
	return v
}

// eventually polls until f is true.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func (s *Simulator) must(t *testing.T, name string) SIM {
	t.Helper()
	sim, ok := s.SIMByName(name)
	if !ok {
		t.Fatalf("no SIM %q", name)
	}
	return sim
}
