package sshclient

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/napter-connect/napter-connect/internal/sshclient/predict"
)

// echo stands between the device, the keyboard and the terminal, and shows what
// is typed before the device has echoed it. A nil *echo shows nothing.
//
// The keyboard must never wait for a terminal that takes no output ("~." has to
// work there), so keyboard and resize only note what happened; whoever holds mu
// takes it up.
type echo struct {
	out *output
	due atomic.Bool // there is something to take up or to draw

	mu       sync.Mutex
	p        *predict.Predictor
	deadline *time.Timer

	noting sync.Mutex
	noted  []happening
}

// happening is a key that was sent, or a new size.
type happening struct {
	typed []byte
	size  windowSize
	at    time.Time
}

// maxNoted bounds noted: more comes from a paste, not from a person's fingers.
const maxNoted = 256

// unpredictable stands for whatever was typed beyond maxNoted.
const unpredictable = "\x00"

// newEcho is nil where nothing is to be predicted: without a terminal on both
// sides, on a terminal that cannot move its cursor, or when asked to keep out.
func newEcho(o SessionOptions, t *terminal, out *output, rtt time.Duration) *echo {
	size := t.size()
	if t.in == nil || t.out == nil || o.Term == "" || o.Term == "dumb" || size == (windowSize{}) {
		return nil
	}
	if o.Predict != predict.Auto && o.Predict != predict.Always {
		return nil
	}
	e := &echo{out: out, p: predict.New(size.columns, size.rows, rtt, o.Predict == predict.Always)}
	e.deadline = time.AfterFunc(time.Hour, e.settle)
	return e
}

// Write takes what the device sent.
func (e *echo) Write(device []byte) (int, error) {
	e.mu.Lock()
	e.takeUp()
	_, err := e.out.Write(e.p.Output(device, time.Now()))
	e.rearm()
	e.mu.Unlock()
	e.catchUp()
	if err != nil {
		return 0, err
	}
	return len(device), nil
}

// keyboard notes what passes through it to the device.
func (e *echo) keyboard(device io.WriteCloser) io.WriteCloser {
	if e == nil {
		return device
	}
	return typing{device, e}
}

type typing struct {
	io.WriteCloser
	echo *echo
}

func (t typing) Write(p []byte) (int, error) {
	t.echo.note(happening{typed: append([]byte(nil), p...), at: time.Now()})
	return t.WriteCloser.Write(p)
}

func (e *echo) resize(size windowSize) {
	if e != nil {
		e.note(happening{size: size, at: time.Now()})
	}
}

func (e *echo) note(h happening) {
	e.noting.Lock()
	switch {
	case len(e.noted) < maxNoted:
		e.noted = append(e.noted, h)
	case h.typed == nil:
		e.noted = append(e.noted[:maxNoted-1], h)
	default:
		e.noted[maxNoted-1].typed = []byte(unpredictable)
	}
	e.noting.Unlock()
	e.settle()
}

// settle brings the screen up to date: here, or where mu is held.
func (e *echo) settle() {
	e.due.Store(true)
	e.catchUp()
}

func (e *echo) catchUp() {
	for e.due.Load() && e.mu.TryLock() {
		e.due.Store(false)
		e.takeUp()
		e.write(e.p.Draw(time.Now()))
		e.rearm()
		e.mu.Unlock()
	}
}

// takeUp tells the predictor what was noted.
func (e *echo) takeUp() {
	e.noting.Lock()
	noted := e.noted
	e.noted = nil
	e.noting.Unlock()
	for _, h := range noted {
		if len(h.typed) > 0 {
			e.p.Key(h.typed, h.at)
		}
		if h.size != (windowSize{}) {
			e.write(e.p.Resize(h.size.columns, h.size.rows))
		}
	}
}

func (e *echo) rearm() {
	if at := e.p.Deadline(); !at.IsZero() {
		e.deadline.Reset(time.Until(at))
	}
}

func (e *echo) write(b []byte) {
	if len(b) > 0 {
		_, _ = e.out.Write(b)
	}
}

// aside lets others write to the terminal, which then shows no prediction.
func (e *echo) aside(write func()) {
	if e == nil {
		write()
		return
	}
	e.mu.Lock()
	e.takeUp()
	e.write(e.p.TakeBack())
	write()
	e.mu.Unlock()
	e.catchUp()
}

// end returns what takes the last predictions off the screen. Nothing is drawn
// after it.
func (e *echo) end() string {
	if e == nil {
		return ""
	}
	for limit := time.Now().Add(patience); !e.mu.TryLock(); time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			return "" // the terminal takes no output
		}
	}
	defer e.mu.Unlock()
	e.deadline.Stop()
	return string(e.p.TakeBack())
}
