package connect_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// vanish makes a fitting mapping of somebody else, who deletes it when r has been
// told of it.
func (w *world) vanish(r *access.Request, tls bool) {
	w.t.Helper()
	gateway, _ := w.SIMByName("gateway-001")
	port := r.Port
	if port == 0 {
		port = 22
	}
	theirs, err := w.AddMapping(simulator.MappingSpec{
		SimID: gateway.ID, DevicePort: port, TLS: tls, Sources: []netip.Prefix{netip.MustParsePrefix("203.0.113.10/32")},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	to, err := url.Parse(w.Endpoint())
	if err != nil {
		w.t.Fatal(err)
	}
	s := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(to) },
		ModifyResponse: func(answer *http.Response) error {
			if strings.HasSuffix(answer.Request.URL.Path, "/port_mappings") && answer.Request.Method == http.MethodGet {
				_ = w.DeleteMapping(theirs.Port)
			}
			return nil
		},
	})
	w.t.Cleanup(s.Close)
	r.Account.Endpoint = s.URL
}

// Somebody else's mapping may end between the list and the connection. Then a new
// one is made, however it is used.
func TestStaleMappingIsReplaced(t *testing.T) {
	for name, use := range map[string]func(t *testing.T, w *world){
		"ssh": func(t *testing.T, w *world) {
			o := w.options("gateway-001", "echo hello")
			w.vanish(&o.Request, false)
			if r := w.run(t.Context(), o); r.err != nil || r.out != "hello\n" {
				t.Errorf("error %v, output %q", r.err, r.all)
			}
		},
		"proxy": func(t *testing.T, w *world) {
			r := w.options("gateway-001", "").Request
			w.vanish(&r, false)
			here, there := net.Pipe()
			ctx, stdio, stop := launch.NewStdio(t.Context(), there, there)
			defer stop()
			ended := make(chan error, 1)
			go func() {
				_, err := w.Proxy(ctx, connect.ProxyOptions{Request: r, Stdio: stdio})
				_ = there.Close()
				ended <- err
			}()
			banner := make([]byte, 4)
			if _, err := io.ReadFull(here, banner); err != nil || string(banner) != "SSH-" {
				t.Errorf("read %q, %v", banner, err)
			}
			_ = here.Close()
			<-ended // with an error or without: ssh went away in the middle of a word
		},
		"page": func(t *testing.T, w *world) {
			o := w.openOptions(80)
			w.vanish(&o.Request, true)
			p, err := w.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Stop()
			if body := w.get(p.URL); !strings.Contains(body, "gateway-001") {
				t.Errorf("the page is %q", body)
			}
		},
		"forward": func(t *testing.T, w *world) {
			f := w.forwardTo(t.Context(), func(o *connect.ForwardOptions) { w.vanish(&o.Request, false) }, 22)
			defer f.Stop()
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp4", f.Tunnels()[0].Listen.String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			banner := make([]byte, 4)
			if _, err := io.ReadFull(conn, banner); err != nil || string(banner) != "SSH-" {
				t.Errorf("read %q, %v", banner, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, simulator.Options{})
			use(t, w)
			if n := w.Count("createPortMappingForSim"); n != 1 {
				t.Errorf("%d mappings were made, want 1", n)
			}
			w.clean()
			if told := w.noticed(); told != "" {
				t.Errorf("told without need: %s", told)
			}
		})
	}
}

// Another mapping is made for a connection that Napter denied, not for one that the
// device did not accept: there it would be as useless.
func TestOnlyDeniedConnectionsMakeAnotherMapping(t *testing.T) {
	for what, c := range map[string]struct {
		port int
		from string
		made int
	}{
		"did not accept it on port 2222": {2222, "203.0.113.10/32", 0},
		"it came from 203.0.113.10":      {22, "198.51.100.7/32", 1},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t, simulator.Options{})
			gateway, _ := w.SIMByName("gateway-001")
			from := []netip.Prefix{netip.MustParsePrefix(c.from)}
			if _, err := w.AddMapping(simulator.MappingSpec{SimID: gateway.ID, DevicePort: c.port, Sources: from}); err != nil {
				t.Fatal(err)
			}
			o := w.options("gateway-001", "true")
			o.Request.Port, o.Request.Sources = c.port, from
			if r := w.run(t.Context(), o); r.err == nil || !strings.Contains(r.err.Error(), what) {
				t.Errorf("error %v", r.err)
			}
			if n := w.Count("createPortMappingForSim"); n != c.made {
				t.Errorf("%d mappings were made, want %d", n, c.made)
			}
		})
	}
}

// A mapping that a running session holds may be deleted by hand. The session's
// connection goes on, and the next command does not fail for it.
func TestSharedMappingThatWasDeletedByHand(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := w.start(ctx)
	if err := w.DeleteMapping(w.Mappings()[0].Port); err != nil {
		t.Fatal(err)
	}
	if r := w.run(t.Context(), w.options("gateway-001", "echo hello")); r.err != nil || r.out != "hello\n" {
		t.Errorf("error %v, output %q", r.err, r.all)
	}
	cancel()
	<-first
	w.clean()
	if n := w.Count("createPortMappingForSim"); n != 2 {
		t.Errorf("%d mappings were made, want 2", n)
	}
}
