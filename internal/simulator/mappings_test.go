package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// made is the part of a mapping that the tests read, by the definition's names.
type made struct {
	OperatorID, SimID, IMSI, IPAddress, Hostname, Endpoint, Placement string
	Port, Duration                                                    float64
	CreatedTime, ExpiredTime                                          int64
	Expired, TLSRequired                                              bool
	Source                                                            struct{ IPRanges []string }
	Destination                                                       struct {
		SimID, IMSI, DestinationChoosingStrategy, Service string
		Port                                              float64
	}
}

func createBody(service string, port int, ranges ...string) map[string]any {
	b := map[string]any{"destination": map[string]any{"port": port, "service": service}, "duration": 600, "tlsRequired": false}
	if len(ranges) > 0 {
		b["source"] = map[string]any{"ipRanges": ranges}
	}
	return b
}

func (u *user) create(sim SIM, body any) made {
	u.t.Helper()
	var m made
	u.call("POST", "/port_mappings/sims/"+sim.ID, body).ok(201).into(&m)
	return m
}

func TestCreateAnswersAsTheDefinitionSays(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	sim := s.must(t, "gateway-001")
	r := u.call("POST", "/port_mappings/sims/"+sim.ID, createBody("air", 22, "203.0.113.10/32")).ok(201)
	var m made
	r.into(&m)
	if m.OperatorID != s.OperatorID() || m.SimID != sim.ID || m.IMSI != "" || m.IPAddress != "127.0.0.1" || m.Hostname != "localhost" ||
		m.Endpoint != fmt.Sprintf("127.0.0.1:%d", int(m.Port)) || m.Duration != 600 || m.Expired || m.TLSRequired || m.Placement != "default" {
		t.Errorf("mapping: %s", r.body)
	}
	if m.Destination.SimID != sim.ID || m.Destination.Port != 22 || m.Destination.DestinationChoosingStrategy != "AIR_PRIORITIZED" || m.Destination.Service != "" {
		t.Errorf("destination: %s", r.body)
	}
	if len(m.Source.IPRanges) != 1 || m.Source.IPRanges[0] != "203.0.113.10/32" {
		t.Errorf("source: %s", r.body)
	}
	if m.ExpiredTime-m.CreatedTime != 600_000 {
		t.Errorf("times: %s", r.body)
	}
	if got, _ := s.SIM(sim.ID); got.LastPortMapping.UnixMilli() != m.CreatedTime {
		t.Error("lastPortMappingCreatedTime is not the creation")
	}
}

func TestCreateDefaultsAndStrategies(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	both, arc := s.must(t, "truck-11"), s.must(t, "arc-laptop-01")
	bare := map[string]any{"destination": map[string]any{"port": 22}}
	m := u.create(both, bare)
	if m.Duration != 1800 || m.Destination.DestinationChoosingStrategy != "DYNAMIC" || m.Source.IPRanges[0] != "203.0.113.10/32" {
		t.Errorf("defaults: %+v", m)
	}
	if m := u.create(both, createBody("arc", 22)); m.Destination.DestinationChoosingStrategy != "ARC_PRIORITIZED" {
		t.Errorf("arc: %+v", m)
	}
	if m := u.create(arc, createBody("arc", 22)); m.SimID != arc.ID {
		t.Errorf("arc: %+v", m)
	}
	generic := map[string]any{"destination": map[string]any{"port": 22, "imsi": both.IMSI}}
	u.call("POST", "/port_mappings", generic).ok(201).into(&m)
	if m.IMSI != both.IMSI || m.Destination.IMSI != both.IMSI || m.Destination.DestinationChoosingStrategy != "IMSI_PRIORITIZED" {
		t.Errorf("by IMSI: %+v", m)
	}
	var bySim made
	generic["destination"] = map[string]any{"port": 22.0, "imsi": "no such", "simId": both.ID, "service": "air"}
	u.call("POST", "/port_mappings", generic).ok(201).into(&bySim)
	if bySim.SimID != both.ID || bySim.IMSI != "" {
		t.Errorf("simId must win over imsi: %+v", bySim)
	}
}

