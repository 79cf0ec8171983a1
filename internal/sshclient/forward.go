package sshclient

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// Forward is one port forwarding: -L, -R or -D. The zero Kind is invalid.
type Forward struct {
	Kind ForwardKind
	// Listen is the host:port to listen on, here (Local, Dynamic) or on the
	// device (Remote); port 0 takes a free one.
	Listen string
	// Target is the host:port to connect to, as seen from the other side. Empty
	// for Dynamic, where each client names its own (SOCKS), and for a Remote
	// that does the same from the device's side.
	Target string
	// Failed is told about a connection that could not be made; may be nil.
	Failed func(error)
}

// ForwardKind is a direction, named after OpenSSH's option.
type ForwardKind byte

// The kinds of forwarding.
const (
	Local   ForwardKind = 'L'
	Remote  ForwardKind = 'R'
	Dynamic ForwardKind = 'D'
)

// ParseForward reads what is typed after -L, -R or -D: [bind:]port:host:hostport,
// or [bind:]port for -D and a dynamic -R. IPv6 addresses stand in brackets. Without
// bind it listens on the loopback address alone, with "*" or an empty one on all.
func ParseForward(kind ForwardKind, spec string) (Forward, error) {
	f := Forward{Kind: kind}
	bad := message.WithHint(message.Errorf("-%c %s: it should be [bind:]port:host:hostport", kind, spec),
		"write 8080:localhost:80, for example")
	if kind == Dynamic {
		bad = message.WithHint(message.Errorf("-D %s: it should be [bind:]port", spec), "write 1080, for example")
	}
	fields, ok := splitForward(spec)
	if !ok {
		return f, bad
	}
	short := kind == Dynamic || kind == Remote && len(fields) <= 2
	bind := "127.0.0.1"
	if n := len(fields); short && n == 2 || !short && n == 4 {
		bind, fields = fields[0], fields[1:]
		if bind == "" || bind == "*" {
			bind = "0.0.0.0"
		}
	}
	if short && len(fields) != 1 || !short && len(fields) != 3 || !isPort(fields[0], 0) {
		return f, bad
	}
	f.Listen = net.JoinHostPort(bind, fields[0])
	if !short {
		if fields[1] == "" || !isPort(fields[2], 1) {
			return f, bad
		}
		f.Target = net.JoinHostPort(fields[1], fields[2])
	}
	return f, nil
}

// ParseForwards reads what is typed after all -L, -R and -D.
func ParseForwards(local, remote, dynamic []string) ([]Forward, error) {
	var list []Forward
	for _, group := range []struct {
		kind  ForwardKind
		specs []string
	}{{Local, local}, {Remote, remote}, {Dynamic, dynamic}} {
		for _, spec := range group.specs {
			f, err := ParseForward(group.kind, spec)
			if err != nil {
				return nil, err
			}
			list = append(list, f)
		}
	}
	return list, nil
}

func isPort(s string, least int) bool {
	n, ok := hostport.ParseListenPort(s)
	return ok && n >= least
}

// splitForward cuts at colons outside of brackets, and drops the brackets.
func splitForward(spec string) ([]string, bool) {
	var fields []string
	for {
		if strings.HasPrefix(spec, "[") {
			host, rest, ok := strings.Cut(spec[1:], "]")
			if !ok || rest != "" && rest[0] != ':' {
				return nil, false
			}
			fields = append(fields, host)
			if rest == "" {
				return fields, true
			}
			spec = rest[1:]
			continue
		}
		field, rest, more := strings.Cut(spec, ":")
		fields = append(fields, field)
		if !more {
			return fields, true
		}
		spec = rest
	}
}

// Forward starts f, and returns once it listens, with the address. It ends, with
// the connections that go through it, when ctx is done or the client's connection
// is over.
func (c *Client) Forward(ctx context.Context, f Forward) (net.Addr, error) {
	listener, dial, err := c.sides(ctx, f)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-ctx.Done():
		case <-c.dead:
		}
		cancel()
		_ = listener.Close()
	}()
	go func() {
		defer cancel()
		c.accept(ctx, listener, f, dial)
	}()
	return listener.Addr(), nil
}

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// sides returns where f listens and from where it connects.
func (c *Client) sides(ctx context.Context, f Forward) (net.Listener, dialFunc, error) {
	switch f.Kind {
	case Local, Dynamic:
		var lc net.ListenConfig
		listener, err := lc.Listen(ctx, "tcp", f.Listen)
		if err != nil {
			return nil, nil, message.Errorf("forwarding from %s: %w", f.Listen, err)
		}
		return listener, c.conn.DialContext, nil
	case Remote:
		listener, err := await(ctx,
			func() (net.Listener, error) { return c.conn.Listen("tcp", f.Listen) },
			func(late net.Listener) { _ = late.Close() })
		if err != nil {
			return nil, nil, c.explain(message.Errorf("forwarding from %s on the device: %w", f.Listen, err))
		}
		var d net.Dialer
		return listener, d.DialContext, nil
	}
	return nil, nil, message.Errorf("forwarding: there is no kind %q", byte(f.Kind))
}

func (c *Client) accept(ctx context.Context, listener net.Listener, f Forward, dial dialFunc) {
	failed := func(err error) {
		c.config.debugf("%v", err)
		if f.Failed != nil {
			f.Failed(err)
		}
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) {
				return
			}
			// Out of descriptors, mostly: others may be given back.
			failed(message.Errorf("forwarding from %s: %w", f.Listen, err))
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			}
			continue
		}
		done := c.forwarding.add(f, conn.RemoteAddr())
		go func() {
			defer done()
			stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
			defer stop()
			if err := relay(ctx, conn, f.Target, dial); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}()
	}
}

// relay connects conn to target, or to where its SOCKS request asks, until both
// sides have ended.
func relay(ctx context.Context, conn net.Conn, target string, dial dialFunc) error {
	defer func() { _ = conn.Close() }()
	connect := func(target string) (net.Conn, error) {
		peer, err := dial(ctx, "tcp", target)
		if err != nil {
			return nil, unreached(target, err)
		}
		return peer, nil
	}
	var peer net.Conn
	var err error
	if target == "" {
		peer, err = socksConnect(conn, connect)
	} else {
		peer, err = connect(target)
	}
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = peer.Close() })()
	pipe(conn, peer)
	return nil
}

// unreached says why no connection to a forward's target came about. What the
// device says of it is untrusted text.
func unreached(target string, err error) error {
	refused, ok := errors.AsType[*ssh.OpenChannelError](err)
	switch {
	case !ok:
		return message.Errorf("forwarding to %s: %w", target, err)
	case refused.Reason == ssh.Prohibited:
		return message.Errorf("forwarding to %s: the device's SSH server does not allow it (AllowTcpForwarding, PermitOpen)", target)
	}
	return message.Errorf("forwarding to %s: the device cannot connect: %s", target, safetext.Trim(refused.Message))
}

// pipe copies both ways until both are at their end, and closes both. The end of
// one direction is passed on as a half-close; an error ends both.
func pipe(a, b io.ReadWriteCloser) {
	var wg sync.WaitGroup
	move := func(to, from io.ReadWriteCloser) {
		_, err := io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); err == nil && ok {
			err = half.CloseWrite()
		} else if !ok {
			err = errors.ErrUnsupported
		}
		if err != nil {
			_, _ = a.Close(), b.Close()
		}
	}
	wg.Go(func() { move(a, b) })
	wg.Go(func() { move(b, a) })
	wg.Wait()
	_, _ = a.Close(), b.Close()
}
