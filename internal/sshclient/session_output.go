package sshclient

import (
	"errors"
	"io"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

var errOutputStopped = message.Errorf("the session is over")

// patience is how long the end of a session waits for something that is stuck: a
// terminal that was stopped with Ctrl-S, or a dead link.
const patience = 300 * time.Millisecond

// output is one of a session's output streams. Whole writes are kept together,
// and after stop nothing more is written by the session.
type output struct {
	w       io.Writer
	lock    chan struct{} // a mutex that can be waited for with a limit
	stopped atomic.Bool
	last    atomic.Int64 // Unix nanoseconds of the last write
}

func newOutput(w io.Writer) *output {
	if w == nil {
		w = io.Discard
	}
	return &output{w: w, lock: make(chan struct{}, 1)}
}

func (o *output) Write(p []byte) (int, error) {
	o.lock <- struct{}{}
	defer func() { <-o.lock }()
	if o.stopped.Load() {
		return 0, errOutputStopped
	}
	o.last.Store(time.Now().UnixNano())
	done := 0
	for {
		n, err := o.w.Write(p[done:])
		done += max(n, 0)
		// Another process may have made the shared terminal non-blocking.
		if err == nil || !errors.Is(err, syscall.EAGAIN) || o.stopped.Load() {
			return done, err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// stop ends the session's writing; last, if any, is written as the end.
func (o *output) stop(last string) {
	o.stopped.Store(true)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case o.lock <- struct{}{}:
		if last != "" {
			_, _ = io.WriteString(o.w, last)
		}
		<-o.lock
	case <-timer.C:
	}
}

// quietFor says how long nothing was written.
func (o *output) quietFor() time.Duration {
	return time.Duration(time.Now().UnixNano() - o.last.Load())
}
