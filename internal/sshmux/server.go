package sshmux

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/netfault"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// server is the process's inside: one connection to a device, and its users.
type server struct {
	patient func(ctx context.Context, network, addr string) (net.Conn, error)
	ssh     *ssh.ServerConfig
	turn    chan struct{} // held while the connection is made
	stop    context.CancelFunc
	conns   sync.WaitGroup

	mu      sync.Mutex
	users   map[*user]struct{}
	waiting *time.Timer   // ends a process without users
	asking  chan struct{} // closed while a person is asked
	device  *sshclient.Transport
	lost    error // why the connection ended, once it has
	ending  bool
}

// serve takes commands until ctx ends or there is no more reason to.
func (s *server) serve(ctx context.Context, l net.Listener) error {
	ctx, s.stop = context.WithCancel(ctx)
	defer s.stop()
	defer context.AfterFunc(ctx, func() {
		_ = l.Close()
		s.hangUp()
	})()
	s.mu.Lock()
	s.waiting = time.AfterFunc(joinLimit, s.onWaited)
	s.mu.Unlock()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				err = nil
			}
			s.stop()
			s.conns.Wait()
			return err
		}
		s.conns.Go(func() { s.serveCommand(ctx, conn) })
	}
}

func (s *server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting.Stop()
	s.ending = true
	if s.lost == nil {
		s.lost = errGone
	}
	if s.device != nil {
		_ = s.device.Close()
	}
}

func (s *server) serveCommand(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := newWire(conn)
	var hello fromCommand
	_ = conn.SetReadDeadline(time.Now().Add(helloLimit))
	if err := w.get(&hello); err != nil || hello.Config == nil {
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	u := &user{server: s, agent: hello.Agent, linger: hello.Linger, expires: hello.Expires}
	if !s.enter(u) {
		return // the command turns to the next process
	}
	defer s.leave(u)
	if w.put(toCommand{Welcome: true}) != nil {
		return
	}
	in := receive(ctx, w, cancel)
	device, shared, err := s.connected(ctx, &caller{server: s, w: w, in: in, hello: hello})
	switch {
	case errors.Is(err, errGone):
		return
	case err != nil:
		_ = w.put(toCommand{Err: encodeError(err)})
		return
	case w.put(toCommand{Ready: &ready{Shared: shared}}) != nil:
		return
	}
	for r := range in { // closed after Go, or because the command has gone
		if r.Go {
			u.serve(ctx, w, device)
		}
	}
}

// receive passes on what the command says, up to Go. It calls gone when the command
// has gone before that.
func receive(ctx context.Context, w *wire, gone func()) <-chan fromCommand {
	in := make(chan fromCommand)
	go func() {
		defer close(in)
		for {
			var r fromCommand
			if w.get(&r) != nil {
				gone()
				return
			}
			select {
			case in <- r:
			case <-ctx.Done():
				return
			}
			if r.Go {
				return
			}
		}
	}()
	return in
}

// enter counts a user; not ok means that the process is about to end.
func (s *server) enter(u *user) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending {
		return false
	}
	s.waiting.Stop()
	s.users[u] = struct{}{}
	return true
}

// leave ends the process some time after its last user.
func (s *server) leave(u *user) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.users, u)
	linger := u.linger
	if !u.expires.IsZero() { // with the mapping the connection ends by itself
		linger = min(linger, time.Until(u.expires))
	}
	switch {
	case len(s.users) > 0:
	case s.device == nil, linger <= 0:
		s.end()
	default:
		s.waiting.Reset(linger)
	}
}

func (s *server) onWaited() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.users) == 0 {
		s.end()
	}
}

// end lets no more users in and ends the process. The caller holds mu.
func (s *server) end() {
	s.ending = true
	s.stop()
}

// connected returns the connection; the first user makes it, and those who come
// meanwhile wait, but not for an answer of its person: they connect by themselves then.
func (s *server) connected(ctx context.Context, c *caller) (device *sshclient.Transport, shared bool, err error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-s.isAsking():
		return nil, false, errGone
	case <-ctx.Done():
		return nil, false, errGone
	}
	s.mu.Lock()
	device, ending := s.device, s.ending
	s.mu.Unlock()
	switch {
	case ending:
		return nil, false, errGone
	case device != nil:
		return device, true, nil
	}
	config := c.config(s.patient)
	device, err = sshclient.Connect(ctx, config)
	if err != nil {
		return nil, false, err
	}
	s.took(device, config)
	return device, false, nil
}

