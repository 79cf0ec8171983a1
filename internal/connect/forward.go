package connect

import (
	"cmp"
	"context"
	"encoding/json"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/launch"
)

// ForwardOptions are local listeners that lead to ports of one SIM's device.
type ForwardOptions struct {
	// Request is what to open; its Port is filled in. With TLS, the connections
	// between here and Soracom are encrypted, and plain locally.
	Request access.Request
	Ports   []PortSpec
}

// Tunnel is what can be said about one port of a forward at a moment.
type Tunnel struct {
	// Listen is the local address.
	Listen netip.AddrPort
	// Info is the access that new connections use; Info.Mapping.Expires is when it
	// ends. The first connection after that opens another.
	Info access.Info
	// Open and Total are connections; Sent and Received are bytes to and from the
	// device.
	Open, Total, Sent, Received int64
	// Failure is why the last connection that failed did, or nil.
	Failure error
}

// MarshalJSON says where it listens and leads to, in the form that scripts read.
func (t Tunnel) MarshalJSON() ([]byte, error) {
	m := t.Info.Mapping
	return json.Marshal(struct {
		Listen     netip.AddrPort `json:"listen"`
		Host       string         `json:"host"`
		Port       int            `json:"port"`
		SimID      string         `json:"simId,omitempty"`
		Name       string         `json:"name,omitempty"`
		DevicePort int            `json:"devicePort"`
		TLS        bool           `json:"tls"`
		Mapping    netip.AddrPort `json:"mapping"`
		Hostname   string         `json:"hostname"`
		Expires    time.Time      `json:"expires"`
	}{
		t.Listen, t.Listen.Addr().String(), int(t.Listen.Port()), t.Info.SIM.ID, t.Info.SIM.Name,
		m.DevicePort, m.TLS, m.Addr, m.Hostname, m.Expires,
	})
}

// Forwarding is a running forward; its methods may be called concurrently.
type Forwarding struct {
	tunnels []*tunnel
	cancel  context.CancelFunc
	done    chan struct{}
}

// Forward listens and opens access, all ports at once, and returns when
// connections can be made. Everything is given back when ctx ends, or by Stop.
func (c *Connector) Forward(ctx context.Context, o ForwardOptions) (*Forwarding, error) {
	rec := access.NewRecorder(c.Progress, c.Now)
	life, cancel := context.WithCancel(ctx)
	f := &Forwarding{cancel: cancel, done: make(chan struct{})}
	o.Request.Service = cmp.Or(o.Request.Service, c.rule(access.TargetName(o.Request.Target), nil).Service)
	c.warnOfWideSources(o.Request.Sources)
	err := f.listen(ctx, c, o)
	if err == nil {
		err = f.open(life, rec)
	}
	if err != nil {
		err = causeOf(ctx, err)
		cancel()
		f.giveBack()
		return nil, err
	}
	go f.serve(life)
	return f, nil
}

func (f *Forwarding) listen(ctx context.Context, c *Connector, o ForwardOptions) error {
	for _, spec := range o.Ports {
		l, err := spec.listen(ctx)
		if err != nil {
			return err
		}
		if addr := hostport.Of(l.Addr()); !addr.Addr().IsLoopback() {
			c.notice("%s accepts connections from every host that reaches this machine: they reach port %d of the device", addr, spec.Device)
		}
		t := &tunnel{Connector: c, listener: l, request: o.Request, renewal: make(chan struct{}, 1)}
		t.request.Port = spec.Device
		f.tunnels = append(f.tunnels, t)
	}
	return nil
}

func (f *Forwarding) open(ctx context.Context, rec *access.Recorder) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, t := range f.tunnels {
		progress := rec.Forward()
		group.Go(func() error {
			held, err := t.Opener.Open(ctx, t.request, progress)
			if err == nil {
				t.use(held)
			}
			return err
		})
	}
	return group.Wait()
}

func (f *Forwarding) serve(ctx context.Context) {
	defer close(f.done)
	var all sync.WaitGroup
	for _, t := range f.tunnels {
		all.Go(func() { t.forward().Serve(ctx) })
	}
	all.Wait()
	f.cancel()
	f.giveBack()
}

// giveBack closes what is open, all at once.
func (f *Forwarding) giveBack() {
	var all sync.WaitGroup
	for _, t := range f.tunnels {
		all.Go(t.close)
	}
	all.Wait()
}

// Tunnels are the ports, in the order in which they were asked for.
func (f *Forwarding) Tunnels() []Tunnel {
	list := make([]Tunnel, len(f.tunnels))
	for i, t := range f.tunnels {
		list[i] = t.facts()
	}
	return list
}

// Done is closed when the forward has ended and everything has been given back.
func (f *Forwarding) Done() <-chan struct{} { return f.done }

// Stop ends the forward and its connections and waits until everything has been
// given back. It may be called again.
func (f *Forwarding) Stop() {
	f.cancel()
	<-f.done
}

// forward is the launch of a tunnel.
func (t *tunnel) forward() launch.Forward {
	return launch.Forward{Listener: t.listener, Connect: t.connect, Failed: t.report, Counts: &t.counts}
}

func (t *tunnel) close() {
	_ = t.listener.Close()
	t.mu.Lock()
	r := t.route
	t.route = nil
	t.mu.Unlock()
	if r != nil {
		t.giveBack(r.held)
	}
}
