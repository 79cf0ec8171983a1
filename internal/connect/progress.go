package connect

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Tee passes events on to each that is not nil.
func Tee(list ...access.Progress) access.Progress {
	list = slices.DeleteFunc(slices.Clone(list), func(p access.Progress) bool { return p == nil })
	return func(e access.Event) {
		for _, p := range list {
			p(e)
		}
	}
}

// defaultDelay is how long a step may take before it is shown: quick ones would
// only flicker.
const defaultDelay = 300 * time.Millisecond

// Printer shows on a terminal what is being waited for: one line, drawn when a
// step takes longer than the delay, and wiped when nothing runs any more, so that
// it is never in the way of a session.
type Printer struct {
	w     io.Writer
	delay time.Duration
	steps *i18n.Texts

	mu      sync.Mutex
	running []running // in the order of their start
	timer   *time.Timer
	drawn   bool
	asking  int // prompts that are open
	stopped bool
}

type running struct {
	step  access.Step
	since time.Time
}

// NewPrinter writes to w, a terminal, in the words of steps; those shorter than
// delay (0: 300 ms) are not shown.
func NewPrinter(w io.Writer, delay time.Duration, steps *i18n.Texts) *Printer {
	if delay <= 0 {
		delay = defaultDelay
	}
	return &Printer{w: w, delay: delay, steps: steps}
}

// Event is an access.Progress.
func (p *Printer) Event(e access.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Done {
		i := slices.IndexFunc(p.running, func(r running) bool { return r.step == e.Step })
		if i >= 0 {
			p.running = slices.Delete(p.running, i, i+1)
		}
	} else {
		p.running = append(p.running, running{e.Step, time.Now()})
	}
	p.update()
}

// Stop wipes the line and ends the printing. Calling it again does nothing.
func (p *Printer) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	p.update()
}

// update brings the terminal in line with the state.
func (p *Printer) update() {
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	if p.stopped || p.asking > 0 || len(p.running) == 0 {
		p.wipe()
		return
	}
	if wait := p.delay - time.Since(p.running[0].since); wait > 0 {
		p.wipe()
		p.later(wait)
		return
	}
	p.draw()
	p.later(time.Second) // the seconds count up
}

func (p *Printer) later(d time.Duration) {
	p.timer = time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.update()
	})
}

// draw writes words of ours only: nothing in the line comes from outside.
func (p *Printer) draw() {
	var names []string
	for _, r := range p.running {
		names = append(names, Words(r.step, p.steps))
	}
	line := strings.Join(names, ", ") + " ..."
	if took := time.Since(p.running[0].since); took >= time.Second {
		line += " " + p.steps.Sprintf("%d s", int(took/time.Second))
	}
	p.put("\r" + line + "\x1b[K")
	p.drawn = true
}

func (p *Printer) wipe() {
	if p.drawn {
		p.put("\r\x1b[K")
		p.drawn = false
	}
}

// put ignores errors: progress must never end a job.
func (p *Printer) put(s string) { _, _ = io.WriteString(p.w, s) }

// Words say what a step does.
func Words(s access.Step, t *i18n.Texts) string {
	switch s {
	case access.StepKeeper:
		return t.Word("starting the keeper")
	case access.StepLogin:
		return t.Word("logging in")
	case access.StepAddress:
		return t.Word("looking up the public address")
	case access.StepSIM:
		return t.Word("finding the SIM")
	case access.StepList:
		return t.Word("listing mappings")
	case access.StepMapping:
		return t.Word("opening the mapping")
	case access.StepDial:
		return t.Word("connecting")
	case access.StepSSH:
		return t.Word("logging in to the device")
	case access.StepDelete:
		return t.Word("deleting the mapping")
	case access.StepLogout:
		return t.Word("logging out")
	}
	return string(s)
}

// Prompter wipes p's line while next asks, and keeps it away meanwhile.
func (p *Printer) Prompter(next sshclient.Prompter) sshclient.Prompter {
	if next == nil {
		return nil
	}
	return &quietPrompter{p, next}
}

type quietPrompter struct {
	printer *Printer
	next    sshclient.Prompter
}

func (q *quietPrompter) Line(ctx context.Context, prompt message.Text) (string, error) {
	defer q.printer.quiet()()
	return q.next.Line(ctx, prompt)
}

func (q *quietPrompter) Secret(ctx context.Context, prompt message.Text) (string, error) {
	defer q.printer.quiet()()
	return q.next.Secret(ctx, prompt)
}

func (q *quietPrompter) Show(text message.Text) {
	defer q.printer.quiet()()
	q.next.Show(text)
}

// quiet keeps the line away until its result is called.
func (p *Printer) quiet() (end func()) {
	add := func(n int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asking += n
		p.update()
	}
	add(1)
	return func() { add(-1) }
}