func (s *server) isAsking() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asking
}

// ask says that a person is asked, until done is called.
func (s *server) ask() (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.asking)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asking = make(chan struct{})
	}
}

// took starts to look after the new connection.
func (s *server) took(device *sshclient.Transport, config sshclient.Config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.device = device
	if s.ending {
		_ = device.Close()
	}
	device.KeepAlive(config, s.setLost)
	go func() {
		s.setLost(device.Wait())
		s.mu.Lock()
		defer s.mu.Unlock()
		s.end()
	}()
	go ssh.DiscardRequests(device.Requests)
	go func() {
		for offered := range device.Channels {
			go s.route(offered)
		}
	}()
}

// setLost notes why the connection ended; the first reason stays.
func (s *server) setLost(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost == nil {
		s.lost = err
	}
}

// why is requestLost's payload: null for an end by the device.
func (s *server) why() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := encodeError(s.lost)
	if errors.Is(s.lost, io.EOF) {
		e = nil
	}
	b, _ := json.Marshal(e) //nolint:errchkjson // it always can be
	return b
}

// route hands what the device opens to the user who asked for it.
func (s *server) route(offered ssh.NewChannel) {
	for _, u := range s.list() {
		if u.wants(offered) {
			u.offer(offered)
			return
		}
	}
	_ = offered.Reject(ssh.Prohibited, "nobody asked for it")
}

func (s *server) list() (users []*user) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for u := range s.users {
		users = append(users, u)
	}
	return users
}

// removeDead removes a socket that nobody listens at.
func removeDead(ctx context.Context, socket string) {
	conn, err := daemon.Dial(ctx, socket)
	if err == nil {
		_ = conn.Close()
	} else if netfault.Refused(err) {
		_ = os.Remove(socket)
	}
}

// caller is the command that has the connection made.
type caller struct {
	server *server
	w      *wire
	in     <-chan fromCommand
	hello  fromCommand
	one    sync.Mutex // held while the person is asked
}

// config is the command's configuration, with its terminal behind it.
func (c *caller) config(patient func(context.Context, string, string) (net.Conn, error)) sshclient.Config {
	cfg := *c.hello.Config
	if c.hello.Fresh {
		cfg.Dial = patient
	}
	if c.hello.Prompt {
		cfg.Prompt = c
	}
	cfg.Tell, cfg.Quiet = c.Show, c.hello.Quiet
	cfg.KeyUsed = func(fingerprint string) { _ = c.w.put(toCommand{KeyUsed: fingerprint}) }
	cfg.OnStep = func(name string, done bool, err error) {
		_ = c.w.put(toCommand{Step: &step{Name: name, Done: done, Err: encodeError(err)}})
	}
	if c.hello.Verbose {
		cfg.Debugf = c.debugf
	}
	return cfg
}

// Line implements sshclient.Prompter.
func (c *caller) Line(ctx context.Context, prompt message.Text) (string, error) {
	return c.ask(ctx, question{Prompt: prompt})
}

// Secret implements sshclient.Prompter.
func (c *caller) Secret(ctx context.Context, prompt message.Text) (string, error) {
	return c.ask(ctx, question{Prompt: prompt, Secret: true})
}

// Show implements sshclient.Prompter.
func (c *caller) Show(text message.Text) { _ = c.w.put(toCommand{Show: text}) }

func (c *caller) debugf(format string, args ...any) {
	_ = c.w.put(toCommand{Debug: fmt.Sprintf(format, args...)})
}

func (c *caller) ask(ctx context.Context, q question) (string, error) {
	c.one.Lock()
	defer c.one.Unlock()
	defer c.server.ask()()
	if err := c.w.put(toCommand{Ask: &q}); err != nil {
		return "", err
	}
	select {
	case r, ok := <-c.in:
		if !ok || r.Answer == nil {
			return "", errGone
		}
		return r.Answer.Text, r.Answer.Err.decode()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
