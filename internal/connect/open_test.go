package connect_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

func (w *world) roots() *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(w.CACertPEM())
	return roots
}

// openOptions open a page of gateway-001.
func (w *world) openOptions(port int) connect.OpenOptions {
	w.t.Helper()
	w.Roots = w.roots()
	o := connect.OpenOptions{Request: w.options("gateway-001", "").Request}
	o.Request.Port = port
	return o
}

// get fetches a page as a browser would whose resolver knows Napter's hosts.
func (w *world) get(url string) string {
	w.t.Helper()
	port := url[strings.LastIndex(url, ":")+1:]
	port, _, _ = strings.Cut(port, "/")
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: w.roots(), MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
		},
	}}
	answer, err := client.Get(url)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(body)
}

func TestOpenPage(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	o := w.openOptions(0)
	o.Path = "status?all=1#top"
	p, err := w.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	m := p.Info().Mapping
	if want := "https://" + m.Hostname + ":" + strconv.Itoa(int(m.Addr.Port())) + "/status?all=1#top"; p.URL != want || !m.TLS || m.DevicePort != 80 {
		t.Errorf("URL %s, want %s; mapping %+v", p.URL, want, m)
	}
	p.Stop()
	w.clean()

	if p, err = w.Open(t.Context(), w.openOptions(80)); err != nil {
		t.Fatal(err)
	}
	if body := w.get(p.URL); !strings.Contains(body, "gateway-001") {
		t.Errorf("the page is %q", body)
	}
	p.Stop()
	p.Stop()
	w.clean()
	if n := w.noticed(); n != "" {
		t.Errorf("told without need: %s", n)
	}
}

func TestOpenChoosesByPortAndScheme(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	gateway, _ := w.SIMByName("gateway-001")
	hold := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	for _, port := range []int{443, 8000, 8443, 5900, 5901, 3389} {
		w.SetDevicePort(gateway.ID, port, hold)
	}
	for _, c := range []struct {
		port   int
		scheme string
		want   string
		device int
		tls    bool
	}{
		{0, "https", "https://", 443, false}, {443, "", "https://", 443, false}, {8443, "", "https://", 8443, false},
		{8000, "", "https://", 8000, true}, {8000, "https", "https://", 8000, false}, {443, "HTTP", "https://", 443, true},
		{5900, "", "vnc://127.0.0.1:", 5900, false}, {5901, "", "vnc://127.0.0.1:", 5901, false}, {0, "rdp", "rdp://127.0.0.1:", 3389, false},
	} {
		o := w.openOptions(c.port)
		o.Scheme = c.scheme
		p, err := w.Open(t.Context(), o)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if m := p.Info().Mapping; !strings.HasPrefix(p.URL, c.want) || m.DevicePort != c.device || m.TLS != c.tls || p.Local.IsValid() == (c.want == "https://") {
			t.Errorf("%+v: URL %s, mapping %+v", c, p.URL, m)
		}
		p.Stop()
		w.clean()
	}
	o := w.openOptions(80)
	o.Scheme = "gopher"
	if _, err := w.Open(t.Context(), o); err == nil {
		t.Error("gopher was opened")
	}
	o = w.openOptions(80)
	o.Path = "/%zz"
	if _, err := w.Open(t.Context(), o); err == nil {
		t.Error("a bad path was opened")
	}
	w.clean()
}

func TestOpenEndsWithItsMapping(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	o := w.openOptions(80)
	o.Request.Duration = time.Second
	p, err := w.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("it lives on")
	}
	w.clean()
}

func TestOpenExplains(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	p, err := w.Open(t.Context(), w.openOptions(8080))
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the reason", func() bool { return strings.Contains(w.noticed(), "did not accept it on port 8080") })
	p.Stop()
	w.clean()
	o := w.openOptions(80)
	w.Roots = x509.NewCertPool()
	if _, err := w.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "the TLS certificate is not one for") {
		t.Errorf("got %v", err)
	}
	w.clean()
}