// TestNumbersComeAsFloatsToo: the definition says number, so 22 may come as 22.0.
func TestNumbersComeAsFloatsToo(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	sim := s.must(t, "gateway-001")
	seen := ""
	for range 2 {
		var m struct {
			Destination struct{ Port json.RawMessage }
		}
		u.call("POST", "/port_mappings/sims/"+sim.ID, createBody("air", 22)).ok(201).into(&m)
		seen += string(m.Destination.Port) + " "
	}
	if seen != "22 22.0 " {
		t.Errorf("ports as %q, want one whole and one float", seen)
	}
}

func TestCreateRefuses(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	dest := func(m map[string]any) map[string]any { return map[string]any{"destination": m} }
	for _, c := range []struct {
		name, sim string
		body      any
		code      string
	}{
		{"no body", "gateway-001", "", "COM0001"},
		{"not an object", "gateway-001", "[]", "COM0001"},
		{"two objects", "gateway-001", "{}{}", "COM0001"},
		{"no destination", "gateway-001", map[string]any{}, "COM0001"},
		{"no port", "gateway-001", dest(map[string]any{"service": "air"}), "COM0001"},
		{"port 0", "gateway-001", createBody("air", 0), "COM0001"},
		{"port 70000", "gateway-001", createBody("air", 70000), "COM0001"},
		{"port text", "gateway-001", dest(map[string]any{"port": "22"}), "COM0001"},
		{"port null", "gateway-001", dest(map[string]any{"port": nil}), "COM0001"},
		{"service", "gateway-001", createBody("lte", 22), "COM0001"},
		{"case of a name", "gateway-001", `{"Destination":{"port":22}}`, "COM0001"},
		{"unknown field", "gateway-001", `{"destination":{"port":22},"ipRanges":["203.0.113.10/32"]}`, "COM0001"},
		{"simId in the body", "gateway-001", dest(map[string]any{"port": 22, "simId": "1"}), "COM0001"},
		{"duration 0", "gateway-001", `{"destination":{"port":22},"duration":0}`, "COM0001"},
		{"duration above 8 h", "gateway-001", `{"destination":{"port":22},"duration":28801}`, "COM0001"},
		{"tlsRequired text", "gateway-001", `{"destination":{"port":22},"tlsRequired":"true"}`, "COM0001"},
		{"not CIDR", "gateway-001", createBody("air", 22, "203.0.113.10"), "COM0001"},
		{"IPv6", "gateway-001", createBody("air", 22, "2001:db8::/32"), "COM0001"},
		{"private", "gateway-001", createBody("air", 22, "192.168.1.0/24"), "COM0001"},
		{"loopback", "gateway-001", createBody("air", 22, "127.0.0.1/32"), "COM0001"},
		{"ranges text", "gateway-001", `{"destination":{"port":22},"source":{"ipRanges":"203.0.113.10/32"}}`, "COM0001"},
		{"offline", "pump-07", createBody("air", 22), "SEM0016"},
		{"offline, any service", "pump-07", dest(map[string]any{"port": 22}), "SEM0016"},
		{"never connected", "never-connected-01", createBody("air", 22), "SEM0016"},
		{"suspended", "suspended-meter-2", createBody("air", 22), "SEM0015"},
		{"terminated", "old-kiosk-1", createBody("air", 22), "SEM0015"},
		{"no Arc", "gateway-001", createBody("arc", 22), "NAP0003"},
		{"no Air", "arc-laptop-01", createBody("air", 22), "NAP0003"},
		{"Air down, Arc up", "truck-12", createBody("air", 22), "SEM0016"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := &user{t: t, s: u.s, client: u.client, key: u.key, token: u.token}
			u.call("POST", "/port_mappings/sims/"+s.must(t, c.sim).ID, c.body).fails(400, c.code)
		})
	}
	u.call("POST", "/port_mappings/sims/8900000000000000000", createBody("air", 22)).fails(404, "SEM0001")
	u.call("POST", "/port_mappings", dest(map[string]any{"port": 22, "simId": "8900000000000000000"})).fails(400, "NAP0002")
	u.call("POST", "/port_mappings", dest(map[string]any{"port": 22})).fails(400, "COM0001")
	if n := len(s.Mappings()); n != 0 {
		t.Errorf("%d mappings open after refusals", n)
	}
}

