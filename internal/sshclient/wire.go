package sshclient

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// headLimit bounds what is kept of the start of a connection: pre-banner lines,
// the banner and the server's KEXINIT, which is plain text.
const headLimit = 32 << 10

// wire is the connection under SSH. It remembers what the SSH library does not
// tell: how the peer introduced itself, whether the connection broke, and when
// something came last.
type wire struct {
	net.Conn
	lastRead atomic.Int64 // Unix nanoseconds
	written  atomic.Int64 // bytes

	mu        sync.Mutex
	head      []byte
	recording bool
	err       error
}

func newWire(c net.Conn) *wire {
	w := &wire{Conn: c, recording: true}
	w.lastRead.Store(time.Now().UnixNano())
	return w
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.lastRead.Store(time.Now().UnixNano())
	}
	w.note(err)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.recording && n > 0 {
		w.head = append(w.head, p[:min(n, headLimit-len(w.head))]...)
		w.recording = len(w.head) < headLimit
		if why := hopeless(w.head); why != nil {
			return 0, why
		}
	}
	return n, err
}

// ssh1Error says that the peer speaks SSH 1 alone.
type ssh1Error struct{ banner string }

func (e *ssh1Error) Error() string { return "the peer speaks SSH 1 only" }

// hopeless is an error if head, the start of what a peer sent, rules SSH 2 out: an
// SSH 1 banner (1.99 speaks both, RFC 4253 section 5.1), or the greeting of a
// service that people mistake for SSH. Any other text may precede a banner. The
// library would wait for one until the time is up.
func hopeless(head []byte) error {
	line, _, ended := bytes.Cut(head, []byte("\n"))
	if !ended {
		return nil
	}
	if bytes.HasPrefix(line, []byte("SSH-1.")) && !bytes.HasPrefix(line, []byte("SSH-1.99")) {
		return &ssh1Error{string(line)}
	}
	for _, greeting := range []string{"HTTP/", "220 ", "220-", "+OK ", "* OK ", "RFB 0"} {
		if bytes.HasPrefix(line, []byte(greeting)) {
			return io.ErrUnexpectedEOF
		}
	}
	return nil
}

// idle is how long nothing has come from the device.
func (w *wire) idle() time.Duration {
	return time.Since(time.Unix(0, w.lastRead.Load()))
}

func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.written.Add(int64(n))
	w.note(err)
	return n, err
}

// note keeps the first error.
func (w *wire) note(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil && w.err == nil {
		w.err = err
	}
}

// failure is the first error of reading or writing, or nil.
func (w *wire) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// broke says whether err came from the connection and not from what was said on it.
func (w *wire) broke(err error) bool {
	cause := w.failure()
	return cause != nil && errors.Is(err, cause)
}

// settle stops recording and forgets.
func (w *wire) settle() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.head, w.recording = nil, false
}

// intro splits what came first into the text before the SSH banner and what
// follows the banner's line. banner says whether there was one.
func (w *wire) intro() (before, after []byte, banner bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rest := w.head
	for {
		line, tail, ended := bytes.Cut(rest, []byte("\n"))
		if bytes.HasPrefix(line, []byte("SSH-")) {
			return bytes.Clone(w.head[:len(w.head)-len(rest)]), bytes.Clone(tail), ended
		}
		if !ended {
			return bytes.Clone(w.head), nil, false
		}
		rest = tail
	}
}
