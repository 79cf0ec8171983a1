package sshmux

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Mux gives commands the connections that they share. Its fields are set once, before
// use.
type Mux struct {
	Dirs config.Dirs
	// Command is how to start a process for a socket (NewCommand).
	Command func(socket string) (*daemon.Command, error)
	// Home is the home folder of the command, where its default keys are.
	Home string
}

// NewCommand is how to start this program as the process behind a socket.
func NewCommand(socket string, getenv func(string) string) (*daemon.Command, error) {
	c, err := daemon.Self(getenv, "mux", "--socket", socket)
	if err != nil {
		return nil, err
	}
	for _, home := range []string{"HOME", "USERPROFILE"} { // default keys, and paths with ~
		if v := getenv(home); v != "" {
			c.Env = append(c.Env, home+"="+v)
		}
	}
	return c, nil
}

// UnavailableError says that there is no process and none could be started. The
// command connects by itself then.
type UnavailableError struct{ Err error }

func (e *UnavailableError) Text() message.Text {
	return message.New("no connection can be shared: %s", e.Err)
}
func (e *UnavailableError) Error() string { return e.Text().String() }
func (e *UnavailableError) Unwrap() error { return e.Err }

// errGone says that the process ended before it answered: it was about to, mostly.
var errGone = message.Errorf("the process that shares the connection has ended")

// welcomeLimit is how long a process may take to say that it is there: one that is
// stopped must not stop the commands.
const welcomeLimit = 2 * time.Second

// tries is how often a process may end under Dial.
const tries = 2

// Dial joins the connection that c and u lead to; a process of its own makes it when
// it is not there. shared says that it was. The error is that of sshclient.Dial, or an
// *UnavailableError.
func (m *Mux) Dial(ctx context.Context, c sshclient.Config, u Use) (client *sshclient.Client, shared bool, err error) {
	u.Home = m.Home
	if c, err = absolute(c); err != nil {
		return nil, false, &UnavailableError{err}
	}
	socket, err := m.socket(u, c)
	if err != nil {
		return nil, false, &UnavailableError{err}
	}
	for try := 1; ; try++ {
		conn, err := m.process(ctx, socket)
		if err != nil {
			return nil, false, &UnavailableError{err}
		}
		t, shared, err := join(ctx, newWire(conn), c, u)
		switch {
		case err == nil:
			c.KeepAlive = -1 // the process sees to it
			return sshclient.NewClient(t, c), shared, nil
		case ctx.Err() != nil:
			return nil, false, context.Cause(ctx)
		case !errors.Is(err, errGone):
			return nil, false, err
		case try == tries:
			return nil, false, &UnavailableError{err}
		}
	}
}

func (m *Mux) socket(u Use, c sshclient.Config) (string, error) {
	key, err := Key(u, c)
	if err != nil {
		return "", err
	}
	return m.Dirs.SocketPath(socketPrefix + key + socketSuffix)
}

// The socket of a connection is named after its key.
const socketPrefix, socketSuffix = "mux-", ".sock"

func (m *Mux) process(ctx context.Context, socket string) (net.Conn, error) {
	if conn, err := daemon.Dial(ctx, socket); err == nil {
		return conn, nil
	}
	command, err := m.Command(socket)
	if err != nil {
		return nil, err
	}
	// One lock for all: the new process clears away the sockets of dead ones.
	return daemon.Connect(ctx, socket, filepath.Join(filepath.Dir(socket), "mux.start"), command)
}

// absolute makes paths independent of the working folder, which the process does not
// share.
func absolute(c sshclient.Config) (sshclient.Config, error) {
	var errs []error
	path := func(p string) string {
		if p == "" || p == "none" || strings.HasPrefix(p, "~") {
			return p
		}
		full, err := filepath.Abs(p)
		errs = append(errs, err)
		return full
	}
	all := func(list []string) (out []string) {
		for _, p := range list {
			out = append(out, path(p))
		}
		return out
	}
	c.KnownHosts, c.AgentSocket, c.ForwardSocket = path(c.KnownHosts), path(c.AgentSocket), path(c.ForwardSocket)
	c.IdentityFiles, c.CertFiles = all(c.IdentityFiles), all(c.CertFiles)
	c.ReadOnlyKnownHosts = all(c.ReadOnlyKnownHosts)
	return c, errors.Join(errs...)
}

