package connect_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

func TestParsePortSpec(t *testing.T) {
	for text, want := range map[string]connect.PortSpec{
		"80":                {Local: connect.SamePort, Device: 80},
		"8080:80":           {Local: 8080, Device: 80},
		"0:80":              {Device: 80},
		"127.0.0.2:8080:80": {Bind: "127.0.0.2", Local: 8080, Device: 80},
		"localhost:0:80":    {Bind: "localhost", Device: 80},
		"*:8080:80":         {Bind: "0.0.0.0", Local: 8080, Device: 80},
		":8080:80":          {Bind: "0.0.0.0", Local: 8080, Device: 80},
		"[::1]:8080:80":     {Bind: "::1", Local: 8080, Device: 80},
	} {
		if got, err := connect.ParsePortSpec(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "http", "0", "65536", "-1", "65536:80", "x:80", "8080:", ":80", "a:b:c:80", "1:2:3:80"} {
		if got, err := connect.ParsePortSpec(text); err == nil || message.Hint(err).String() == "" {
			t.Errorf("%q: %+v, %v; want an error with a hint", text, got, err)
		}
	}
}

// forwardTo starts a forward to a device's ports, on free ports here.
func (w *world) forwardTo(ctx context.Context, change func(*connect.ForwardOptions), ports ...int) *connect.Forwarding {
	w.t.Helper()
	o := connect.ForwardOptions{Request: w.options("gateway-001", "").Request}
	for _, port := range ports {
		o.Ports = append(o.Ports, connect.PortSpec{Device: port})
	}
	if change != nil {
		change(&o)
	}
	f, err := w.Forward(ctx, o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(f.Stop)
	return f
}

// echo makes port 7 of gateway-001's device send back what it gets, and count
// connections. It answers only at the end of what it gets.
func (w *world) echo() *atomic.Int64 {
	w.t.Helper()
	gateway, _ := w.SIMByName("gateway-001")
	served := &atomic.Int64{}
	w.SetDevicePort(gateway.ID, 7, func(c net.Conn) {
		served.Add(1)
		all, err := io.ReadAll(c)
		if err == nil {
			_, _ = c.Write(all)
		}
	})
	return served
}

// say sends text, half-closes, and returns the answer.
func say(addr netip.AddrPort, text string) (string, error) {
	c, err := net.DialTimeout("tcp", addr.String(), 5*time.Second)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		return "", err
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		return "", err
	}
	all, err := io.ReadAll(c)
	return string(all), err
}

func TestForwardSeveralPorts(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	w.echo()
	f := w.forwardTo(t.Context(), nil, 7, 80)
	tunnels := f.Tunnels()
	text := strings.Repeat("half-closed ", 100_000)
	if got, err := say(tunnels[0].Listen, text); err != nil || got != text {
		t.Errorf("%d bytes came back of %d: %v", len(got), len(text), err)
	}
	answer, err := http.Get("http://" + tunnels[1].Listen.String())
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if !bytes.Contains(body, []byte("gateway-001")) {
		t.Errorf("the page is %q", body)
	}
	for i, port := range []int{7, 80} {
		facts := f.Tunnels()[i]
		if facts.Info.Mapping.DevicePort != port || !facts.Listen.Addr().IsLoopback() || facts.Total != 1 || facts.Failure != nil ||
			time.Until(facts.Info.Mapping.Expires) < 7*time.Hour {
			t.Errorf("facts %+v", facts)
		}
	}
	if facts := f.Tunnels()[0]; facts.Sent != int64(len(text)) || facts.Received != int64(len(text)) {
		t.Errorf("%d sent and %d received of %d", facts.Sent, facts.Received, len(text))
	}
	if n := len(w.Mappings()); n != 2 {
		t.Errorf("%d mappings", n)
	}
	f.Stop()
	f.Stop()
	w.clean()
	if _, err := net.Dial("tcp", tunnels[0].Listen.String()); err == nil {
		t.Error("it still listens")
	}
}

func TestForwardEndsWithItsContext(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	w.echo()
	ctx, cancel := context.WithCancel(t.Context())
	f := w.forwardTo(ctx, nil, 7)
	c, err := net.Dial("tcp", f.Tunnels()[0].Listen.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	until(t, "the connection", func() bool { return f.Tunnels()[0].Open == 1 })
	cancel()
	<-f.Done()
	w.clean()
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the connection lives: %v", err)
	}
}

func TestTwoHundredRequestsAtOnce(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	f := w.forwardTo(t.Context(), nil, 80)
	url := "http://" + f.Tunnels()[0].Listen.String()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}
	var wg sync.WaitGroup
	var failed atomic.Int64
	for range 200 {
		wg.Go(func() {
			answer, err := client.Get(url)
			if err != nil {
				failed.Add(1)
				t.Error(err)
				return
			}
			body, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err != nil || answer.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("gateway-001")) {
				failed.Add(1)
			}
		})
	}
	wg.Wait()
	if n := failed.Load(); n > 0 {
		t.Errorf("%d of 200 failed", n)
	}
	if n := w.Count("createPortMappingForSim"); n != 1 {
		t.Errorf("%d mappings were made", n)
	}
	until(t, "the end of all connections", func() bool { return f.Tunnels()[0].Open == 0 })
	if facts := f.Tunnels()[0]; facts.Total != 200 {
		t.Errorf("%d connections were counted", facts.Total)
	}
	f.Stop()
	w.clean()
}

