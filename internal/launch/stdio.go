package launch

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

const (
	// mostHeld bounds what is read of standard input before there is a connection.
	mostHeld = 64 << 10
	// idleUpload is how long input may pause after the device has ended its side,
	// before that counts as the end.
	idleUpload = time.Second
)

// Why a context of NewStdio ends by itself.
var (
	errNoInput = message.WithHint(message.Errorf("the standard input ended before there was a connection"),
		"this command is for programs that speak through it, such as ssh's ProxyCommand")
	// ErrNoReader says that the reader of the device's output is gone.
	ErrNoReader = message.Errorf("standard output was closed by its reader")
)

// Ends of a connection on which the device sent nothing.
var (
	// ErrSilent: the connection broke, or the other side was still there.
	ErrSilent = message.Errorf("closed before the device sent anything")
	// ErrNoAnswer: it ended in order after all input had been sent. A device that
	// wants no more than the input does so, and one that was never reached.
	ErrNoAnswer = message.Errorf("closed without an answer")
)

// Stdio joins standard input and output with a connection, as ssh's ProxyCommand
// does. Both are watched from the first instant, so that the end of the program
// that uses them is seen while the connection is still being made.
type Stdio struct {
	in     io.Reader
	out    io.Writer
	cancel context.CancelCauseFunc
	unwait func() // ends the watch over out

	mu     sync.Mutex
	held   []byte // what was read before there was a connection
	conn   Conn   // nil until then
	joined chan struct{}

	sent     atomic.Int64
	received atomic.Int64
	uploaded chan struct{} // closed when all input has been sent
}

// NewStdio starts to watch. The context that it returns ends when ctx does, when
// nobody is there who could use a connection, and by stop. Where in cannot be
// closed from here, the goroutine that reads it stays until in ends.
func NewStdio(ctx context.Context, in io.Reader, out io.Writer) (_ context.Context, s *Stdio, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	s = &Stdio{in: in, out: out, cancel: cancel, joined: make(chan struct{}), uploaded: make(chan struct{})}
	s.unwait = sync.OnceFunc(watchReader(out, func() { cancel(ErrNoReader) }))
	go s.upload(ctx)
	return ctx, s, func() {
		s.unwait()
		cancel(nil)
	}
}

// upload passes input on to the connection. While there is none it keeps
// reading, to see the end. Input that ends after some words, from a pipe say, is
// sent all the same.
func (s *Stdio) upload(ctx context.Context) {
	p := make([]byte, mostHeld)
	for held := 0; held < mostHeld; {
		n, err := s.in.Read(p[:mostHeld-held])
		if s.pass(p[:n]) {
			s.finish(err)
			return
		}
		held += n
		if err != nil && held == 0 {
			s.cancel(errNoInput)
		}
		if err != nil {
			s.wait(ctx, err)
			return
		}
	}
	s.wait(ctx, nil)
}

// pass sends input if there is a connection, and holds it otherwise.
func (s *Stdio) pass(p []byte) (connected bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		s.held = append(s.held, p...)
		return false
	}
	s.send(p)
	return true
}

// send ignores errors: that the connection is broken is seen by its other
// direction.
func (s *Stdio) send(p []byte) {
	n, _ := s.conn.Write(p)
	s.sent.Add(int64(n))
}

func (s *Stdio) wait(ctx context.Context, err error) {
	select {
	case <-s.joined:
		s.finish(err)
	case <-ctx.Done():
	}
}

// finish sends the rest of the input, unless err has ended it, and then the end.
func (s *Stdio) finish(err error) {
	defer close(s.uploaded)
	if err == nil {
		_, _ = move(s.conn, s.in, func(n int64) { s.sent.Add(n) })
	}
	_ = s.conn.CloseWrite()
}

// Join copies both ways. The end of the input is passed on as a half-close; when
// the device has ended its side, the output is closed and what still comes of the
// input is sent. It closes conn. The error is nil after an orderly end, ErrSilent,
// ErrNoAnswer, the cause of ctx, or what broke the connection.
func (s *Stdio) Join(ctx context.Context, conn Conn) error {
	s.mu.Lock()
	s.conn = conn
	s.send(s.held)
	s.held = nil
	s.mu.Unlock()
	close(s.joined)

	type ends struct{ read, write error }
	downloaded := make(chan ends, 1)
	go func() {
		read, write := move(s.out, conn, func(n int64) { s.received.Add(n) })
		downloaded <- ends{read, write}
	}()
	// Close waits for reads and writes of pipes, which nothing interrupts.
	defer func() {
		_ = conn.CloseWrite()
		go func() { _ = conn.Close() }()
	}()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case end := <-downloaded:
		switch {
		case end.write != nil:
			return ErrNoReader
		case s.received.Load() == 0 && (end.read != nil || !s.inputEnded()):
			return ErrSilent
		case s.received.Load() == 0:
			return ErrNoAnswer
		case end.read != nil:
			return message.Errorf("the connection broke: %w", bare(end.read))
		}
		s.closeOutput()
		s.drain(ctx)
		return nil
	}
}

// bare is an error of the system without the call that met it.
func bare(err error) error {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err
	}
	return err
}

func (s *Stdio) inputEnded() bool {
	select {
	case <-s.uploaded:
		return true
	default:
		return false
	}
}

func (s *Stdio) closeOutput() {
	s.unwait()
	if c, ok := s.out.(io.Closer); ok {
		_ = c.Close()
	}
}

// drain waits until the rest of the input has been sent. Who has no more to say
// need not have ended the input: a pause will do.
func (s *Stdio) drain(ctx context.Context) {
	tick := time.NewTicker(idleUpload)
	defer tick.Stop()
	for last := s.sent.Load(); ; {
		select {
		case <-s.uploaded:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
			now := s.sent.Load()
			if now == last {
				return
			}
			last = now
		}
	}
}
