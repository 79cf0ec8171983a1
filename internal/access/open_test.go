package access_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

func TestOpenByEveryKindOfTarget(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	gateway, _ := w.SIMByName("gateway-001")
	for _, c := range []struct {
		target, name, strategy string
	}{
		{"gateway-001", "gateway-001", "AIR_PRIORITIZED"},
		{"GATEWAY-001.napter", "gateway-001", "AIR_PRIORITIZED"},
		{gateway.ID, "gateway-001", "AIR_PRIORITIZED"},
		{"sim-" + gateway.ID, "gateway-001", "AIR_PRIORITIZED"},
		{gateway.IMSI, "gateway-001", "IMSI_PRIORITIZED"},
		{"gw1", "gw1", "AIR_PRIORITIZED"}, // gw10 and gw100 are there too
		{"pump.napter", "pump.napter", "AIR_PRIORITIZED"},
		{"pump.napter.napter", "pump.napter", "AIR_PRIORITIZED"},
		{"工場-温度計-03", "工場-温度計-03", "AIR_PRIORITIZED"},
		{"evil\x1b]0;pwned\x07\x1b[31m-red", "evil\x1b]0;pwned\x07\x1b[31m-red", "AIR_PRIORITIZED"},
		{"arc-laptop-01", "arc-laptop-01", "ARC_PRIORITIZED"},
		{"truck-11", "truck-11", "AIR_PRIORITIZED"}, // Air and Arc, both up
		{"truck-12", "truck-12", "ARC_PRIORITIZED"}, // Air down
	} {
		var events recording
		a := w.open(w.request(c.target), events.add)
		info := a.Info()
		open := w.Mappings()
		if len(open) != 1 {
			t.Fatalf("%q: %d mappings", c.target, len(open))
		}
		m := open[0]
		if info.SIM.Name != c.name || info.SIM.ID != m.SimID || m.Strategy != c.strategy {
			t.Errorf("%q led to %q (%s), %s", c.target, info.SIM.Name, m.SimID, m.Strategy)
		}
		if info.Mapping.Addr.Addr() != m.IP || int(info.Mapping.Addr.Port()) != m.Port || m.DevicePort != 22 || m.TLS || info.Mapping.Foreign {
			t.Errorf("%q: %+v is not %+v", c.target, info.Mapping, m)
		}
		if want := prefixes("203.0.113.10/32"); !slices.Equal(m.Sources, want) || !slices.Equal(info.Source, want) || len(info.Agreed) < 2 {
			t.Errorf("%q lets in %v (%v), by %v", c.target, m.Sources, info.Source, info.Agreed)
		}
		if d := m.Expires.Sub(m.Created); d != 8*time.Hour {
			t.Errorf("%q lives %s", c.target, d)
		}
		w.close(a, lease.Deleted)
		w.clean()
		for _, step := range []access.Step{access.StepAddress, access.StepLogin, access.StepSIM, access.StepList, access.StepMapping, access.StepDelete} {
			if e := events.end(t, step); !e.Err.IsZero() {
				t.Errorf("%q: %+v", c.target, e)
			}
		}
	}
	if n := w.Count("auth"); n != 1 {
		t.Errorf("%d logins in one process", n)
	}
}

func TestOpenAsAsked(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	r := w.request("truck-11")
	r.Service, r.TLS, r.Port, r.Duration = "arc", true, 80, 90*time.Second
	r.Sources = prefixes("203.0.113.0/24", "198.51.100.7/32")
	a := w.open(r, nil)
	m := w.Mappings()[0]
	if m.Strategy != "ARC_PRIORITIZED" || !m.TLS || m.DevicePort != 80 || m.Expires.Sub(m.Created) != r.Duration || !slices.Equal(m.Sources, r.Sources) {
		t.Errorf("made %+v", m)
	}
	if a.Info().Mapping.Hostname == "" || a.Info().Mapping.Service != "arc" || a.Info().Agreed != nil {
		t.Errorf("info %+v", a.Info())
	}
	for i := range w.IPServices() {
		if n := w.IPServiceCount(i); n != 0 {
			t.Errorf("service %d was asked for an address that was given", i)
		}
	}
	w.close(a, lease.Deleted)
	w.clean()
}

