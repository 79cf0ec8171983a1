package sshclient

import (
	"context"
	"io"
	"net"
	"os"
	"strconv"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
)

// ParseTarget reads what is typed after -W, host:port. IPv6 addresses stand in brackets.
func ParseTarget(spec string) (string, error) {
	fields, ok := splitForward(spec)
	if !ok || len(fields) != 2 || fields[0] == "" || !isPort(fields[1], 1) {
		return "", message.WithHint(message.Errorf("-W %s: it should be host:port", spec), "write localhost:80, for example")
	}
	return net.JoinHostPort(fields[0], fields[1]), nil
}

// ForwardStdio joins in and out with target, a host:port as seen from the device, until
// both directions have ended or the device ends the connection. nil for in sends the end
// of the input at once.
func (c *Client) ForwardStdio(ctx context.Context, target string, in *os.File, out io.Writer) error {
	channel, requests, err := c.direct(ctx, target)
	if err != nil {
		return c.explain(unreached(target, err))
	}
	defer func() { _ = channel.Close() }()
	closed, sent, received := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		defer close(closed)
		ssh.DiscardRequests(requests)
	}()
	if in == nil {
		close(sent)
		_ = channel.CloseWrite()
	} else {
		input := newInput(in)
		defer input.stop()
		go func() {
			defer close(sent)
			_, _ = io.Copy(channel, input)
			_ = channel.CloseWrite()
		}()
	}
	go func() {
		_, err := io.Copy(out, channel)
		received <- err
	}()
	select {
	case err := <-received:
		if err != nil {
			return message.Errorf("writing the output: %w", err)
		}
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	// The device has said all. What it is still told, it may want to hear.
	select {
	case <-sent:
	case <-closed:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if c.over() {
		return c.dropped()
	}
	return nil
}

// direct opens a channel to target.
func (c *Client) direct(ctx context.Context, target string) (ssh.Channel, <-chan *ssh.Request, error) {
	host, portText, err := net.SplitHostPort(target)
	if err != nil {
		return nil, nil, message.Errorf("%s: %w", target, err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, nil, message.Errorf("%s: %w", target, err)
	}
	type opened struct {
		channel  ssh.Channel
		requests <-chan *ssh.Request
	}
	// RFC 4254 section 7.2; standard input has no address that it comes from.
	payload := ssh.Marshal(struct {
		Host       string
		Port       uint32
		Origin     string
		OriginPort uint32
	}{host, uint32(port), "127.0.0.1", 65535})
	o, err := answer(ctx, c, "opening a session", func() (opened, error) {
		channel, requests, err := c.conn.OpenChannel("direct-tcpip", payload)
		return opened{channel, requests}, err
	}, func(late opened) { _ = late.channel.Close() })
	return o.channel, o.requests, err
}
