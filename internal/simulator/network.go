package simulator

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/simulator/netdelay"
)

// network is the wire between the world and the simulator: every listener and
// connection of one Simulator, with its latency.
type network struct {
	rtt  time.Duration
	life context.Context // ends with the simulator
	end  context.CancelFunc

	mu     sync.Mutex
	closed bool
	gates  map[*gate]struct{}
	wg     sync.WaitGroup
}

func newNetwork(rtt time.Duration) *network {
	life, end := context.WithCancel(context.Background())
	return &network{rtt: rtt, life: life, end: end, gates: map[*gate]struct{}{}}
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
	n.end()
	n.mu.Lock()
	n.closed = true
	var gates []*gate
	for g := range n.gates {
		gates = append(gates, g)
	}
	n.mu.Unlock()
	for _, g := range gates {
		_ = g.Close()
		g.closeConns()
	}
	n.wg.Wait()
}

// listener accepts with the network's latency.
type listener struct {
	net.Listener
	gate *gate
}

// listen opens a loopback listener; other addresses are refused.
func (n *network) listen(addr string) (*listener, error) {
	if err := loopbackOnly(addr); err != nil {
		return nil, err
	}
	ln, err := n.open(addr)
	if err != nil {
		return nil, err
	}
	g := &gate{net: n, addr: ln.Addr(), ln: ln, ready: make(chan *conn), done: make(chan struct{}), conns: map[*conn]struct{}{}}
	n.mu.Lock()
	closed := n.closed
	n.gates[g] = struct{}{}
	n.mu.Unlock()
	if closed || !n.spawn(func() { g.acceptFrom(ln) }) {
		_ = g.Close()
		return nil, net.ErrClosed
	}
	return &listener{netdelay.Listener(g, n.rtt), g}, nil
}

func (n *network) open(addr string) (net.Listener, error) {
	var c net.ListenConfig
	return c.Listen(n.life, "tcp", addr)
}

// port is the TCP port of the listener.
func (l *listener) port() int { return l.gate.addr.(*net.TCPAddr).Port }

// setDown takes the address away and brings it back.
func (l *listener) setDown(down bool) error { return l.gate.setDown(down) }

// loopbackOnly refuses an address that others could reach.
func loopbackOnly(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("listen address %q: %w", addr, err)
	}
	if !hostport.IsLoopback(host) {
		return fmt.Errorf("listen address %q: the simulator listens on a loopback address only, such as 127.0.0.1:0", addr)
	}
	return nil
}

// gate is one address, which can go away and come back.
type gate struct {
	net   *network
	addr  net.Addr
	ready chan *conn
	done  chan struct{}

	mu     sync.Mutex
	ln     net.Listener // nil while down
	free   func()       // gives the address up that is held while down
	conns  map[*conn]struct{}
	closed bool
}

func (g *gate) acceptFrom(ln net.Listener) {
	for {
		raw, err := ln.Accept()
		if err != nil {
			return
		}
		c := &conn{TCPConn: raw.(*net.TCPConn), gate: g}
		if !g.track(c, ln) {
			_ = raw.Close()
			return
		}
		select {
		case g.ready <- c:
		case <-g.done:
			_ = c.Close()
			return
		}
	}
}

// track enters a connection, unless its listener is gone by now.
func (g *gate) track(c *conn, from net.Listener) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed || g.ln != from {
		return false
	}
	g.conns[c] = struct{}{}
	return true
}

// Accept waits for a connection; its error is net.ErrClosed after Close.
func (g *gate) Accept() (net.Conn, error) {
	select {
	case c := <-g.ready:
		return c, nil
	case <-g.done:
		return nil, net.ErrClosed
	}
}

func (g *gate) Addr() net.Addr { return g.addr }

// Close stops accepting; connections go on.
func (g *gate) Close() error {
	g.mu.Lock()
	ln, was := g.ln, g.closed
	g.ln, g.closed = nil, true
	g.mu.Unlock()
	if was {
		return nil
	}
	close(g.done)
	if ln != nil {
		_ = ln.Close()
	} else {
		g.free()
	}
	g.leave()
	return nil
}

// leave makes the network forget the gate once nothing is left of it.
func (g *gate) leave() {
	g.mu.Lock()
	over := g.closed && len(g.conns) == 0
	g.mu.Unlock()
	if over {
		g.net.mu.Lock()
		delete(g.net.gates, g)
		g.net.mu.Unlock()
	}
}

func (g *gate) all() []*conn {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []*conn
	for c := range g.conns {
		list = append(list, c)
	}
	return list
}

func (g *gate) closeConns() {
	for _, c := range g.all() {
		_ = c.Close()
	}
}

// setDown takes the address away, with a reset for everybody connected, and
// brings it back.
func (g *gate) setDown(down bool) error {
	g.mu.Lock()
	if g.closed || down == (g.ln == nil) {
		g.mu.Unlock()
		return nil
	}
	if down {
		_ = g.ln.Close()
		g.ln, g.free = nil, hold(g.addr.(*net.TCPAddr))
		g.mu.Unlock()
		for _, c := range g.all() {
			reset(c)
		}
		return nil
	}
	defer g.mu.Unlock()
	g.free()
	ln, err := g.net.open(g.addr.String())
	if err != nil {
		return fmt.Errorf("bringing %s back: %w", g.addr, err)
	}
	g.ln = ln
	if !g.net.spawn(func() { g.acceptFrom(ln) }) {
		g.ln = nil
		_ = ln.Close()
	}
	return nil
}

// conn is an accepted connection that its gate knows.
type conn struct {
	*net.TCPConn
	gate *gate
}

func (c *conn) Close() error {
	err := c.TCPConn.Close()
	c.gate.mu.Lock()
	delete(c.gate.conns, c)
	c.gate.mu.Unlock()
	c.gate.leave()
	return err
}

// reset makes the peer see a TCP reset.
func reset(c net.Conn) {
	if t, ok := c.(interface{ SetLinger(int) error }); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// closeWrite half-closes c where its kind can.
func closeWrite(c net.Conn) {
	if h, ok := c.(interface{ CloseWrite() error }); ok {
		_ = h.CloseWrite()
	}
}
