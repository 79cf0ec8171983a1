package access

import (
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Recorder turns steps into events with times, in order, from any goroutine.
type Recorder struct {
	mu       sync.Mutex
	progress Progress
	now      func() time.Time
	zero     time.Time
}

// NewRecorder returns a recorder whose zero is now. progress may be nil, now nil
// is time.Now.
func NewRecorder(progress Progress, now func() time.Time) *Recorder {
	if now == nil {
		now = time.Now
	}
	return &Recorder{progress: progress, now: now, zero: now()}
}

// Start tells that a step begins. The function that it returns tells that it
// ended; only its first call counts.
func (r *Recorder) Start(step Step) (end func(detail message.Text, err error)) {
	start := r.emit(Event{Step: step}, time.Time{})
	var once sync.Once
	return func(detail message.Text, err error) {
		once.Do(func() {
			r.emit(Event{Step: step, Done: true, Detail: detail, Err: message.Of(err)}, start)
		})
	}
}

// Since is the time since the recorder's zero.
func (r *Recorder) Since() time.Duration { return r.now().Sub(r.zero) }

// Forward passes on events of a job that began later, with their times moved to
// this recorder's zero.
func (r *Recorder) Forward() Progress {
	offset := r.Since()
	return func(e Event) {
		r.mu.Lock()
		defer r.mu.Unlock()
		e.At += offset
		if r.progress != nil {
			r.progress(e)
		}
	}
}

// emit stamps and passes on one event under the lock, so that times and order
// agree.
func (r *Recorder) emit(e Event, started time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	e.At = now.Sub(r.zero)
	if !started.IsZero() {
		e.Elapsed = now.Sub(started)
	}
	if r.progress != nil {
		r.progress(e)
	}
	return now
}
