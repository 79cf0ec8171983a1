package simulator

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

func (u *user) search(q string) []string {
	u.t.Helper()
	var names []string
	for _, s := range u.call("GET", "/query/sims?"+q, nil).ok(200).list() {
		names = append(names, s["tags"].(map[string]any)["name"].(string))
	}
	return names
}

func TestSearch(t *testing.T) {
	s := start(t, Options{SIMs: 30})
	u := login(t, s, Engineer)
	gw := s.must(t, "gateway-001")
	for q, want := range map[string]string{
		"name=GATEWAY-0":                    "gateway-001",
		"name=" + url.QueryEscape("工場"):     "工場-温度計-03",
		"name=gw1":                          "gw1 gw10 gw100",
		"name=dup-sensor":                   "dup-sensor dup-sensor",
		"name=truck,11":                     "truck-11", // all of them, by default
		"name=truck&name=12":                "truck-12",
		"name=truck-11,gw10&search_type=or": "truck-11 gw10 gw100",
		"name=truck-11&imsi=" + gw.IMSI + "&search_type=OR": "gateway-001 truck-11",
		"name=truck-11&imsi=" + gw.IMSI:                     "",
		"sim_id=" + gw.ID[5:]:                               "gateway-001",
		"iccid=" + gw.ICCID:                                 "gateway-001",
		"msisdn=" + gw.MSISDN:                               "gateway-001",
		"serial_number=" + gw.SerialNumber:                  "gateway-001",
		"tag=TOKYO":                                         "gateway-001 tokyo-gw-014",
		"group=router":                                      "router-udlt2-05",
		"group_id=" + gw.GroupID:                            "gateway-001",
		"subscription=planArc01&module_type=virtual":        "arc-laptop-01 arc-server-02",
		"status=suspended":                                  "suspended-meter-2",
		"name=pump&session_status=ONLINE":                   "pump.napter",
		"name=pump&session_status=OFFLINE":                  "pump-07",
		"name=nothing-like-it":                              "",
	} {
		if got := strings.Join(u.search(q), " "); got != want {
			t.Errorf("%s: %q, want %q", q, got, want)
		}
	}
	for _, q := range []string{"name=a", "name=ab,c", "name=", "limit=0", "limit=101", "limit=ten", "session_status=online", "search_type=xor", "q=ab", "last_evaluated_key=x"} {
		(&user{t: t, s: s, client: u.client, key: u.key, token: u.token}).call("GET", "/query/sims?"+q, nil).fails(400, "COM0001")
	}
}

