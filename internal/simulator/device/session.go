package device

import (
	"context"
	"io"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator/device/shell"
)

// Payloads of RFC 4254, sections 6.2 to 6.10.
type (
	ptyRequest struct {
		Term          string
		Cols, Rows    uint32
		Width, Height uint32
		Modes         string
	}
	windowChange struct{ Cols, Rows, Width, Height uint32 }
	envRequest   struct{ Name, Value string }
	textRequest  struct{ Text string } // exec, signal
	exitStatus   struct{ Status uint32 }
	exitSignal   struct {
		Signal     string
		CoreDumped bool
		Message    string
		Language   string
	}
)

// maxEnv bounds what a client may send before its command.
const maxEnv = 100

// session is one session channel.
type session struct {
	device *Device
	user   string
	ch     ssh.Channel
	env    map[string]string
	tty    *terminal // nil until pty-req

	barrier chan chan struct{} // see settle
	ended   chan struct{}      // closed when the requests have ended
	next    runner             // taken, and about to be started
	signal  func(shell.Signal) // nil until the command runs
	done    chan struct{}      // closed when the command has ended
}

// runner is what a session is for: a shell or a command.
type runner func(context.Context, *shell.Shell, shell.Streams) shell.Exit

func (d *Device) serveSession(ctx context.Context, user string, nch ssh.NewChannel) {
	ch, requests, err := nch.Accept()
	if err != nil {
		return
	}
	s := &session{
		device: d, user: user, ch: ch, env: map[string]string{},
		barrier: make(chan chan struct{}), ended: make(chan struct{}),
	}
	ctx, cancel := context.WithCancel(ctx)
	s.loop(ctx, requests)
	cancel()
	_ = ch.Close()
	if s.tty != nil {
		s.tty.hangUp()
	}
	if s.done != nil {
		<-s.done
	}
}

// loop handles requests until the channel ends. What is typed waits until the
// requests that came before it are done: the client's order of a window's new size
// and the next key is lost in the library, which queues the two apart.
func (s *session) loop(ctx context.Context, requests <-chan *ssh.Request) {
	defer close(s.ended)
	for {
		select {
		case r, ok := <-requests:
			if !ok {
				return
			}
			s.handle(ctx, r)
		case reached := <-s.barrier:
			for pending := true; pending; {
				select {
				case r, ok := <-requests:
					if !ok {
						return
					}
					s.handle(ctx, r)
				default:
					pending = false
				}
			}
			close(reached)
		}
	}
}

// settle returns when the requests that were queued before its call are done.
func (s *session) settle() {
	reached := make(chan struct{})
	select {
	case s.barrier <- reached:
	case <-s.ended:
		return
	}
	select {
	case <-reached:
	case <-s.ended:
	}
}

// handle answers before it starts anything, since no answer can be sent once a
// quick command has closed the channel.
func (s *session) handle(ctx context.Context, r *ssh.Request) {
	ok := s.request(r)
	if r.WantReply {
		_ = r.Reply(ok, nil)
	}
	if run := s.next; run != nil {
		s.next = nil
		s.start(ctx, run)
	}
}

func (s *session) request(r *ssh.Request) bool {
	switch r.Type {
	case "env":
		return s.setEnv(r.Payload)
	case "pty-req":
		return s.allocate(r.Payload)
	case "window-change":
		return s.resize(r.Payload)
	case "shell":
		return s.prepare(func(ctx context.Context, sh *shell.Shell, std shell.Streams) shell.Exit {
			if s.tty == nil {
				return sh.Script(ctx, std)
			}
			_, _ = io.WriteString(std.Out, s.device.host.Greeting())
			return sh.Interact(ctx, std)
		})
	case "exec":
		var m textRequest
		if ssh.Unmarshal(r.Payload, &m) != nil {
			return false
		}
		return s.prepare(func(ctx context.Context, sh *shell.Shell, std shell.Streams) shell.Exit {
			return sh.Run(ctx, m.Text, std)
		})
	case "signal":
		return s.kill(r.Payload)
	}
	return r.Type == "keepalive@openssh.com"
}

func (s *session) setEnv(payload []byte) bool {
	var m envRequest
	if s.done != nil || len(s.env) >= maxEnv || ssh.Unmarshal(payload, &m) != nil {
		return false
	}
	s.env[m.Name] = m.Value
	return true
}

func (s *session) allocate(payload []byte) bool {
	var m ptyRequest
	if s.tty != nil || s.done != nil || ssh.Unmarshal(payload, &m) != nil {
		return false
	}
	s.env["TERM"] = m.Term
	s.tty = newTerminal(s.ch, m)
	return true
}

func (s *session) resize(payload []byte) bool {
	var m windowChange
	if s.tty == nil || ssh.Unmarshal(payload, &m) != nil {
		return false
	}
	s.tty.resize(int(m.Rows), int(m.Cols))
	return true
}

func (s *session) kill(payload []byte) bool {
	var m textRequest
	if s.signal == nil || ssh.Unmarshal(payload, &m) != nil {
		return false
	}
	s.signal(shell.Signal(m.Text))
	return true
}

// prepare takes the session's one shell or command, to be started after the answer.
func (s *session) prepare(run runner) bool {
	if s.done != nil {
		return false
	}
	s.next = run
	return true
}

// start runs a shell or a command beside the session's requests.
func (s *session) start(ctx context.Context, run runner) {
	s.done = make(chan struct{})
	std := shell.Streams{In: s.ch, Out: s.ch, Err: s.ch.Stderr()}
	var tty shell.Terminal
	if s.tty != nil {
		tty, std = s.tty, s.tty.streams()
		s.tty.start(s.settle)
	}
	ctx, stop := context.WithCancelCause(ctx)
	s.signal = func(sig shell.Signal) { stop(sig) }
	result := make(chan shell.Exit, 1)
	sh := shell.New(s.device.host, s.user, s.env, tty)
	go func() { result <- run(ctx, sh, std) }()
	go s.wait(ctx, stop, result)
}

// wait reports the end of the command, or of its context.
func (s *session) wait(ctx context.Context, stop context.CancelCauseFunc, result <-chan shell.Exit) {
	defer close(s.done)
	defer stop(nil)
	select {
	case exit := <-result:
		s.finish(exit)
	case <-ctx.Done():
		// A command that waits in a read or a write ends by the channel's end.
		var sig shell.Signal
		if asSignal(context.Cause(ctx), &sig) {
			s.finish(shell.Exit{Signal: sig})
		}
		_ = s.ch.Close()
		if s.tty != nil {
			s.tty.hangUp()
		}
		<-result
	}
}

// finish reports the end and closes the channel. No end of file goes before:
// a command that a signal ended may be writing, or the editor repainting after a
// resize, and the library's channel does not guard a write against it.
func (s *session) finish(e shell.Exit) {
	if e.Signal != "" {
		_, _ = s.ch.SendRequest("exit-signal", false, ssh.Marshal(exitSignal{Signal: string(e.Signal)}))
	} else {
		_, _ = s.ch.SendRequest("exit-status", false, ssh.Marshal(exitStatus{uint32(e.Status)}))
	}
	_ = s.ch.Close()
}