func TestForwardWithTLS(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	w.echo()
	w.Roots = w.roots()
	f := w.forwardTo(t.Context(), func(o *connect.ForwardOptions) { o.Request.TLS = true }, 7)
	if m := w.Mappings(); len(m) != 1 || !m[0].TLS {
		t.Fatalf("mappings %+v", m)
	}
	text := strings.Repeat("through TLS ", 10_000)
	if got, err := say(f.Tunnels()[0].Listen, text); err != nil || got != text {
		t.Errorf("%d bytes came back of %d: %v", len(got), len(text), err)
	}
	f.Stop()
	w.clean()
}

// Whoever answers in Soracom's place gets nothing.
func TestForwardWithTLSRefusesOtherCertificates(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	served := w.echo()
	w.Roots = x509.NewCertPool()
	f := w.forwardTo(t.Context(), func(o *connect.ForwardOptions) { o.Request.TLS = true }, 7)
	if got, err := say(f.Tunnels()[0].Listen, "secret"); got != "" {
		t.Errorf("got %q, %v", got, err)
	}
	until(t, "the reason", func() bool { return strings.Contains(w.noticed(), "the TLS certificate is not one for") })
	var untrusted *launch.CertificateError
	if err := f.Tunnels()[0].Failure; !errors.As(err, &untrusted) {
		t.Errorf("failure %v", err)
	}
	if n := served.Load(); n != 0 {
		t.Errorf("the device got %d connections", n)
	}
	f.Stop()
	w.clean()
}

// A mapping that ends takes its connections with it; the next one opens another,
// and the listener stays.
func TestForwardOutlivesItsMapping(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	w.echo()
	var ahead atomic.Int64
	w.Connector.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	f := w.forwardTo(t.Context(), nil, 7)
	listen := f.Tunnels()[0].Listen
	say1 := func(text string) {
		t.Helper()
		if got, err := say(listen, text); err != nil || got != text {
			t.Fatalf("got %q, %v\ntold: %s", got, err, w.noticed())
		}
	}
	say1("before")

	// It expires.
	ahead.Store(int64(8 * time.Hour))
	w.Advance(8 * time.Hour)
	say1("after it expired")
	if n := w.Count("createPortMappingForSim"); n != 2 {
		t.Errorf("%d mappings were made", n)
	}

	// It is deleted by somebody.
	ahead.Store(int64(8*time.Hour + time.Minute))
	w.Advance(time.Minute)
	if err := w.DeleteMapping(w.Mappings()[0].Port); err != nil {
		t.Fatal(err)
	}
	say1("after it was deleted")
	say1("and again")
	if n := w.Count("createPortMappingForSim"); n != 3 {
		t.Errorf("%d mappings were made", n)
	}
	if f.Tunnels()[0].Listen != listen {
		t.Error("the listener has moved")
	}
	f.Stop()
	w.clean()
}

