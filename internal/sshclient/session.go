package sshclient

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/predict"
)

// SessionOptions are one session on a connection.
type SessionOptions struct {
	// Command is what to run; "" is a login shell. Subsystem says that it is the name of
	// a subsystem.
	Command   string
	Subsystem bool
	// TTY asks for a pseudo-terminal, of size 0x0 when neither Stdin nor Stdout
	// is a terminal.
	TTY bool
	// Stdin is read until it ends or the session does; not a byte is taken after
	// Run has returned. nil sends the end of the input at once, as ssh -n.
	Stdin *os.File
	// Stdout and Stderr get the remote output unchanged; nil discards it. With
	// TTY, Stdout should be the terminal itself (an *os.File), so that its size
	// is known and it can be tidied up after an abrupt end.
	Stdout io.Writer
	Stderr io.Writer
	// Env are environment variables to send, NAME=value (LANG, LC_*).
	Env          []string
	Term         string // TERM
	ForwardAgent bool
	// Predict says when typed characters are shown before the device has echoed
	// them, with TTY and a terminal on Stdin and Stdout. "" is never.
	Predict predict.Mode
	// Escapes allows, with TTY, ~. ~? ~~ ~# ~B ~I; Info writes the answer to ~I.
	// EscapeChar takes the place of ~; 0 is ~.
	Escapes    bool
	EscapeChar byte
	Info       func() message.Text
	// Notice are lines to show the person during the session, such as that the
	// mapping expires soon: in the terminal's title when it is in raw mode, on
	// Stderr otherwise. May be nil; Run never closes it.
	Notice <-chan message.Text
	// Say puts Info, Notice and the session's own words into the person's
	// language; nil is English.
	Say func(message.Text) string
}

// session is one run of SessionOptions.
type session struct {
	*Client
	o      SessionOptions
	remote *ssh.Session
	term   *terminal
	raw    rawGuard
	told   windowSize // the size that the device knows
	in     *input     // nil without Stdin
	out    *output
	errOut *output
	echo   *echo       // nil where nothing is predicted
	fatal  chan error  // what ends the session from our side
	titled atomic.Bool // a notice is in the title
	// cancel ends the watchers, which read the terminal and write to it.
	cancel   context.CancelFunc
	watchers sync.WaitGroup
}

// Run runs one session to its end. With TTY it puts Stdin in raw mode and always
// restores it. status is the remote exit status, and 255 with an error: a remote
// signal is a *SignalError, a lost connection a *DroppedError, "~." is ErrEscaped,
// and the end of ctx is its cause.
func (c *Client) Run(ctx context.Context, o SessionOptions) (status int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	remote, err := answer(ctx, c, "opening a session", func() (*ssh.Session, error) { return c.open(o.Subsystem) }, func(s *ssh.Session) { _ = s.Close() })
	if timeout, ok := errors.AsType[*TimeoutError](err); ok {
		return failed, timeout
	}
	if err != nil {
		return failed, c.explain(message.Errorf("opening a session: %w", err))
	}
	s := &session{Client: c, o: o, remote: remote, cancel: cancel, fatal: make(chan error, 1),
		out: newOutput(o.Stdout), errOut: newOutput(o.Stderr)}
	if o.TTY {
		s.term = newTerminal(o.Stdin, o.Stdout)
	} else {
		s.term = &terminal{}
	}
	s.raw.t = s.term
	s.echo = newEcho(o, s.term, s.out, c.RTT())
	orderly := false
	defer func() { s.end(!orderly) }() // runs in a panic, too
	status, err = s.do(ctx)
	orderly = err == nil
	return status, err
}

// open opens a channel. That takes exactly one round trip, so it measures it.
func (c *Client) open(subsystem bool) (*ssh.Session, error) {
	conn := c.conn
	if subsystem {
		conn = &ssh.Client{Conn: subsystems{c.conn.Conn}}
	}
	start := time.Now()
	s, err := conn.NewSession()
	if err == nil {
		c.setRTT(time.Since(start))
	}
	return s, err
}

