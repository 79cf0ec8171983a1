package simulator

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestUnknownIsRefused(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	for _, c := range []struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		{"GET", "/nothing", nil, 404, "COM0002"},
		{"GET", "/sims/", nil, 404, "COM0002"},
		{"GET", "/sims/1/2", nil, 404, "COM0002"},
		{"POST", "/query/sims", map[string]any{}, 405, "COM0003"},
		{"PUT", "/port_mappings", map[string]any{}, 405, "COM0003"},
		{"GET", "/auth", nil, 405, "COM0003"},
		{"PATCH", "/port_mappings/127.0.0.1/22", nil, 405, "COM0003"},
		{"GET", "/sims/1?x=y", nil, 400, "COM0001"},
		{"GET", "/sims?limit=10&limit=20", nil, 400, "COM0001"},
		{"GET", "/sims?limit=", nil, 400, "COM0001"},
		{"GET", "/sims?limit=0", nil, 400, "COM0001"},
		{"GET", "/sims?last_evaluated_key=nobody", nil, 400, "COM0001"},
		{"GET", "/sims", `{"a":1}`, 400, "COM0001"},
		{"GET", "/sims/8900000000000000000", nil, 404, "SEM0001"},
		{"GET", "/subscribers/000000000000000", nil, 404, "SEM0002"},
	} {
		t.Run(c.method+c.path, func(t *testing.T) {
			(&user{t: t, s: s, client: u.client, key: u.key, token: u.token}).call(c.method, c.path, c.body).fails(c.status, c.code)
		})
	}
	res, err := http.Post(s.Endpoint()+"/v1/auth", "text/plain", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("another content type: %d", res.StatusCode)
	}
	if res, err = http.Get(s.Endpoint() + "/sims"); err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusNotFound || res.Header.Get("Date") == "" {
		t.Errorf("without /v1: %d, Date %q", res.StatusCode, res.Header.Get("Date"))
	}
}

func TestRequestsAreLogged(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	u.call("GET", "/query/sims?name=gw&limit=5", nil).ok(200)
	u.call("GET", "/nothing", nil).ok(404)
	log := s.Requests()
	if len(log) != 3 || s.Count("auth") != 1 || s.Count("searchSims") != 1 || s.Count("listSims") != 0 {
		t.Fatalf("%d requests logged", len(log))
	}
	q := log[1]
	if q.Operation != "searchSims" || q.Method != http.MethodGet || q.Path != "/v1/query/sims" || q.Query.Get("limit") != "5" ||
		q.Status != 200 || q.User != s.OperatorID()+"/"+Engineer || q.Header.Get("X-Soracom-Token") != u.token {
		t.Errorf("%+v", q)
	}
	if q.Conn == 0 || q.Conn != log[0].Conn {
		t.Errorf("one kept connection was numbered %d and %d", log[0].Conn, q.Conn)
	}
	if !strings.Contains(string(log[0].Body), "authKeyId") || log[2].Operation != "" || log[2].Status != 404 {
		t.Errorf("%+v", log)
	}
	s.ResetRequests()
	if len(s.Requests()) != 0 || s.Count("auth") != 0 {
		t.Error("the log is not empty")
	}
	u.call("GET", "/sims", nil).ok(200)
	if log := s.Requests(); len(log) != 1 || log[0].Status != 200 {
		t.Errorf("%+v", log)
	}
}

func TestListenRefusesTheWorld(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "localhost"} {
		if s, err := Start(t.Context(), Options{Listen: addr, SIMs: 1}); err == nil {
			_ = s.Close()
			t.Errorf("%s was accepted", addr)
		}
	}
}

func TestIPServices(t *testing.T) {
	s := start(t, Options{})
	if len(s.IPServices()) < 4 {
		t.Fatalf("%d services", len(s.IPServices()))
	}
	ask := func(i int) (string, int, error) {
		res, err := http.Get(s.IPServices()[i])
		if err != nil {
			return "", 0, err
		}
		defer func() { _ = res.Body.Close() }()
		b, err := io.ReadAll(res.Body)
		return string(b), res.StatusCode, err
	}
	for i := range s.IPServices() {
		if text, status, err := ask(i); text != "203.0.113.10\n" || status != 200 || err != nil {
			t.Errorf("service %d: %q %d %v", i, text, status, err)
		}
	}
	s.SetIPService(1, IPAnswer{Text: "<html>", Status: 503})
	if text, status, _ := ask(1); text != "<html>" || status != 503 {
		t.Errorf("%q %d", text, status)
	}
	if err := s.SetIPServiceUnreachable(2, true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ask(2); err == nil {
		t.Error("an unreachable service answered")
	}
	if err := s.SetIPServiceUnreachable(2, false); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ask(2); err != nil {
		t.Error(err)
	}
	if s.IPServiceCount(1) != 2 {
		t.Errorf("service 1 was asked %d times", s.IPServiceCount(1))
	}
}
