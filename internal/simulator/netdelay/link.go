// Package netdelay makes loopback as slow as a long line, without making it
// narrow: whatever is sent arrives later by half the round-trip time (RTT), in
// order, however much it is. Closing one direction leaves the other open, and a
// reset arrives as one.
//
// A connection's start costs one RTT more, for TCP's own handshake: the kernel of
// loopback completes a client's connect at once, so its RTT is added to the time
// before the first byte. A client that sends at once reaches its server 1.5 RTT
// after it began to connect, and a server's greeting reaches a client after 2.
package netdelay

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// stream is a TCP or a Unix connection.
type stream interface {
	net.Conn
	CloseWrite() error
}

// link is one connection through the long line.
type link struct {
	client, server stream
	up, down       *atomic.Int64 // bytes delivered
}

// run carries bytes until both directions have ended, then closes both ends.
func (l link) run(opened time.Time, rtt time.Duration) {
	var wg sync.WaitGroup
	wg.Go(func() { carry(l.server, l.client, opened.Add(rtt), rtt/2, l.up) })
	wg.Go(func() { carry(l.client, l.server, opened.Add(rtt+rtt/2), rtt/2, l.down) })
	wg.Wait()
	_ = l.client.Close()
	_ = l.server.Close()
}

// carry copies from src to dst, each byte delay after it came, but nothing as if it
// had come before the time given. An end of src becomes an end of dst; a failure of
// either resets both.
func carry(dst, src stream, notBefore time.Time, delay time.Duration, count *atomic.Int64) {
	q := newQueue()
	done := make(chan struct{})
	go func() {
		defer close(done)
		receive(q, src, notBefore, delay)
	}()
	if err := deliver(dst, q, count); err != nil {
		reset(dst)
		reset(src)
	}
	q.stop()
	<-done
}

// receive stamps what comes from src with the time at which it is due.
func receive(q *queue, src io.Reader, notBefore time.Time, delay time.Duration) {
	buf := make([]byte, 64<<10)
	for {
		n, err := src.Read(buf)
		at := time.Now()
		if at.Before(notBefore) {
			at = notBefore
		}
		due := at.Add(delay)
		if n > 0 && !q.put(parcel{due: due, data: append([]byte(nil), buf[:n]...)}) {
			return
		}
		if err != nil {
			q.put(parcel{due: due, err: err})
			return
		}
	}
}

// deliver writes what is due. It returns nil after src's orderly end.
func deliver(dst stream, q *queue, count *atomic.Int64) error {
	for {
		p := q.take()
		time.Sleep(time.Until(p.due))
		switch {
		case errors.Is(p.err, io.EOF):
			return dst.CloseWrite()
		case p.err != nil:
			return p.err
		}
		n, err := dst.Write(p.data)
		count.Add(int64(n))
		if err != nil {
			return err
		}
	}
}

// reset closes a connection so that its peer sees a reset and not an orderly end.
func reset(c net.Conn) {
	if tcp, ok := c.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