func (s *session) do(ctx context.Context) (int, error) {
	stdin, err1 := s.remote.StdinPipe()
	stdout, err2 := s.remote.StdoutPipe()
	stderr, err3 := s.remote.StderrPipe()
	if err := errors.Join(err1, err2, err3); err != nil {
		return failed, message.Errorf("opening a session: %w", err)
	}
	if s.o.ForwardAgent && hasAgent(s.config.forwardSocket()) {
		defer s.agents.use(ctx, s.Client)()
	}
	if err := s.request(ctx); err != nil {
		return failed, s.explain(err)
	}
	// Raw mode comes with the shell, so that until then Ctrl-C still works.
	if err := s.raw.enter(); err != nil {
		return failed, message.Errorf("putting the terminal in raw mode: %w", err)
	}
	if s.o.TTY {
		s.watch(func() { watchSize(ctx, s.sendSize) })
	}
	s.watch(func() { s.showNotices(ctx) })
	s.startInput(stdin)

	drained := make(chan struct{}, 2)
	s.spawn(func() {
		defer func() { drained <- struct{}{} }()
		if _, err := io.Copy(s.screen(), stdout); err != nil && !errors.Is(err, errOutputStopped) {
			s.fail(message.Errorf("writing the output: %w", err))
		}
	})
	s.spawn(func() {
		defer func() { drained <- struct{}{} }()
		if _, err := io.Copy(s.errOut, stderr); err != nil {
			_, _ = io.Copy(io.Discard, stderr) // a closed stderr ends nothing
		}
	})
	exited := make(chan error, 1)
	s.spawn(func() {
		// Both outputs first: the exit status may overtake a slow reader here.
		<-drained
		<-drained
		exited <- s.remote.Wait()
	})

	select {
	case err := <-exited:
		select {
		case fatal := <-s.fatal: // the output's end may be our own doing
			return failed, fatal
		default:
		}
		return s.exit(err)
	case err := <-s.fatal:
		return failed, err
	case <-ctx.Done():
		return failed, context.Cause(ctx)
	}
}

// request asks for the environment, the agent and a pseudo-terminal without
// waiting for answers, and then for the shell or command: one round trip in all.
// The price is that a refused pseudo-terminal goes unnoticed.
func (s *session) request(ctx context.Context) error {
	var errs []error
	send := func(name string, payload []byte) {
		_, err := s.remote.SendRequest(name, false, payload)
		errs = append(errs, err)
	}
	if s.o.ForwardAgent && hasAgent(s.config.forwardSocket()) {
		send("auth-agent-req@openssh.com", nil)
	}
	if s.o.TTY {
		s.told = s.term.size()
		send("pty-req", ssh.Marshal(struct {
			Term                         string
			Columns, Rows, Width, Height uint32
			Modes                        string
		}{s.o.Term, uint32(s.told.columns), uint32(s.told.rows), 0, 0, string(s.term.modes())}))
	}
	for _, e := range s.o.Env {
		if name, value, ok := strings.Cut(e, "="); ok {
			send("env", ssh.Marshal(struct{ Name, Value string }{name, value}))
		}
	}
	what := message.New("starting a shell on the device")
	start := s.remote.Shell
	if s.o.Subsystem {
		what = message.New("starting the subsystem on the device")
	} else if s.o.Command != "" {
		what = message.New("starting the command on the device")
	}
	if s.o.Command != "" {
		start = func() error { return s.remote.Start(s.o.Command) }
	}
	if err := errors.Join(errs...); err != nil {
		return message.Errorf("%s: %w", what, err)
	}
	_, err := answer(ctx, s.Client, "starting the session",
		func() (struct{}, error) { return struct{}{}, start() }, func(struct{}) {})
	if _, ok := errors.AsType[*TimeoutError](err); err != nil && !ok && ctx.Err() == nil {
		return message.Errorf("%s: %w", what, err)
	}
	return err
}

// screen is what the remote output is written to.
func (s *session) screen() io.Writer {
	if s.echo == nil {
		return s.out
	}
	return s.echo
}

// sendSize tells the device the window's size when it has changed.
func (s *session) sendSize() {
	size := s.term.size()
	if size == s.told || size == (windowSize{}) {
		return
	}
	s.told = size
	s.echo.resize(size)
	_, _ = s.remote.SendRequest("window-change", false, ssh.Marshal(struct {
		Columns, Rows, Width, Height uint32
	}{uint32(size.columns), uint32(size.rows), 0, 0}))
}

// fail ends the session with err; the first one counts.
func (s *session) fail(err error) {
	select {
	case s.fatal <- err:
	default:
	}
}

// spawn runs f beside Run. A panic in it ends the session with an error instead
// of the program with the terminal still raw.
func (s *session) spawn(f func()) {
	go func() {
		defer func() {
			if p := recover(); p != nil {
				s.config.debugf("panic in a session: %v\n%s", p, debug.Stack())
				s.fail(message.Errorf("internal error: %v", p))
			}
		}()
		f()
	}()
}

// watch spawns f, which ends with the session and is waited for.
func (s *session) watch(f func()) {
	s.watchers.Add(1)
	s.spawn(func() {
		defer s.watchers.Done()
		f()
	})
}

// end gives the terminal back: first nothing reads from it, then nothing writes
// to it, then it is as it was.
func (s *session) end(abrupt bool) {
	defer s.raw.close()
	s.cancel()
	if s.in != nil {
		s.in.stop()
	}
	// On a dead link with a full send buffer this blocks until the connection is
	// closed.
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = s.remote.Close()
		s.watchers.Wait()
	}()
	select {
	case <-closed:
	case <-time.After(patience):
	}
	last := s.echo.end() + s.untitle()
	if abrupt && s.o.TTY && s.term.out != nil {
		last += ResetSequence
	}
	s.out.stop(last)
	s.errOut.stop("")
}
