package access

import "testing"

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
	} {
		if got := c.sim.State(); got != c.want {
			t.Errorf("%+v: state %d, want %d", c.sim, got, c.want)
		}
	}
}
