package simulator

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// network is the wire between the world and the simulator: every listener and
// connection of one Simulator, with its latency.
type network struct {
	rtt time.Duration

	mu        sync.Mutex
	closed    bool
	conns     map[net.Conn]struct{} // the real ones
	listeners map[*listener]struct{}
	wg        sync.WaitGroup
}

func newNetwork(rtt time.Duration) *network {
	return &network{rtt: rtt, conns: map[net.Conn]struct{}{}, listeners: map[*listener]struct{}{}}
}

// spawn runs f in a goroutine that close waits for; it does nothing once the
// network is closed.
func (n *network) spawn(f func()) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return false
	}
	n.wg.Go(f)
	return true
}

// close ends everything at once and waits for it.
func (n *network) close() {
	n.mu.Lock()
	n.closed = true
	var lns []*listener
	for ln := range n.listeners {
		lns = append(lns, ln)
	}
	var conns []net.Conn
	for c := range n.conns {
		conns = append(conns, c)
	}
	n.mu.Unlock()
	for _, ln := range lns {
		_ = ln.Close()
	}
	for _, c := range conns {
		_ = c.Close()
	}
	n.wg.Wait()
}

// listener accepts on one loopback address and can go away and come back on the
// same port.
type listener struct {
	net   *network
	addr  net.Addr
	ready chan net.Conn
	done  chan struct{}

	mu     sync.Mutex
	ln     net.Listener // nil while down
	conns  map[net.Conn]struct{}
	closed bool
}

// listen opens a loopback listener; other addresses are refused.
func (n *network) listen(addr string) (*listener, error) {
	if err := loopbackOnly(addr); err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	l := &listener{net: n, addr: ln.Addr(), ln: ln, ready: make(chan net.Conn), done: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		_ = ln.Close()
		return nil, net.ErrClosed
	}
	n.listeners[l] = struct{}{}
	n.mu.Unlock()
	n.spawn(func() { l.acceptFrom(ln) })
	return l, nil
}

// loopbackOnly refuses an address that others could reach.
func loopbackOnly(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("listen address %q: %w", addr, err)
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return fmt.Errorf("listen address %q: the simulator listens on a loopback address only, such as 127.0.0.1:0", addr)
	}
	return nil
}

func (l *listener) acceptFrom(ln net.Listener) {
	for {
		raw, err := ln.Accept()
		if err != nil {
			return
		}
		if !l.track(raw) {
			_ = raw.Close()
			return
		}
		l.net.spawn(func() { l.deliver(raw) })
	}
}

// deliver hands a connection to Accept when a real network would: the TCP
// handshake takes one and a half round trips until the server may speak.
func (l *listener) deliver(raw net.Conn) {
	c := net.Conn(&conn{Conn: raw, raw: raw, forget: l.forget})
	if l.net.rtt > 0 {
		d := newDelayConn(&conn{Conn: raw, raw: raw, forget: l.forget}, l.net.rtt, func(f func()) {
			if !l.net.spawn(f) {
				_ = raw.Close()
			}
		})
		c = &conn{Conn: d, raw: raw, forget: func(net.Conn) {}}
		wait := time.NewTimer(l.net.rtt + l.net.rtt/2)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-l.done:
			d.abort()
			return
		}
	}
	select {
	case l.ready <- c:
	case <-l.done:
		abort(c)
	}
}

func (l *listener) track(raw net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.ln == nil {
		return false
	}
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	if l.net.closed {
		return false
	}
	l.conns[raw] = struct{}{}
	l.net.conns[raw] = struct{}{}
	return true
}

func (l *listener) forget(raw net.Conn) {
	l.mu.Lock()
	delete(l.conns, raw)
	l.mu.Unlock()
	l.net.mu.Lock()
	delete(l.net.conns, raw)
	l.net.mu.Unlock()
}

// Accept waits for a connection; its error is net.ErrClosed after Close.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Addr() net.Addr { return l.addr }

// Close stops accepting; connections go on.
func (l *listener) Close() error {
	l.mu.Lock()
	ln, was := l.ln, l.closed
	l.ln, l.closed = nil, true
	l.mu.Unlock()
	if was {
		return nil
	}
	close(l.done)
	l.net.mu.Lock()
	delete(l.net.listeners, l)
	l.net.mu.Unlock()
	if ln != nil {
		return ln.Close()
	}
	return nil
}

// setDown takes the address away, with a reset for everybody connected, and
// brings it back.
func (l *listener) setDown(down bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || down == (l.ln == nil) {
		return nil
	}
	if down {
		_ = l.ln.Close()
		l.ln = nil
		for raw := range l.conns {
			reset(raw)
		}
		return nil
	}
	ln, err := net.Listen("tcp", l.addr.String())
	if err != nil {
		return fmt.Errorf("bringing %s back: %w", l.addr, err)
	}
	l.ln = ln
	l.net.spawn(func() { l.acceptFrom(ln) })
	return nil
}

// port is the TCP port of the listener.
func (l *listener) port() int { return l.addr.(*net.TCPAddr).Port }

// conn is one accepted connection, with the real one under it for brutal ends.
type conn struct {
	net.Conn
	raw    net.Conn
	once   sync.Once
	forget func(net.Conn)
}

func (c *conn) Close() error {
	c.once.Do(func() { c.forget(c.raw) })
	return c.Conn.Close()
}

func (c *conn) CloseWrite() error {
	if h, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return nil
}

// abort closes without waiting for what is on the wire.
func abort(c net.Conn) {
	if k, ok := c.(*conn); ok {
		if d, ok := k.Conn.(*delayConn); ok {
			d.abort()
		}
	}
	_ = c.Close()
}

// reset makes the peer see a TCP RST.
func reset(raw net.Conn) {
	if t, ok := raw.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = raw.Close()
}
