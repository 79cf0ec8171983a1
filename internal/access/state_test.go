package access

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/client"
)

func TestState(t *testing.T) {
	for _, c := range []struct {
		sim  SIM
		want State
	}{
		{SIM{Status: "active", Online: true}, Online},
		{SIM{Status: "active", Online: true, Arc: true}, Online},
		{SIM{Status: "active"}, Offline},
		{SIM{Status: "active", Arc: true}, ArcOnly},
		{SIM{Status: "suspended", Arc: true}, Inactive}, // its session may be known still
		{SIM{Status: "terminated", Arc: true}, Inactive},
		{SIM{Status: "standby"}, Inactive},
		{SIM{Status: "ready"}, Inactive},
		{SIM{Status: ""}, Inactive},
		{SIM{Status: "active", Online: true, Stale: true}, Online},
		{SIM{Status: "active", Stale: true}, Unknown},
		{SIM{Status: "active", Stale: true, Arc: true}, ArcOnly},
		{SIM{Status: "suspended", Stale: true}, Inactive},
	} {
		if got := c.sim.State(); got != c.want {
			t.Errorf("%+v: state %d, want %d", c.sim, got, c.want)
		}
	}
}

func TestDescribe(t *testing.T) {
	sim := client.Sim{SimID: "1", SessionStatus: &client.SessionStatus{Online: true, UEIPAddress: "10.0.0.1"}}
	if got := Describe(sim); got.IP != "10.0.0.1" || !got.Online {
		t.Errorf("%+v", got)
	}
	sim.SessionStatus = nil
	if got := Describe(sim); got.IP != "" || got.Online {
		t.Errorf("%+v", got)
	}
	sim.ArcSessionStatus = &client.ArcSessionStatus{ArcClientPeerIPAddress: "10.0.0.2"}
	if got := Describe(sim); got.IP != "10.0.0.2" || !got.Arc {
		t.Errorf("%+v", got)
	}
}

func TestTags(t *testing.T) {
	for _, tags := range []map[string]string{
		nil, {"name": "gw"}, {"name": "gw", "site": "Tokyo", "line": "7"}, {"": ""}, {"": "x", "a": ""}, {"name": ""},
		{"a\tb": "c\nd", "\\": "\\\\", "z\\t": "\x1b\r"},
	} {
		sim := Describe(client.Sim{SimID: "1", Tags: tags})
		if got := sim.TagMap(); !maps.Equal(got, tags) {
			t.Errorf("%q became %q", tags, got)
		}
		data, err := json.Marshal(sim)
		if err != nil {
			t.Fatal(err)
		}
		var back SIM
		if err := json.Unmarshal(data, &back); err != nil || back != sim {
			t.Errorf("%s became %+v, %v; want %+v", data, back, err, sim)
		}
	}
	var keys []string
	for key := range NewTags(map[string]string{"name": "gw", "b": "1", "c": "2", "a": "3"}).All() {
		if keys = append(keys, key); key == "b" {
			break
		}
	}
	if got := strings.Join(keys, " "); got != "a b" {
		t.Errorf("keys %q, want a and b", got)
	}
}

// Another version of the program may be at the other end of the keeper's socket.
func TestSIMAsJSON(t *testing.T) {
	const want = `{"id":"1","name":"gw","status":"active","online":true,"tags":{"name":"gw","site":"Tokyo"}}`
	sim := SIM{
		ID: "1", Name: "gw", Status: "active", Online: true, Tags: NewTags(map[string]string{"name": "gw", "site": "Tokyo"}),
		Plan: "plan-D", Cell: "LTE",
	}
	data, err := json.Marshal(Info{SIM: sim}.SIM)
	if err != nil || string(data) != want {
		t.Errorf("got %s, %v", data, err)
	}
}
