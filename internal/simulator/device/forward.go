package device

import (
	"context"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/hostport"
)

// forwardRequest is the payload of direct-tcpip, RFC 4254 section 7.2.
type forwardRequest struct {
	Host       string
	Port       uint32
	OriginHost string
	OriginPort uint32
}

const httpPort = 80

// serveForward connects a direct-tcpip channel to the device's own web server.
// Nothing else can be reached from a device.
func (d *Device) serveForward(ctx context.Context, nch ssh.NewChannel) {
	var m forwardRequest
	if err := ssh.Unmarshal(nch.ExtraData(), &m); err != nil {
		_ = nch.Reject(ssh.ConnectionFailed, "malformed request")
		return
	}
	if !d.isSelf(m.Host) {
		_ = nch.Reject(ssh.Prohibited, "a simulated device reaches only itself")
		return
	}
	if m.Port != httpPort {
		_ = nch.Reject(ssh.ConnectionFailed, "Connection refused")
		return
	}
	ch, requests, err := nch.Accept()
	if err != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		ssh.DiscardRequests(requests)
	}()
	d.serveHTTPChannel(ctx, ch)
	<-done
}

func (d *Device) isSelf(host string) bool {
	return hostport.IsLoopback(host) || host == "localhost" || host == d.opts.Name || host == d.host.Name
}

// serveHTTPChannel copies between the channel and a connection of the web server.
func (d *Device) serveHTTPChannel(ctx context.Context, ch ssh.Channel) {
	near, far := net.Pipe()
	defer context.AfterFunc(ctx, func() { _ = near.Close() })()
	server := &halfCloser{Conn: far}
	in := make(chan struct{})
	go func() {
		defer close(in)
		_, _ = io.Copy(near, ch)
		server.endOfInput()
	}()
	out := make(chan struct{})
	go func() {
		defer close(out)
		_, _ = io.Copy(ch, near)
		_ = ch.Close()
	}()
	d.ServeHTTPConn(server)
	<-out
	_ = near.Close()
	<-in
}

// halfCloser is an end of a net.Pipe whose input can end while its output goes on,
// which net.Pipe lacks. The end is a deadline in the past, reported as io.EOF.
type halfCloser struct {
	net.Conn
	eof atomic.Bool
}

// endOfInput is called when the peer has written all that it will.
func (h *halfCloser) endOfInput() {
	h.eof.Store(true)
	_ = h.Conn.SetReadDeadline(time.Unix(1, 0))
}

func (h *halfCloser) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	if h.eof.Load() && os.IsTimeout(err) {
		err = io.EOF
	}
	return n, err
}

func (h *halfCloser) SetReadDeadline(t time.Time) error {
	if err := h.Conn.SetReadDeadline(t); err != nil {
		return err
	}
	if h.eof.Load() {
		return h.Conn.SetReadDeadline(time.Unix(1, 0))
	}
	return nil
}

func (h *halfCloser) SetDeadline(t time.Time) error {
	if err := h.SetWriteDeadline(t); err != nil {
		return err
	}
	return h.SetReadDeadline(t)
}