func TestSearchPages(t *testing.T) {
	s := start(t, Options{SIMs: 30})
	u := login(t, s, Engineer)
	if n := len(u.search("")); n != 10 {
		t.Errorf("%d SIMs by default, want 10", n)
	}
	var got []string
	for next := ""; ; {
		q := "session_status=ONLINE&limit=7"
		if next != "" {
			q += "&last_evaluated_key=" + next
		}
		r := u.call("GET", "/query/sims?"+q, nil).ok(200)
		for _, sim := range r.list() {
			got = append(got, sim["simId"].(string))
		}
		if next = r.header.Get("x-soracom-next-key"); next == "" {
			break
		}
		if next != got[len(got)-1] {
			t.Errorf("the key is %s, not the last SIM ID", next)
		}
	}
	var want []string
	for _, sim := range s.SIMs() {
		if sim.Online {
			want = append(want, sim.ID)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d SIMs, want %d", len(got), len(want))
	}
}

// TestListSimsMayBeShort: fewer than limit does not mean the end.
func TestListSimsMayBeShort(t *testing.T) {
	s := start(t, Options{SIMs: 50})
	r := login(t, s, Engineer).call("GET", "/sims?limit=40", nil).ok(200)
	if n := len(r.list()); n >= 40 || n == 0 || r.header.Get("x-soracom-next-key") == "" {
		t.Errorf("%d SIMs, next key %q", n, r.header.Get("x-soracom-next-key"))
	}
}

func TestSimObject(t *testing.T) {
	s := start(t, Options{SIMs: 30})
	u := login(t, s, Engineer)
	get := func(name string) map[string]any {
		return u.call("GET", "/sims/"+s.must(t, name).ID, nil).ok(200).object()
	}
	gw := get("gateway-001")
	session := gw["sessionStatus"].(map[string]any)
	if session["online"] != true || len(session["imei"].(string)) != 15 || !strings.HasPrefix(session["ueIpAddress"].(string), "10.") || session["cell"] == nil {
		t.Errorf("session: %v", session)
	}
	profile := gw["profiles"].(map[string]any)[gw["activeProfileId"].(string)].(map[string]any)
	if profile["primaryImsi"] != session["imsi"] || len(profile["subscribers"].(map[string]any)) != 1 {
		t.Errorf("profile: %v", profile)
	}
	if gw["lastPortMappingCreatedTime"] != nil || gw["type"] != "uicc" || gw["status"] != "active" {
		t.Errorf("%v", gw)
	}
	never := get("never-connected-01")
	if v, ok := never["sessionStatus"]; !ok || v != nil || never["previousSession"] != nil {
		t.Errorf("never connected: %v", never)
	}
	off := get("pump-07")
	if st := off["sessionStatus"].(map[string]any); st["online"] != false || time.Since(time.UnixMilli(int64(st["lastUpdatedAt"].(float64)))) < 70*time.Hour {
		t.Errorf("offline: %v", st)
	}
	arc := get("arc-laptop-01")
	if arc["type"] != "virtual" || arc["moduleType"] != "virtual" || arc["sessionStatus"] != nil || arc["arcSessionStatus"] == nil || arc["serialNumber"] != nil {
		t.Errorf("Arc: %v", arc)
	}
	truck := get("truck-11")
	if subs := truck["profiles"].(map[string]any)[truck["activeProfileId"].(string)].(map[string]any)["subscribers"].(map[string]any); len(subs) != 2 {
		t.Errorf("a SIM with Arc has %v", subs)
	}
	noName := s.SIMs()[6]
	if v := u.call("GET", "/sims/"+noName.ID, nil).ok(200).object()["tags"].(map[string]any)["name"]; v != "" {
		t.Errorf("the name of a SIM without one is %v", v)
	}
	sub := u.call("GET", "/subscribers/"+s.must(t, "truck-11").ArcIMSI, nil).ok(200).object()
	if sub["simId"] != s.must(t, "truck-11").ID || sub["subscription"] != "planArc01" {
		t.Errorf("subscriber: %v", sub)
	}
}

func TestSIMsAreLifelikeAndUnique(t *testing.T) {
	a, b := start(t, Options{SIMs: 1000, Seed: "a"}), start(t, Options{SIMs: 1000, Seed: "a"})
	others := b.SIMs()
	ids, imsis, online, null := map[string]bool{}, map[string]bool{}, 0, 0
	for i, sim := range a.SIMs() {
		if len(sim.ID) != 19 || len(sim.IMSI) != 15 || len(sim.ICCID) != 19 || ids[sim.ID] || imsis[sim.IMSI] {
			t.Fatalf("%+v", sim)
		}
		if sim.IMEI != "" && (len(sim.IMEI) != 15 || luhn([]byte(sim.IMEI[:14])) != sim.IMEI[14]) {
			t.Fatalf("IMEI %s", sim.IMEI)
		}
		if other := others[i]; other.ID != sim.ID || other.Name() != sim.Name() || other.Online != sim.Online {
			t.Fatalf("one seed, two SIMs: %+v and %+v", sim, other)
		}
		ids[sim.ID], imsis[sim.IMSI] = true, true
		if sim.Online {
			online++
		}
		if sim.Connected.IsZero() {
			null++
		}
	}
	if online < 500 || online > 800 || null < 20 {
		t.Errorf("%d of 1000 online, %d never connected", online, null)
	}
	if other := start(t, Options{SIMs: 1, Seed: "b"}); other.SIMs()[0].ID == a.SIMs()[0].ID {
		t.Error("two seeds gave one SIM")
	}
}

func TestAddAndUpdateSIM(t *testing.T) {
	s := start(t, Options{SIMs: 5})
	u := login(t, s, Engineer)
	added, err := s.AddSIM(SIM{Tags: map[string]string{"name": "mine"}, Online: true, IMEI: "356938035643809"})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(u.search("name=mine&session_status=ONLINE")); got != "[mine]" {
		t.Errorf("search: %s", got)
	}
	m := u.create(added, createBody("air", 80))
	if m.SimID != added.ID {
		t.Errorf("%+v", m)
	}
	if err := s.UpdateSIM(added.ID, func(s *SIM) { s.Online = false; s.Tags["name"] = "yours" }); err != nil {
		t.Fatal(err)
	}
	u.call("POST", "/port_mappings/sims/"+added.ID, createBody("air", 80)).fails(400, "SEM0016")
	if got := fmt.Sprint(u.search("name=yours")); got != "[yours]" {
		t.Errorf("search: %s", got)
	}
	if _, err := s.AddSIM(added); err == nil {
		t.Error("one SIM was added twice")
	}
	if err := s.UpdateSIM("nobody", func(*SIM) {}); err == nil {
		t.Error("updated nobody")
	}
}
