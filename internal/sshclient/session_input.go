package sshclient

import (
	"errors"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/muesli/cancelreader"
	"golang.org/x/term"
)

// input reads a session's standard input and can be stopped, so that not one
// byte that belongs to the next reader (the UI, the user's shell) is taken.
type input struct {
	stopped atomic.Bool
	r       io.Reader
	cancel  cancelreader.CancelReader // nil when reads of r never wait
	// joins: a read under way ends when input is stopped.
	joins   bool
	reading sync.Mutex
}

func newInput(f *os.File) *input {
	in := &input{r: f}
	info, err := f.Stat()
	if err != nil {
		return in
	}
	// A read of a file or of /dev/null does not wait. epoll refuses these and
	// kqueue waits for ever at a file's end.
	if m := info.Mode(); m.IsRegular() || m.IsDir() || (m&os.ModeCharDevice != 0 && !term.IsTerminal(int(f.Fd()))) {
		in.joins = runtime.GOOS != "windows" // a console's pipes have odd modes there
		return in
	}
	// On Windows the cancelreader always reads the console, even when stdin is
	// a pipe.
	if runtime.GOOS == "windows" && !term.IsTerminal(int(f.Fd())) {
		return in
	}
	if cr, err := cancelreader.NewReader(&stoppableFile{File: f, stopped: &in.stopped}); err == nil {
		in.r, in.cancel, in.joins = cr, cr, true
	}
	return in
}

// Read returns cancelreader.ErrCanceled once stop was called.
func (in *input) Read(p []byte) (int, error) {
	in.reading.Lock()
	defer in.reading.Unlock()
	for {
		if in.stopped.Load() {
			return 0, cancelreader.ErrCanceled
		}
		n, err := in.r.Read(p)
		// Another process may have made the shared terminal non-blocking.
		if n == 0 && (errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR)) && in.cancel != nil {
			continue
		}
		return max(n, 0), err
	}
}

// stop ends a read under way and all later ones. When it returns, nothing is
// read any more. (The exception is a pipe on Windows, whose reads can't be
// interrupted.)
func (in *input) stop() {
	if in.stopped.Swap(true) {
		return
	}
	if in.cancel != nil && !in.cancel.Cancel() {
		return
	}
	if !in.joins {
		return
	}
	in.reading.Lock()
	defer in.reading.Unlock()
	if in.cancel != nil {
		_ = in.cancel.Close()
	}
}

// stoppableFile closes the gap between the moment when the cancelreader learns
// that there is input and its read.
type stoppableFile struct {
	*os.File
	stopped *atomic.Bool
}

func (f *stoppableFile) Read(p []byte) (int, error) {
	if f.stopped.Load() {
		return 0, cancelreader.ErrCanceled
	}
	return f.File.Read(p)
}
