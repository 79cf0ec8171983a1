package simulator

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// maxQueued bounds what one direction of a delayed connection holds: enough for
// 160 MB/s at 100 ms of round trip, so that latency does not turn into a
// bandwidth limit.
const maxQueued = 8 << 20

// delayQueue carries chunks of bytes, each of which may be taken only when its
// time has come. Any number of chunks travel at once, as on a long wire.
type delayQueue struct {
	mu       sync.Mutex
	items    []delayed
	size     int
	changed  chan struct{} // closed and replaced at every change
	deadline time.Time
	err      error // the reader's or writer's fate, once nothing is to be waited for
}

type delayed struct {
	due  time.Time
	data []byte
	end  error // non-nil: the last item; io.EOF or a failure
}

func newDelayQueue() *delayQueue { return &delayQueue{changed: make(chan struct{})} }

func (q *delayQueue) broadcast() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// fail ends the queue at once for both sides.
func (q *delayQueue) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.err = err
		q.broadcast()
	}
}

func (q *delayQueue) setDeadline(t time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.deadline = t
	q.broadcast()
}

// wait releases the lock until something changes or t comes (zero: never).
func (q *delayQueue) wait(t time.Time) {
	changed := q.changed
	q.mu.Unlock()
	defer q.mu.Lock()
	if t.IsZero() {
		<-changed
		return
	}
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	}
}

func (q *delayQueue) expired() bool {
	return !q.deadline.IsZero() && !time.Now().Before(q.deadline)
}

// push adds data that may be taken from due on; it waits while the queue is
// full. useDeadline says whether the queue's deadline bounds that.
func (q *delayQueue) push(it delayed, useDeadline bool) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case q.err != nil:
			return q.err
		case useDeadline && q.expired():
			return os.ErrDeadlineExceeded
		case it.end != nil || q.size < maxQueued:
			q.items = append(q.items, it)
			q.size += len(it.data)
			q.broadcast()
			return nil
		}
		var until time.Time
		if useDeadline {
			until = q.deadline
		}
		q.wait(until)
	}
}

// pop copies what is due into p; the end of the queue comes as its error.
func (q *delayQueue) pop(p []byte, useDeadline bool) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if q.err != nil {
			return 0, q.err
		}
		if useDeadline && q.expired() {
			return 0, os.ErrDeadlineExceeded
		}
		var until time.Time
		if len(q.items) > 0 {
			it := &q.items[0]
			if !time.Now().Before(it.due) {
				return q.take(it, p)
			}
			until = it.due
		}
		if useDeadline && !q.deadline.IsZero() && (until.IsZero() || q.deadline.Before(until)) {
			until = q.deadline
		}
		q.wait(until)
	}
}

func (q *delayQueue) take(it *delayed, p []byte) (int, error) {
	if it.end != nil {
		return 0, it.end // stays: every later call gives it again
	}
	n := copy(p, it.data)
	it.data = it.data[n:]
	q.size -= n
	if len(it.data) == 0 {
		q.items[0] = delayed{}
		q.items = q.items[1:]
	}
	q.broadcast()
	return n, nil
}

// delayConn is a connection over a wire that takes a while: bytes arrive half a
// round trip after they were sent, in both directions. The TCP handshake, which
// costs nothing on loopback, is charged too: what the peer sent before its
// connect would have returned counts as sent then.
type delayConn struct {
	net.Conn
	oneWay  time.Duration
	in, out *delayQueue
}

// newDelayConn wraps c, which was accepted just now, and starts its two pumps
// on spawn.
func newDelayConn(c net.Conn, rtt time.Duration, spawn func(func())) *delayConn {
	d := &delayConn{Conn: c, oneWay: rtt / 2, in: newDelayQueue(), out: newDelayQueue()}
	connected := time.Now().Add(rtt)
	spawn(func() { d.pumpIn(connected) })
	spawn(d.pumpOut)
	return d
}

func (d *delayConn) pumpIn(connected time.Time) {
	buf := make([]byte, 64<<10)
	for {
		n, err := d.Conn.Read(buf)
		sent := time.Now()
		if sent.Before(connected) {
			sent = connected
		}
		due := sent.Add(d.oneWay)
		if n > 0 && d.in.push(delayed{due: due, data: append([]byte(nil), buf[:n]...)}, false) != nil {
			return
		}
		if err != nil {
			_ = d.in.push(delayed{due: due, end: err}, false)
			if err != io.EOF { // reset, or closed on our side: nothing leaves any more
				d.out.fail(err)
			}
			return
		}
	}
}

// errClosing ends the outgoing queue where Close was called.
var errClosing = net.ErrClosed

func (d *delayConn) pumpOut() {
	buf := make([]byte, 64<<10)
	for {
		n, err := d.out.pop(buf, false)
		if err == io.EOF {
			closeWrite(d.Conn)
			// Wait for the Close that follows a half-close.
			d.out.dropEnd()
			continue
		}
		if err != nil {
			_ = d.Conn.Close()
			return
		}
		if _, err := d.Conn.Write(buf[:n]); err != nil {
			d.out.fail(err)
			_ = d.Conn.Close()
			return
		}
	}
}

// dropEnd forgets the end that pop just reported, to wait for another.
func (q *delayQueue) dropEnd() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) > 0 {
		q.items = q.items[1:]
	}
}

func (d *delayConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return d.in.pop(p, true)
}

func (d *delayConn) Write(p []byte) (int, error) {
	total := 0
	for len(p) > 0 {
		n := min(len(p), 64<<10)
		it := delayed{due: time.Now().Add(d.oneWay), data: append([]byte(nil), p[:n]...)}
		if err := d.out.push(it, true); err != nil {
			return total, err
		}
		total += n
		p = p[n:]
	}
	return total, nil
}

// CloseWrite ends the outgoing direction; the peer sees it half a round trip on.
func (d *delayConn) CloseWrite() error {
	return d.out.push(delayed{due: time.Now().Add(d.oneWay), end: io.EOF}, false)
}

// Close ends the connection; what was written still arrives.
func (d *delayConn) Close() error {
	d.in.fail(net.ErrClosed)
	return d.out.push(delayed{due: time.Now().Add(d.oneWay), end: errClosing}, false)
}

// abort ends the connection without delivering what is on the wire.
func (d *delayConn) abort() {
	d.in.fail(net.ErrClosed)
	d.out.fail(net.ErrClosed)
	_ = d.Conn.Close()
}

func (d *delayConn) SetDeadline(t time.Time) error {
	d.in.setDeadline(t)
	d.out.setDeadline(t)
	return nil
}

func (d *delayConn) SetReadDeadline(t time.Time) error {
	d.in.setDeadline(t)
	return nil
}

func (d *delayConn) SetWriteDeadline(t time.Time) error {
	d.out.setDeadline(t)
	return nil
}

// closeWrite half-closes c where its kind can.
func closeWrite(c net.Conn) {
	if h, ok := c.(interface{ CloseWrite() error }); ok {
		_ = h.CloseWrite()
	}
}
