package myip

import (
	"context"
	"crypto/tls"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// newClient has no proxy, no redirects and no IPv6. It speaks HTTP/1.1, where a
// cancelled request closes its connection, so that a dead one is never kept.
func (f *Finder) newClient() *http.Client {
	config := f.tls.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            f.dial,
			TLSClientConfig:        config,
			Protocols:              protocols,
			DisableCompression:     true,
			MaxIdleConnsPerHost:    1,
			MaxResponseHeaderBytes: 16 << 10,
			IdleConnTimeout:        10 * time.Minute, // services close earlier
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (f *Finder) dial(ctx context.Context, _, address string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp4", address)
	if err != nil {
		return nil, err
	}
	remote, local := hostport.Of(conn.RemoteAddr()), hostport.Of(conn.LocalAddr())
	if remote.IsValid() && local.IsValid() {
		f.mu.Lock()
		f.paths[address] = path{remote, local.Addr()}
		f.mu.Unlock()
	}
	return conn, nil
}

func (f *Finder) current() *http.Client {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.client
}

// Reset drops the warm connections. Requests under way end undisturbed, and
// their connections are not kept.
func (f *Finder) Reset() {
	client := f.newClient()
	f.mu.Lock()
	old := f.client
	f.client, f.paths = client, map[string]path{}
	f.mu.Unlock()
	if old != nil {
		old.CloseIdleConnections()
	}
}

// Close drops the warm connections. The finder can still be used.
func (f *Finder) Close() { f.Reset() }

// dropMoved resets the finder when a new connection to a service would leave by
// another local address than the warm one (a VPN came up, another network).
func (f *Finder) dropMoved(ctx context.Context) {
	f.mu.Lock()
	paths := maps.Clone(f.paths)
	f.mu.Unlock()
	for _, p := range paths {
		if now, err := f.route(ctx, p.remote); err != nil || now != p.local {
			f.Reset()
			return
		}
	}
}

// LocalAddr is the local IPv4 address that new connections to the services
// would come from: towards one that is warm, else by the default route. No
// packet is sent. A change of it tells that the network changed.
func (f *Finder) LocalAddr(ctx context.Context) (netip.Addr, error) {
	// A documentation address is unassigned, and takes the default route.
	remote := netip.MustParseAddrPort("192.0.2.1:443")
	f.mu.Lock()
	for _, p := range f.paths {
		remote = p.remote
		break
	}
	f.mu.Unlock()
	return f.route(ctx, remote)
}

// routeTo asks the kernel for the local address towards remote: connecting a
// UDP socket chooses a route and sends nothing.
func routeTo(ctx context.Context, remote netip.AddrPort) (netip.Addr, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp4", remote.String())
	if err != nil {
		return netip.Addr{}, message.Errorf("finding the local address: %w", err)
	}
	defer func() { _ = conn.Close() }()
	return hostport.Of(conn.LocalAddr()).Addr(), nil
}