func TestKeep(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	r := w.request("gateway-001")
	r.Keep = true
	w.close(w.open(r, nil), lease.Kept)
	if n := len(w.Mappings()); n != 1 {
		t.Fatalf("%d mappings after --keep", n)
	}
	// It is there to be used again, by another process too, and still stays.
	other, _ := w.process()
	a, err := other.Open(t.Context(), w.request("gateway-001"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !a.Info().Mapping.Foreign {
		t.Error("a kept mapping was not reused")
	}
	w.close(a, lease.Foreign)
	if n := len(w.Mappings()); n != 1 {
		t.Errorf("%d mappings after using a kept one", n)
	}
}

func TestForeignMappingIsUsedAndLeftAlone(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	id := w.id("gateway-001")
	theirs, err := w.AddMapping(simulator.MappingSpec{SimID: id, Sources: prefixes("203.0.113.0/28")})
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"gateway-001", id} {
		a := w.open(w.request(target), nil)
		if info := a.Info(); !info.Mapping.Foreign || int(info.Mapping.Addr.Port()) != theirs.Port || !slices.Equal(info.Source, theirs.Sources) {
			t.Errorf("%q: %+v", target, info)
		}
		w.close(a, lease.Foreign)
	}
	if n := w.Count("createPortMappingForSim"); n != 0 || len(w.Mappings()) != 1 {
		t.Errorf("%d creations, %d mappings", n, len(w.Mappings()))
	}
	for what, change := range map[string]func(*access.Request){
		"no reuse":       func(r *access.Request) { r.NoReuse = true },
		"another port":   func(r *access.Request) { r.Port = 80 },
		"TLS":            func(r *access.Request) { r.TLS = true },
		"another source": func(r *access.Request) { r.Sources = prefixes("198.51.100.1/32") },
	} {
		r := w.request("gateway-001")
		change(&r)
		a := w.open(r, nil)
		if a.Info().Mapping.Foreign {
			t.Errorf("%s: their mapping was used", what)
		}
		w.close(a, lease.Deleted)
	}
	if open := w.Mappings(); len(open) != 1 || open[0].Port != theirs.Port {
		t.Errorf("their mapping is gone: %+v", open)
	}
}

func TestMappingOfAnotherProcessOfOursIsNotForeign(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	first := w.open(w.request("gateway-001"), nil)
	other, _ := w.process()
	second, err := other.Open(t.Context(), w.request("gateway-001"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := first.Info().Mapping, second.Info().Mapping; b.Foreign || a.Addr == b.Addr {
		t.Errorf("one process uses the other's mapping, which may be deleted any moment: %+v, %+v", a, b)
	}
	w.close(first, lease.Deleted)
	w.close(second, lease.Deleted)
	w.clean()
}

// A cancelled job leaves nothing, whenever it is cancelled.
func TestCancelled(t *testing.T) {
	for _, step := range []access.Step{access.StepLogin, access.StepAddress, access.StepSIM, access.StepList, access.StepMapping} {
		for _, at := range []string{"start", "end"} {
			if step == access.StepMapping && at == "end" {
				continue // the job is over
			}
			t.Run(string(step)+" "+at, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, simulator.Options{Latency: 10 * time.Millisecond})
				cause := errors.New("the user went away")
				ctx, cancel := context.WithCancelCause(t.Context())
				a, err := w.local.Open(ctx, w.request("gateway-001"), func(e access.Event) {
					if e.Step == step && e.Done == (at == "end") {
						cancel(cause)
					}
				})
				if !errors.Is(err, cause) {
					t.Errorf("opened %v, error %v", a, err)
				}
				w.clean()
			})
		}
	}
}

// While the API is making the mapping, the job is cancelled: the answer is waited
// for, and the mapping deleted.
func TestCancelledDuringCreation(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	w.Inject(simulator.Fault{Operation: "createPortMappingForSim", Delay: 50 * time.Millisecond, Match: func(simulator.Request) bool {
		cancel()
		return true
	}})
	a, err := w.local.Open(ctx, w.request("gateway-001"), nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("opened %v, error %v", a, err)
	}
	// With no time to wait, the mapping would have to be looked for.
	var lost *lease.LostError
	if n := w.Count("listPortMappingsForSim"); n != 0 || errors.As(err, &lost) {
		t.Errorf("%d lists, error %v; want the answer to be waited for", n, err)
	}
	if n := w.Count("deletePortMapping"); n != 1 {
		t.Errorf("%d deletions", n)
	}
	w.clean()
}

func TestLostAnswerToTheCreation(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	w.Inject(simulator.Fault{Operation: "createPortMappingForSim", Times: 1, CommitThenDrop: true})
	a := w.open(w.request("gateway-001"), nil)
	if n := w.Count("createPortMappingForSim"); n != 1 || a.Info().Mapping.Foreign {
		t.Errorf("%d creations, %+v", n, a.Info().Mapping)
	}
	w.close(a, lease.Deleted)
	w.clean()
}

// What the list still shows of ours may be deleted when the list arrives, and its
// entry with it: by a reaper, or by a session that has just ended.
func TestMappingOfOursThatEndsWhileListed(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	other, _ := w.process()
	theirs, err := other.Open(t.Context(), w.request("gateway-001"), nil)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(w.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	behind := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ModifyResponse: func(answer *http.Response) error {
			if answer.Request.Method == http.MethodGet && strings.HasSuffix(answer.Request.URL.Path, "/port_mappings") {
				w.close(theirs, lease.Deleted)
			}
			return nil
		},
	})
	defer behind.Close()
	r := w.request("gateway-001")
	r.Account.Endpoint = behind.URL
	a := w.open(r, nil)
	if a.Info().Mapping.Foreign || a.Info().Mapping.Addr == theirs.Info().Mapping.Addr {
		t.Errorf("a mapping that is gone is used: %+v", a.Info().Mapping)
	}
	w.close(a, lease.Deleted)
	w.clean()
}