// join asks the process for the connection, answers what it asks, and speaks SSH with
// it from then on.
func join(ctx context.Context, w *wire, c sshclient.Config, u Use) (t *sshclient.Transport, shared bool, err error) {
	stop := context.AfterFunc(ctx, func() { _ = w.Close() })
	defer stop()
	defer func() {
		if err != nil {
			_ = w.Close()
		}
	}()
	hello := fromCommand{Config: &c, Agent: u.ForwardAgent, Fresh: u.Fresh, Linger: u.Linger,
		Expires: u.Info.Mapping.Expires, Verbose: c.Debugf != nil, Prompt: c.Prompt != nil, Quiet: c.Quiet}
	if err := w.put(hello); err != nil {
		return nil, false, errGone
	}
	_ = w.SetReadDeadline(time.Now().Add(welcomeLimit))
	for {
		var got toCommand
		if err := w.get(&got); err != nil {
			return nil, false, errGone
		}
		switch {
		case got.Welcome:
			_ = w.SetReadDeadline(time.Time{})
		case got.Err != nil:
			return nil, false, got.Err.decode()
		case got.Ask != nil && c.Prompt != nil:
			_ = w.put(fromCommand{Answer: ask(ctx, c.Prompt, *got.Ask)})
		case got.Ready != nil:
			t, err := speak(w)
			return t, got.Ready.Shared, err
		default:
			tell(c, got)
		}
	}
}

// tell hands on what needs no answer.
func tell(c sshclient.Config, got toCommand) {
	switch {
	case got.Step != nil && c.OnStep != nil:
		c.OnStep(got.Step.Name, got.Step.Done, got.Step.Err.decode())
	case !got.Show.IsZero() && c.Prompt != nil:
		c.Prompt.Show(got.Show)
	case !got.Show.IsZero() && c.Tell != nil:
		c.Tell(got.Show)
	case got.KeyUsed != "" && c.KeyUsed != nil:
		c.KeyUsed(got.KeyUsed)
	case got.Debug != "" && c.Debugf != nil:
		c.Debugf("%s", got.Debug)
	}
}

func ask(ctx context.Context, p sshclient.Prompter, q question) *answer {
	how := p.Line
	if q.Secret {
		how = p.Secret
	}
	text, err := how(ctx, q.Prompt)
	return &answer{Text: text, Err: encodeError(err)}
}

// speak begins SSH: with the kernel's word for who is at the other end, and nobody
// between, the host key proves nothing.
func speak(w *wire) (*sshclient.Transport, error) {
	if err := w.put(fromCommand{Go: true}); err != nil {
		return nil, errGone
	}
	conn, channels, requests, err := ssh.NewClientConn(w, "", &ssh.ClientConfig{
		Config:          localAlgorithms(),
		HostKeyCallback: func(string, net.Addr, ssh.PublicKey) error { return nil },
	})
	if err != nil {
		return nil, errGone
	}
	l := &local{Conn: conn, done: make(chan struct{})}
	out := make(chan *ssh.Request)
	go l.filter(requests, out)
	return &sshclient.Transport{Conn: l, Channels: channels, Requests: out}, nil
}

// local is a command's end of the connection to the process.
type local struct {
	ssh.Conn
	done  chan struct{} // closed when lost is set for good
	known bool
	lost  error
}

// requestLost is how the process says why the connection to the device ended.
const requestLost = "lost@napter-connect"

func (l *local) filter(in <-chan *ssh.Request, out chan<- *ssh.Request) {
	defer close(l.done)
	defer close(out)
	for r := range in {
		if r.Type != requestLost {
			out <- r
			continue
		}
		var e *wireError
		if json.Unmarshal(r.Payload, &e) == nil {
			l.known, l.lost = true, e.decode()
		}
	}
}

// Wait says why the connection to the device ended; io.EOF is an end by the device.
func (l *local) Wait() error {
	err := l.Conn.Wait()
	<-l.done
	switch {
	case l.known && l.lost != nil:
		return l.lost
	case l.known:
		return err
	}
	return errGone
}

func localAlgorithms() ssh.Config {
	return ssh.Config{
		KeyExchanges: []string{ssh.KeyExchangeCurve25519},
		Ciphers:      []string{ssh.CipherAES128GCM, ssh.CipherChaCha20Poly1305},
	}
}
