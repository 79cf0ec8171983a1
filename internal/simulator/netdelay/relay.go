package netdelay

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Relay listens on a port of loopback and passes connections on to a target.
type Relay struct {
	ctx      context.Context
	listener net.Listener
	target   string
	rtt      time.Duration
	links    sync.WaitGroup
	conns    atomic.Int64
	up, down atomic.Int64
}

// Start returns a relay to target (host:port) that adds rtt to every round trip. It
// runs until ctx ends or Close; then its connections are cut.
func Start(ctx context.Context, target string, rtt time.Duration) (*Relay, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the delaying relay: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	r := &Relay{ctx: ctx, listener: l, target: target, rtt: rtt}
	context.AfterFunc(ctx, func() { _ = l.Close() })
	r.links.Go(func() {
		defer cancel()
		r.accept()
	})
	return r, nil
}

// Addr is the relay's host:port.
func (r *Relay) Addr() string { return r.listener.Addr().String() }

// Connections counts the connections that were made so far.
func (r *Relay) Connections() int { return int(r.conns.Load()) }

// Bytes counts what arrived so far at the target (up) and at the clients (down).
func (r *Relay) Bytes() (up, down int64) { return r.up.Load(), r.down.Load() }

// Close cuts all connections and waits until nothing of the relay is left.
func (r *Relay) Close() {
	_ = r.listener.Close()
	r.links.Wait()
}

func (r *Relay) accept() {
	for {
		c, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.conns.Add(1)
		r.links.Go(func() { r.pass(c.(*net.TCPConn), time.Now()) })
	}
}

func (r *Relay) pass(client *net.TCPConn, opened time.Time) {
	var d net.Dialer
	server, err := d.DialContext(r.ctx, "tcp", r.target)
	if err != nil {
		// A refusal comes back after one round trip.
		time.Sleep(time.Until(opened.Add(r.rtt)))
		reset(client)
		return
	}
	defer context.AfterFunc(r.ctx, func() {
		reset(client)
		reset(server)
	})()
	link{client, server.(*net.TCPConn), &r.up, &r.down}.run(opened, r.rtt)
}