func TestListsAndDelete(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	a, b := s.must(t, "gateway-001"), s.must(t, "tokyo-gw-014")
	u.call("GET", "/port_mappings/sims/"+a.ID, nil).fails(404, "NAP0001")
	u.call("GET", "/port_mappings/subscribers/"+a.IMSI, nil).fails(404, "NAP0001")
	if got := u.call("GET", "/port_mappings", nil).ok(200).list(); len(got) != 0 {
		t.Errorf("list of none: %v", got)
	}
	m := u.create(a, createBody("air", 22))
	if _, err := s.AddMapping(MappingSpec{SimID: a.ID, ByIMSI: true}); err != nil {
		t.Fatal(err)
	}
	u.create(b, createBody("air", 80))
	for path, want := range map[string]int{
		"/port_mappings": 3, "/port_mappings/sims/" + a.ID: 1, "/port_mappings/subscribers/" + a.IMSI: 1,
	} {
		if got := u.call("GET", path, nil).ok(200).list(); len(got) != want {
			t.Errorf("%s: %d entries, want %d", path, len(got), want)
		}
	}
	path := fmt.Sprintf("/port_mappings/%s/%d", m.IPAddress, int(m.Port))
	u.call("DELETE", path, nil).ok(204)
	u.call("DELETE", path, nil).fails(404, "NAP0001")
	u.call("DELETE", "/port_mappings/localhost/22", nil).fails(400, "COM0001")
	if _, err := net.Dial("tcp", m.Endpoint); err == nil {
		t.Error("a deleted mapping still accepts")
	}
	if n := len(s.Mappings()); n != 2 {
		t.Errorf("%d open, want 2", n)
	}
}

func TestListPages(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	for range 5 {
		if _, err := s.AddMapping(MappingSpec{SimID: s.SIMs()[0].ID}); err != nil {
			t.Fatal(err)
		}
	}
	seen, pages := map[float64]bool{}, 0
	for next := ""; ; {
		path := "/port_mappings?limit=2"
		if next != "" {
			path += "&last_evaluated_key=" + next
		}
		r := u.call("GET", path, nil).ok(200)
		for _, m := range r.list() {
			seen[m["port"].(float64)] = true
		}
		pages++
		if next = r.header.Get("x-soracom-next-key"); next == "" {
			break
		}
		if !strings.Contains(r.header.Get("link"), "last_evaluated_key="+next) {
			t.Errorf("link header %q", r.header.Get("link"))
		}
	}
	if len(seen) != 5 || pages != 3 {
		t.Errorf("%d mappings on %d pages, want 5 on 3", len(seen), pages)
	}
	u.call("GET", "/port_mappings?limit=x", nil).fails(400, "COM0001")
	u.call("GET", "/port_mappings?page=2", nil).fails(400, "COM0001")
}

func TestExpiry(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	sim := s.must(t, "gateway-001")
	m := u.create(sim, createBody("air", 22))
	c, err := net.Dial("tcp", m.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	eventually(t, "a stream", func() bool { return s.Mappings()[0].Streams == 1 })
	s.Advance(10 * time.Minute)
	if n := len(s.Mappings()); n != 0 {
		t.Fatalf("%d open after the expiry", n)
	}
	if _, err := io.Copy(io.Discard, c); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Error(err)
	}
	u.call("GET", "/port_mappings/sims/"+sim.ID, nil).fails(404, "NAP0001")
	if log := s.Audit(); log[len(log)-1].Type != "CLOSED" && log[len(log)-1].Type != "EXPIRED" {
		t.Errorf("log ends with %+v", log[len(log)-1])
	}
}

// TestExpiryByItself: nobody has to ask for it.
func TestExpiryByItself(t *testing.T) {
	s := start(t, Options{})
	m, err := s.AddMapping(MappingSpec{SimID: s.SIMs()[0].ID, Duration: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the listener closes", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", m.Port))
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
}

func TestPortIsUsedAgain(t *testing.T) {
	s := start(t, Options{})
	id := s.SIMs()[0].ID
	m, err := s.AddMapping(MappingSpec{SimID: id})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteMapping(m.Port); err != nil {
		t.Fatal(err)
	}
	again, err := s.AddMapping(MappingSpec{SimID: s.SIMs()[1].ID, Port: m.Port})
	if err != nil {
		t.Fatal(err)
	}
	if again.Port != m.Port || again.SimID == m.SimID {
		t.Errorf("%+v", again)
	}
}