func TestForwardExplainsAFailedConnection(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	f := w.forwardTo(t.Context(), nil, 2222)
	for range 5 {
		if got, err := say(f.Tunnels()[0].Listen, ""); got != "" {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	c, err := net.Dial("tcp", f.Tunnels()[0].Listen.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	until(t, "the reason", func() bool { return strings.Contains(w.noticed(), "did not accept it on port 2222") })
	if n := strings.Count(w.noticed(), "did not accept it"); n != 1 {
		t.Errorf("told %d times", n)
	}
	f.Stop()
	w.clean()
}

// A forward whose connections are denied opens another mapping: this machine may
// have another address by now. One whose device does not accept them keeps its own.
func TestForwardReplacesAMappingThatDenies(t *testing.T) {
	for told, c := range map[string]struct {
		port         int
		public, then string
		made         int
	}{
		"it came from 198.51.100.9":      {7, "198.51.100.9", "found", 2},
		"did not accept it on port 2222": {2222, "203.0.113.10", "", 1},
	} {
		t.Run(told, func(t *testing.T) {
			w := newWorld(t, simulator.Options{})
			w.echo()
			var ahead atomic.Int64
			w.Connector.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
			f := w.forwardTo(t.Context(), nil, c.port)
			ahead.Store(int64(time.Minute)) // a new mapping would be kept anyway
			w.Advance(time.Minute)
			w.SetPublicAddress(netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr(c.public))
			lost, err := net.Dial("tcp", f.Tunnels()[0].Listen.String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = lost.Close() }()
			until(t, "the reason", func() bool { return strings.Contains(w.noticed(), told) })
			if got, err := say(f.Tunnels()[0].Listen, c.then); err != nil || got != c.then {
				t.Errorf("got %q, %v, want %q", got, err, c.then)
			}
			if n := w.Count("createPortMappingForSim"); n != c.made {
				t.Errorf("%d mappings were made, want %d", n, c.made)
			}
		})
	}
}

func TestForwardThatCannotBegin(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	port := taken.Addr().(*net.TCPAddr).Port
	o := connect.ForwardOptions{Request: w.options("gateway-001", "").Request, Ports: []connect.PortSpec{{Device: 80}, {Local: port, Device: 22}}}
	if _, err := w.Forward(t.Context(), o); err == nil || !strings.Contains(message.Hint(err).String(), "another local port") {
		t.Errorf("%v, hint %q", err, message.Hint(err).String())
	}
	if n := w.Count("createPortMappingForSim"); n != 0 {
		t.Errorf("%d mappings were made", n)
	}
	o.Ports[1].Local = 0
	o.Request.Target = "no-such-sim"
	if _, err := w.Forward(t.Context(), o); err == nil || !strings.Contains(err.Error(), "no SIM is named") {
		t.Error(err)
	}
	// One of two mappings fails: the other one goes too.
	o.Request.Target = "gateway-001"
	defer w.Inject(simulator.Fault{Operation: "createPortMappingForSim", Status: 400, Times: 1})()
	if _, err := w.Forward(t.Context(), o); err == nil {
		t.Error("no error")
	}
	w.clean()
}

func TestForwardToEverybodyIsTold(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	f := w.forwardTo(t.Context(), func(o *connect.ForwardOptions) { o.Ports[0].Bind = "0.0.0.0" }, 80)
	if got, want := w.noticed(), fmt.Sprintf("%s accepts connections from every host", f.Tunnels()[0].Listen); !strings.Contains(got, want) {
		t.Errorf("told %q, want %q in it", got, want)
	}
}
