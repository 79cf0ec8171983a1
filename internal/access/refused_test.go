package access_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// What is wrong with a request alone never reaches the network.
func TestBadRequestsStayHere(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	for _, c := range []struct {
		change      func(*access.Request)
		cause, next string
	}{
		{func(r *access.Request) { r.Port = 0 }, "port 0 is not a TCP port", "1 to 65535"},
		{func(r *access.Request) { r.Port = 70000 }, "port 70000 is not a TCP port", "1 to 65535"},
		{func(r *access.Request) { r.Duration = 9 * time.Hour }, "a duration of 9h is out of range", "from 1s to 8h"},
		{func(r *access.Request) { r.Duration = -time.Second }, "a duration of -1s is out of range", "from 1s to 8h"},
		{func(r *access.Request) { r.Sources = prefixes("0.0.0.0/0") }, "admits every address", "your own network"},
		{func(r *access.Request) { r.Sources = prefixes("2001:db8::/64") }, "is not IPv4", "203.0.113.7/32"},
		{func(r *access.Request) { r.Service = "sea" }, `unknown service "sea"`, "air or arc"},
		{func(r *access.Request) { r.Target = "" }, `"" names no SIM`, "SIM ID"},
	} {
		r := w.request("gateway-001")
		c.change(&r)
		w.fails(r, c.cause, c.next)
	}
	if n := len(w.Requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestTargetsThatCannotBeReached(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	offline, _ := w.SIMByName("pump-07")
	since := offline.Connected.Local().Format("2006-01-02 15:04")
	for _, c := range []struct{ target, cause, next string }{
		{"nothing-like-it", `no SIM is named "nothing-like-it"`, "napter-connect sims"},
		{"gatewya-001", `no SIM is named "gatewya-001"`, `did you mean "gateway-001"?`},
		{"gateway-00", `no SIM is named "gateway-00"`, `did you mean "gateway-001"?`},
		{"8942310022000099999", `no SIM is named "8942310022000099999"`, "napter-connect sims"},
		{"440101234567890", `no SIM is named "440101234567890"`, "napter-connect sims"},
		{"a,b", `no SIM is named "a,b"`, "napter-connect sims"},
		{"x", `no SIM is named "x"`, "napter-connect sims"},
		{"dup-sensor", `2 SIMs are named "dup-sensor"`, "SIM ID"},
		{"pump-07", "is offline since " + since + " (3 days ago)", "power"},
		{offline.ID, "is offline since " + since + " (3 days ago)", "power"},
		{offline.IMSI, "is offline since " + since + " (3 days ago)", "power"},
		{"never-connected-01", "has never connected", "APN"},
		{"suspended-meter-2", "is suspended", "console"},
		{"inactive-cam-3", "is inactive", "console"},
		{"old-kiosk-1", "is terminated", "another SIM"},
		{"spare-001", "has never connected", "APN"},
	} {
		w.fails(w.request(c.target), c.cause, c.next)
	}
	if n := w.Count("createPortMappingForSim") + w.Count("createPortMapping"); n != 0 {
		t.Errorf("%d creations for nothing", n)
	}

	r := w.request("truck-12")
	r.Service = "air" // its Arc session is up, but that is not what was asked
	w.fails(r, "is offline since", "power")
	r = w.request("gateway-001")
	r.Service = "arc" // it has no Arc: the API says so
	w.fails(r, "createPortMappingForSim", "an arc session")
}

func TestAmbiguousNameListsTheSIMs(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	sims := w.SIMsByName("dup-sensor")
	if err := w.UpdateSIM(sims[0].ID, func(s *simulator.SIM) { s.Online, s.Connected = false, w.Now().Add(-2*time.Hour) }); err != nil {
		t.Fatal(err)
	}
	err := w.fails(w.request("dup-sensor"), sims[1].ID+" (online), "+sims[0].ID+" (offline since", "SIM ID")
	var ambiguous *access.AmbiguousError
	if !errors.As(err, &ambiguous) || len(ambiguous.SIMs) != 2 {
		t.Fatalf("%v", err)
	}
	if first := ambiguous.SIMs[0]; first.ID != sims[1].ID || !first.Online || first.SeenAt.IsZero() {
		t.Errorf("the online SIM should come first, with its state: %+v", first)
	}
	w.close(w.open(w.request(sims[1].ID), nil), lease.Deleted)
}

// allow makes the world's user one who may do these alone.
func (w *world) allow(permissions ...string) {
	w.t.Helper()
	account, _ := w.Account(simulator.Reader)
	account.Permissions = []simulator.Statement{{Effect: "allow", API: permissions}}
	w.PutAccount(account)
	w.user = simulator.Reader
	w.local, w.leases = w.process() // a token keeps the rights that it was issued with
}

func TestMissingPermissions(t *testing.T) {
	const search, get, list, listOne = "Query:searchSims", "Sim:getSim", "PortMapping:listPortMappings", "PortMapping:listPortMappingsForSim"
	const forSim, generic, remove = "PortMapping:createPortMappingForSim", "PortMapping:createPortMapping", "PortMapping:deletePortMapping"
	w := newWorld(t, simulator.Options{})
	gateway, _ := w.SIMByName("gateway-001")
	for _, c := range []struct {
		what        string
		permissions []string
		target      string
		cause, next string // "" is success
	}{
		{"a contractor's", []string{forSim, remove}, gateway.ID, "", ""},
		{"without lists", []string{search, get, forSim, remove}, "gateway-001", "", ""},
		{"lists of one SIM", []string{search, listOne, forSim, remove}, "gateway-001", "", ""},
		{"before October 2025", []string{search, get, list, generic, remove}, "gateway-001", "", ""},
		{"before October 2025, by ID", []string{generic, remove}, gateway.ID, "", ""},
		{"listing in place of searching", []string{"Sim:listSims", forSim, remove}, "gateway-001", "", ""},
		{"IMSI without search", []string{"Subscriber:getSubscriber", get, forSim, remove}, gateway.IMSI, "", ""},
		{"IMSI alone", []string{generic, remove}, gateway.IMSI, "", ""},
		{"a name without search", []string{get, forSim, remove}, "gateway-001", `searching SIM "gateway-001"`, "give the SIM ID instead of the name; this user needs the SAM permission Query:searchSims"},
		{"no creation", []string{search, get, list}, "gateway-001", "creating the port mapping", "PortMapping:createPortMappingForSim"},
		{"no creation, by ID", []string{get}, gateway.ID, "creating the port mapping", "PortMapping:createPortMappingForSim"},
		{"no creation, by IMSI", []string{search}, gateway.IMSI, "creating the port mapping", "PortMapping:createPortMapping"},
	} {
		w.allow(c.permissions...)
		w.ResetRequests()
		if c.cause != "" {
			w.fails(w.request(c.target), c.cause, c.next)
			if n := w.Count("createPortMappingForSim") + w.Count("createPortMapping"); n > 2 {
				t.Errorf("%s: asked for a mapping %d times", c.what, n)
			}
			continue
		}
		a, err := w.local.Open(t.Context(), w.request(c.target), nil)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if open := w.Mappings(); len(open) != 1 || open[0].SimID != gateway.ID {
			t.Errorf("%s: made %+v", c.what, open)
		}
		w.close(a, lease.Deleted)
		w.clean()
	}
}

// A SIM's mappings may be listed though everybody's may not: theirs is found.
func TestReuseWithTheRightToListOneSIM(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	if _, err := w.AddMapping(simulator.MappingSpec{SimID: w.id("gateway-001")}); err != nil {
		t.Fatal(err)
	}
	w.allow("Query:searchSims", "PortMapping:listPortMappingsForSim", "PortMapping:createPortMappingForSim")
	a := w.open(w.request("gateway-001"), nil)
	if !a.Info().Mapping.Foreign {
		t.Error("a fitting mapping was not used")
	}
	w.close(a, lease.Foreign)
}

func TestAddressThatIsNotCertain(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	set := func(texts ...string) {
		for i := range w.IPServices() {
			a := simulator.IPAnswer{Text: texts[i%len(texts)]}
			if a.Text == "down" {
				a = simulator.IPAnswer{Status: 503}
			}
			w.SetIPService(i, a)
		}
	}
	set("203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4")
	w.fails(w.request("gateway-001"), "disagree", "--source")
	set("10.0.0.1")
	w.fails(w.request("gateway-001"), "no public IPv4 address", "--source")
	set("<html>log in</html>")
	w.fails(w.request("gateway-001"), "IPv4 address", "--source")
	set("down")
	w.fails(w.request("gateway-001"), "IPv4 address", "")
	if n := w.Count("createPortMappingForSim"); n != 0 {
		t.Errorf("%d creations without a certain address", n)
	}
	set("down", "203.0.113.10", "203.0.113.9", "203.0.113.10") // two agree
	w.close(w.open(w.request("gateway-001"), nil), lease.Deleted)
}

func TestAPIThatFails(t *testing.T) {
	t.Parallel() // retries take their time
	w := newWorld(t, simulator.Options{})
	for _, c := range []struct {
		what  string // for readers
		fault simulator.Fault
		next  string
	}{
		{"a web page", simulator.Fault{Status: 403, Body: "<html>blocked</html>", ContentType: "text/html"}, "proxy"},
		{"truncated", simulator.Fault{Operation: "searchSims", Truncate: true}, "again"},
		{"refuses the creation", simulator.Fault{Operation: "createPortMappingForSim", Status: 400, Code: "NAP0001", Message: "No."}, "an air session"},
		{"wrong key", simulator.Fault{Operation: "auth", Status: 401, Code: "AUM0001", Message: "Invalid."}, "auth login"},
	} {
		w.local, w.leases = w.process()
		remove := w.Inject(c.fault)
		w.fails(w.request("gateway-001"), "", c.next)
		remove()
	}
	// The list serves reuse alone: its failure costs nothing else.
	defer w.Inject(simulator.Fault{Operation: "listPortMappings", Status: 400})()
	w.close(w.open(w.request("gateway-001"), nil), lease.Deleted)
}

func TestAPIAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	r := w.request("gateway-001")
	if err := w.SetUnreachable(true); err != nil {
		t.Fatal(err)
	}
	_, err := w.local.Open(t.Context(), r, nil)
	if err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(w.Endpoint(), "http://")) {
		t.Errorf("error %v, want the endpoint in it", err)
	}
	if err := w.SetUnreachable(false); err != nil {
		t.Fatal(err)
	}
	w.close(w.open(r, nil), lease.Deleted)
	w.clean()
}
