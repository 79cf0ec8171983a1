package connect

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/wait"
)

// Schemes that a browser shows; launch has those of viewers.
const (
	HTTP  = "http"
	HTTPS = "https"
)

// OpenOptions are a page or a screen of a device.
type OpenOptions struct {
	// Request is what to open, with its Port or 0; TLS is filled in.
	Request access.Request
	// Scheme is how the device speaks: http, https, vnc, rdp, or "" for what its
	// port is for.
	Scheme string
	// Path is the page's, with or without a leading slash.
	Path string
}

// Opened is a page or a screen that can be used until Stop; its methods may be
// called concurrently.
type Opened struct {
	Scheme string
	// URL is what to show: https://host:port/path, or vnc:// or rdp:// with Local.
	URL string
	// Local is where viewers connect to; it is zero for pages.
	Local netip.AddrPort

	connector *Connector
	held      access.Access // of a page
	forward   *Forwarding   // of a screen
	expiry    func()
	stop      context.CancelFunc
	done      chan struct{}

	mu     sync.Mutex
	remove func() // a viewer's file
}

// settle completes scheme and port from each other.
func (o *OpenOptions) settle() error {
	ports := map[string]int{HTTP: 80, HTTPS: 443, launch.VNC: 5900, launch.RDP: 3389}
	o.Scheme = strings.ToLower(o.Scheme)
	if o.Scheme == "" {
		o.Scheme = schemeOf(o.Request.Port)
	}
	if _, ok := ports[o.Scheme]; !ok {
		return message.WithHint(message.Errorf("unknown protocol %q", o.Scheme), "use http, https, vnc or rdp")
	}
	if o.Request.Port == 0 {
		o.Request.Port = ports[o.Scheme]
	}
	// A device that speaks TLS itself must not get it twice.
	o.Request.TLS = o.Scheme == HTTP
	return access.CheckPort(o.Request.Port)
}

// schemeOf is what a port is for; 0 is not given.
func schemeOf(port int) string {
	switch {
	case port == 443, port == 8443:
		return HTTPS
	case port == 3389:
		return launch.RDP
	case port >= 5900 && port <= 5909: // one for each display
		return launch.VNC
	}
	return HTTP
}

// Open opens access to a page or a screen and returns when it can be shown. It
// ends, and is given back, when ctx ends, when the mapping does, or by Stop.
func (c *Connector) Open(ctx context.Context, o OpenOptions) (*Opened, error) {
	if err := o.settle(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	p := &Opened{Scheme: o.Scheme, connector: c, stop: cancel, done: make(chan struct{})}
	var err error
	if o.Scheme == HTTP || o.Scheme == HTTPS {
		err = p.openPage(ctx, o)
	} else {
		err = p.openScreen(ctx, o)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	expires := p.Info().Mapping.Expires
	p.expiry = c.warnBeforeExpiry(expires, func(line message.Text) { c.notice("%s", line) })
	go p.live(ctx, expires.Sub(c.now()))
	return p, nil
}

func (p *Opened) openPage(ctx context.Context, o OpenOptions) error {
	c, r := p.connector, o.Request
	page, err := parsePath(o.Path)
	if err != nil {
		return err
	}
	rec := access.NewRecorder(c.Progress, c.Now)
	r.Service = cmp.Or(r.Service, c.rule(access.TargetName(r.Target), nil).Service)
	c.warnOfWideSources(r.Sources)
	began := c.now()
	held, conn, err := c.dial(ctx, r, rec)
	if err != nil {
		return err
	}
	p.held = held
	m := held.Info().Mapping
	// The certificate names the host, not the address.
	page.Scheme, page.Host = HTTPS, net.JoinHostPort(m.Hostname, strconv.Itoa(int(m.Addr.Port())))
	p.URL = page.String()
	go p.try(ctx, r, conn, began)
	return nil
}

// parsePath reads what stands after the host in a URL, query and fragment
// included.
func parsePath(path string) (*url.URL, error) {
	page, err := url.Parse("/" + strings.TrimPrefix(path, "/"))
	if err != nil || page.Host != "" {
		return nil, message.WithHint(message.Errorf("%q is not the path of a page", path),
			"write it as in a URL, such as /status?all=1")
	}
	return page, nil
}

// answerLimit is how long the first connection is kept, to see whether the device
// takes it: not longer, since a small server may serve one at a time.
const answerLimit = 500 * time.Millisecond

// try keeps the first connection for a moment, to see whether the device takes it:
// what goes wrong can be explained here, and not in a browser.
func (p *Opened) try(ctx context.Context, r access.Request, conn launch.Conn, began time.Time) {
	c, info := p.connector, p.held.Info()
	defer func() { _ = conn.Close() }()
	_ = conn.SetReadDeadline(time.Now().Add(answerLimit))
	_, err := conn.Read(make([]byte, 1))
	var timeout net.Error
	if err == nil || errors.As(err, &timeout) && timeout.Timeout() || ctx.Err() != nil {
		return
	}
	err = c.explain(ctx, r, info, began, &launch.SilentError{Name: info.SIM.Label(), Port: r.Port})
	if ctx.Err() == nil {
		c.tell(err)
	}
}

func (p *Opened) openScreen(ctx context.Context, o OpenOptions) error {
	f, err := p.connector.Forward(ctx, ForwardOptions{Request: o.Request, Ports: []PortSpec{{Device: o.Request.Port}}})
	if err != nil {
		return err
	}
	p.forward, p.Local = f, f.Tunnels()[0].Listen
	p.URL = o.Scheme + "://" + p.Local.String()
	return nil
}

// live waits for the end and gives everything back.
func (p *Opened) live(ctx context.Context, left time.Duration) {
	defer close(p.done)
	_ = wait.For(ctx, left)
	p.stop()
	p.expiry()
	p.mu.Lock()
	if p.remove != nil {
		p.remove()
	}
	p.mu.Unlock()
	if p.forward != nil {
		p.forward.Stop()
	} else {
		p.connector.giveBack(p.held) //nolint:contextcheck // with a context of its own
	}
}

// Info says where it leads and how long it is open.
func (p *Opened) Info() access.Info {
	if p.forward != nil {
		return p.forward.Tunnels()[0].Info
	}
	return p.held.Info()
}

// Tunnel has the figures of a screen's connections; ok is false for a page, whose
// connections do not come by here.
func (p *Opened) Tunnel() (t Tunnel, ok bool) {
	if p.forward == nil {
		return Tunnel{}, false
	}
	return p.forward.Tunnels()[0], true
}

// Show starts the browser or the viewer. The channel tells of a viewer's end, and
// is nil for a browser, whose end says nothing: most hand the page to a window that
// is there already. Errors are *launch.NoDisplayError, *launch.NoViewerError and
// what the programs gave; the URL can be used all the same.
func (p *Opened) Show(d launch.Desktop) (ended <-chan error, err error) {
	if p.forward == nil {
		return nil, d.Browse(p.URL)
	}
	ended, clean, err := d.View(p.Scheme, p.Local)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove = clean
	return ended, nil
}

// Done is closed when it has ended and everything has been given back.
func (p *Opened) Done() <-chan struct{} { return p.done }

// Stop ends it and waits until everything has been given back. It may be called
// again.
func (p *Opened) Stop() {
	p.stop()
	<-p.done
}
