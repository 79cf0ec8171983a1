package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestCloseLeavesNothing: no goroutine, no listener, whatever was going on.
func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, latency := range []time.Duration{0, 20 * time.Millisecond} {
		s, err := Start(t.Context(), Options{SIMs: 30, Latency: latency})
		if err != nil {
			t.Fatal(err)
		}
		u := login(t, s, Engineer)
		for _, port := range []int{22, 80, 22} {
			m := u.create(s.must(t, "gateway-001"), createBody("air", port))
			dial(t, m.Endpoint)
		}
		s.Inject(Fault{Operation: "listSims", Hang: true})
		hung := make(chan struct{})
		go func() {
			defer close(hung)
			_, _ = u.try("GET", "/sims", nil)
		}()
		eventually(t, "streams and a hung request", func() bool {
			n := 0
			for _, m := range s.Mappings() {
				n += m.Streams
			}
			return n == 3 && s.Count("listSims") == 1
		})
		addr := strings.TrimPrefix(s.Endpoint(), "http://")
		if d := timed(func() { _ = s.Close() }); d > 3*time.Second {
			t.Errorf("Close took %v", d)
		}
		_ = s.Close()
		<-hung
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			t.Error("the API still listens")
		}
		u.client.CloseIdleConnections()
	}
	eventually(t, "all goroutines end", func() bool {
		return runtime.NumGoroutine() <= before
	})
}

func TestContextEndsIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Options{SIMs: 1})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	addr := strings.TrimPrefix(s.Endpoint(), "http://")
	eventually(t, "the API closes", func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	_ = s.Close()
}

func TestProfiles(t *testing.T) {
	s := start(t, Options{})
	dir := filepath.Join(t.TempDir(), "profiles")
	if err := s.WriteProfiles(dir); err != nil {
		t.Fatal(err)
	}
	read := func(name string) map[string]any {
		b, err := os.ReadFile(filepath.Join(dir, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		if v["endpoint"] != s.Endpoint() {
			t.Errorf("%s: %v", name, v)
		}
		return v
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "default.json"): 0o600} {
			if st, err := os.Stat(path); err != nil || st.Mode().Perm() != want {
				t.Errorf("%s: %v %v", path, st.Mode(), err)
			}
		}
	}
	u := anonymous(t, s)
	for name, want := range map[string]int{"default": 200, "root": 200, "sam": 200, "mfa": 401, "limited": 200, "reader": 200, "revoked": 401} {
		p := read(name)
		delete(p, "endpoint")
		delete(p, "coverageType")
		if v, ok := p["username"]; ok {
			p["userName"] = v
			delete(p, "username")
		}
		u.call("POST", "/auth", p).ok(want)
	}
	if p := read("switch"); p["sourceProfile"] != "default" || p["operatorId"] == s.OperatorID() {
		t.Errorf("switch: %v", p)
	}
}

func TestAuditLog(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	sim, other := s.must(t, "gateway-001"), s.must(t, "tokyo-gw-014")
	for range 3 {
		m := u.create(sim, createBody("air", 22))
		u.call("DELETE", fmt.Sprintf("/port_mappings/127.0.0.1/%d", int(m.Port)), nil).ok(204)
	}
	u.create(other, createBody("air", 22))
	s.Advance(time.Hour) // it expires
	path := "/audit_logs/napter?resource_type=Subscriber&resource_id=" + sim.IMSI
	all := u.call("GET", path, nil).ok(200).list()
	if len(all) != 6 || all[0]["type"] != "DELETED" || all[5]["type"] != "CREATED" || all[0]["direction"] != nil || all[0]["imsi"] != sim.IMSI {
		t.Errorf("%v", all)
	}
	var paged []map[string]any
	for next := ""; ; {
		p := path + "&limit=4"
		if next != "" {
			p += "&last_evaluated_key=" + next
		}
		r := u.call("GET", p, nil).ok(200)
		paged = append(paged, r.list()...)
		if next = r.header.Get("x-soracom-next-key"); next == "" {
			break
		}
	}
	if fmt.Sprint(paged) != fmt.Sprint(all) {
		t.Errorf("pages: %v", paged)
	}
	expired := u.call("GET", "/audit_logs/napter?limit=1", nil).ok(200).list()[0]
	if expired["type"] != "EXPIRED" || expired["imsi"] != other.IMSI || expired["direction"].(map[string]any)["destinationPort"] != 22.0 {
		t.Errorf("%v", expired)
	}
	at := int64(expired["createdAt"].(float64))
	for q, want := range map[string]int{fmt.Sprintf("from=%d", at): 1, fmt.Sprintf("to=%d", at-1): 7, fmt.Sprintf("from=%d&to=%d", at, at): 1} {
		if n := len(u.call("GET", "/audit_logs/napter?"+q, nil).ok(200).list()); n != want {
			t.Errorf("%s: %d entries, want %d", q, n, want)
		}
	}
	for _, q := range []string{"limit=0", "limit=1001", "from=yesterday", "resource_type=Sim", "imsi=1", "last_evaluated_key=x"} {
		u.call("GET", "/audit_logs/napter?"+q, nil).fails(400, "COM0001")
	}
	s.Advance(25 * time.Hour)
	if n := len(login(t, s, Engineer).call("GET", path, nil).ok(200).list()); n != 0 {
		t.Errorf("%d entries after the retention", n)
	}
}
