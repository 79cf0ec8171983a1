package backend

import (
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// Only what the person chose is remembered: what the form took from config.yaml
// is not, so that a change there counts the next time.
func TestOnlyChoicesAreRemembered(t *testing.T) {
	recent := config.NewRecent(t.TempDir())
	b := New(Options{Recent: recent, Config: config.File{
		Duration: config.Duration(time.Hour),
		SIMs:     []config.Rule{{Name: "gateway-*", User: "fromrule", Service: "arc"}},
	}})
	sim := access.SIM{ID: "8981100000000000001", Name: "gateway-001"}
	for _, c := range []struct {
		name    string
		request tui.Request
		want    config.Use
	}{
		{"nothing", tui.Request{Protocol: tui.SSH}, config.Use{Protocol: "ssh", Port: 22}},
		{"the configuration's", tui.Request{Protocol: tui.SSH, User: "fromrule", Service: "arc", Duration: time.Hour},
			config.Use{Protocol: "ssh", Port: 22}},
		{"all", tui.Request{Protocol: tui.SSH, User: "admin", Service: "air", Duration: time.Minute},
			config.Use{Protocol: "ssh", Port: 22, User: "admin", Service: "air", Duration: time.Minute}},
		{"a page leaves the user", tui.Request{Protocol: tui.HTTP, Service: "arc", Duration: time.Hour, TLS: true},
			config.Use{Protocol: "http", Port: 22, User: "admin", TLS: true}},
		{"nobody again", tui.Request{Protocol: tui.SSH}, config.Use{Protocol: "ssh", Port: 22}},
	} {
		c.request.SIM = sim
		one := &connection{backend: b, request: c.request}
		one.remember(t.Context(), access.Info{Mapping: access.Mapping{DevicePort: 22}})
		got, err := recent.Get(sim.ID)
		got.At = time.Time{}
		if err != nil || got != c.want {
			t.Errorf("%s: remembered %+v, %v; want %+v", c.name, got, err, c.want)
		}
	}
}
