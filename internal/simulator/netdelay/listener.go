package netdelay

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Listener returns l with rtt added to every round trip of the connections that it
// accepts, which must be TCP. With no rtt it is l itself. A server's connection
// ends as usual; the last bytes are on the line for half an RTT more.
//
// The server gets one end of a second connection on loopback, with the addresses of
// the first, so that deadlines and half-closing are the kernel's.
func Listener(l net.Listener, rtt time.Duration) net.Listener {
	if rtt <= 0 {
		return l
	}
	return &listener{Listener: l, rtt: rtt}
}

type listener struct {
	net.Listener
	rtt      time.Duration
	pairing  sync.Mutex // one pair is made at a time
	up, down atomic.Int64
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	opened := time.Now()
	client, ok := c.(stream)
	if !ok {
		_ = c.Close()
		return nil, fmt.Errorf("delaying a connection: %T cannot be half-closed", c)
	}
	near, far, err := l.pair()
	if err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("delaying a connection: %w", err)
	}
	go link{client, far, &l.up, &l.down}.run(opened, l.rtt)
	return &conn{TCPConn: near, local: c.LocalAddr(), remote: c.RemoteAddr()}, nil
}

// conn is the server's end, with the addresses that it would have without a delay.
type conn struct {
	*net.TCPConn
	local, remote net.Addr
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// pair returns the two ends of a new connection on loopback.
func (l *listener) pair() (near, far *net.TCPConn, err error) {
	l.pairing.Lock()
	defer l.pairing.Unlock()
	inner, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = inner.Close() }()
	far, err = net.DialTCP("tcp4", nil, inner.Addr().(*net.TCPAddr))
	if err != nil {
		return nil, nil, err
	}
	for {
		near, err = inner.AcceptTCP()
		if err != nil {
			_ = far.Close()
			return nil, nil, err
		}
		if near.RemoteAddr().String() == far.LocalAddr().String() {
			return near, far, nil
		}
		_ = near.Close() // a stranger on the loopback was quicker
	}
}
