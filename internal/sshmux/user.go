package sshmux

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Names of SSH's connection protocol (RFC 4254 and OpenSSH's PROTOCOL).
const (
	channelForwarded       = "forwarded-tcpip"
	channelForwardedSocket = "forwarded-streamlocal@openssh.com"
	channelAgent           = "auth-agent@openssh.com"
	requestForward         = "tcpip-forward"
	requestCancel          = "cancel-tcpip-forward"
	requestForwardSocket   = "streamlocal-forward@openssh.com"
	requestCancelSocket    = "cancel-streamlocal-forward@openssh.com"
	requestAgent           = "auth-agent-req@openssh.com"
)

// user is one command.
type user struct {
	*server
	agent   bool // it may forward its agent
	linger  time.Duration
	expires time.Time // when the mapping ends

	conn     ssh.Conn
	channels sync.WaitGroup

	forwarding atomic.Bool // a session of it forwards the agent

	mu        sync.Mutex // held while the device is asked to listen
	listeners []listener
}

// listener is where the device listens for a user.
type listener struct {
	socket string // or
	addr   string
	port   uint32
}

// serve is the user's connection from when it is ready to its end.
func (u *user) serve(ctx context.Context, w *wire, device *sshclient.Transport) {
	config := *u.ssh
	config.ServerVersion = string(device.ServerVersion()) // clients know the bugs of some
	conn, channels, requests, err := ssh.NewServerConn(w, &config)
	if err != nil {
		return
	}
	u.mu.Lock()
	u.conn = conn
	u.mu.Unlock()
	over, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		_ = w.SetWriteDeadline(time.Now().Add(sayLimit)) // it may be stopped
		_, _, _ = conn.SendRequest(requestLost, false, u.why())
		_ = conn.Close()
		cancel()
	})()
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		u.requests(requests, device)
	}()
	for offered := range channels {
		u.channels.Go(func() { u.open(over, offered, device) })
	}
	<-asked
	// What is on its way to the device goes on, but not for ever.
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		u.channels.Wait()
	}()
	select {
	case <-drained:
	case <-over.Done():
	case <-time.After(drainLimit):
	}
}

// requests passes on the user's global requests, one at a time. What the device listens
// for ends with the user.
func (u *user) requests(in <-chan *ssh.Request, device *sshclient.Transport) {
	for r := range in {
		u.request(r, device)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, l := range u.listeners {
		name, payload := l.cancel()
		_, _, _ = device.SendRequest(name, false, payload)
	}
	u.listeners = nil
}

func (u *user) request(r *ssh.Request, device *sshclient.Transport) {
	ok, answer := u.forward(r, device)
	_ = r.Reply(ok, answer)
}

func (u *user) forward(r *ssh.Request, device *sshclient.Transport) (ok bool, answer []byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	l, known := parseListener(r.Type, r.Payload)
	ok, answer, err := device.SendRequest(r.Type, r.WantReply, r.Payload)
	ok = ok && err == nil
	switch r.Type {
	case requestForward, requestForwardSocket:
		if !ok || !known {
			break
		}
		if port, err := parsePort(answer); err == nil && l.port == 0 {
			l.port = port
		}
		u.listeners = append(u.listeners, l)
	case requestCancel, requestCancelSocket:
		u.listeners = slices.DeleteFunc(u.listeners, func(old listener) bool { return old == l })
	}
	return ok, answer
}

// open passes on a channel that the user opens.
func (u *user) open(ctx context.Context, offered ssh.NewChannel, device *sshclient.Transport) {
	var note func(*ssh.Request) bool
	if offered.ChannelType() == "session" {
		note = u.allowed
	}
	pass(ctx, offered, device, note)
}

// allowed notes that a session forwards the agent, which the user must have announced.
func (u *user) allowed(r *ssh.Request) bool {
	if r.Type != requestAgent {
		return true
	}
	u.forwarding.Store(u.agent)
	return u.agent
}

// wants says whether a channel that the device opens is for this user.
func (u *user) wants(offered ssh.NewChannel) bool {
	switch offered.ChannelType() {
	case channelAgent:
		return u.forwarding.Load()
	case channelForwarded, channelForwardedSocket:
		l, ok := parseOrigin(offered)
		u.mu.Lock() // the answer to a request that is under way may be behind this
		defer u.mu.Unlock()
		return ok && slices.Contains(u.listeners, l)
	}
	return false
}

// offer passes on a channel that the device opens.
func (u *user) offer(offered ssh.NewChannel) {
	u.mu.Lock()
	conn := u.conn
	u.mu.Unlock()
	pass(context.Background(), offered, conn, nil)
}

func parseListener(request string, payload []byte) (l listener, ok bool) {
	switch request {
	case requestForward, requestCancel:
		var m struct {
			Addr string
			Port uint32
		}
		ok = ssh.Unmarshal(payload, &m) == nil
		return listener{addr: m.Addr, port: m.Port}, ok
	case requestForwardSocket, requestCancelSocket:
		var m struct{ Path string }
		ok = ssh.Unmarshal(payload, &m) == nil
		return listener{socket: m.Path}, ok
	}
	return listener{}, false
}

func parsePort(answer []byte) (uint32, error) {
	var m struct{ Port uint32 }
	err := ssh.Unmarshal(answer, &m)
	return m.Port, err
}

func parseOrigin(offered ssh.NewChannel) (l listener, ok bool) {
	if offered.ChannelType() == channelForwardedSocket {
		var m struct{ Path, Reserved string }
		ok = ssh.Unmarshal(offered.ExtraData(), &m) == nil
		return listener{socket: m.Path}, ok
	}
	var m struct {
		Addr   string
		Port   uint32
		Origin string
		From   uint32
	}
	ok = ssh.Unmarshal(offered.ExtraData(), &m) == nil
	return listener{addr: m.Addr, port: m.Port}, ok
}

// cancel is the request that ends the listening.
func (l listener) cancel() (name string, payload []byte) {
	if l.socket != "" {
		return requestCancelSocket, ssh.Marshal(struct{ Path string }{l.socket})
	}
	return requestCancel, ssh.Marshal(struct {
		Addr string
		Port uint32
	}{l.addr, l.port})
}
