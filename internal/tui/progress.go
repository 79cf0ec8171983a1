package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
)

// progress shows the steps of a job while it is under way, and why it failed.
type progress struct {
	*env
	id            int
	request       Request
	steps         []stepLine
	cancel        func() tea.Cmd
	cancelling    bool
	failed        *Ended
	result        string // of what was opened, once it has ended
	width, height int
}

type stepLine struct {
	access.Event
	since time.Time
}

func newProgress(e *env, id int, r Request, cancel func() tea.Cmd) *progress {
	return &progress{env: e, id: id, request: r, cancel: cancel}
}

func (p *progress) setSize(w, h int) { p.width, p.height = min(w, 76), h }

func (p *progress) title() string {
	if p.failed != nil {
		return p.text.Word("That did not work")
	}
	return p.text.Sprintf("Connecting to %s", safe(p.request.SIM.Label()))
}

func (p *progress) commands() []command {
	if p.failed != nil {
		return []command{
			{key: p.keys.Dismiss, run: pop},
			{key: p.keys.Accept, run: pop, minor: true},
			{key: p.keys.Details, run: func() tea.Cmd {
				return push(newSheet(p.env, p.text.Word("Details"), func(w int) []string { return p.failure().details(p.env, w) }))
			}},
		}
	}
	why := ""
	if p.cancelling {
		why = p.text.Word("Cancelling and cleaning up…")
	}
	return []command{{key: p.keys.Cancel, why: why, run: func() tea.Cmd {
		p.cancelling = true
		return p.cancel()
	}}}
}

func (p *progress) handle(tea.Msg) tea.Cmd { return nil }

// event takes a step's start or end.
func (p *progress) event(e access.Event) {
	for i := range p.steps {
		if p.steps[i].Step == e.Step && !p.steps[i].Done {
			p.steps[i].Event = e
			return
		}
	}
	p.steps = append(p.steps, stepLine{e, p.now()})
}

// end keeps the panel when there is something to read.
func (p *progress) end(e Ended) (keep bool) {
	if e.Err == nil || errors.Is(e.Err, context.Canceled) {
		return false
	}
	p.failed = &e
	return true
}

func (p *progress) failure() failure {
	f := failure{err: p.failed.Err, notes: p.failed.Notes}
	for _, s := range p.steps {
		line := fmt.Sprintf("%s: %s", stepWords(p.text, s.Step), cmp.Or(p.text.Say(s.Err), p.text.Say(s.Detail)))
		f.steps = append(f.steps, line)
	}
	return f
}

func (p *progress) render() ([]string, *tea.Cursor) {
	lines := make([]string, 0, len(p.steps)+4)
	for _, s := range p.steps {
		lines = append(lines, p.step(s))
	}
	switch {
	case p.failed != nil:
		f := p.failure()
		lines = append(lines, "")
		for _, line := range wrap(f.cause(p.text), p.width) {
			lines = append(lines, p.style.Bad.Render(line))
		}
		if next := f.hint(p.text); next != "" {
			lines = append(lines, wrap(p.text.Word("Next step")+": "+next, p.width)...)
		}
		if p.result != "" {
			lines = append(append(lines, ""), wrap(p.result, p.width)...)
		}
	case p.cancelling:
		lines = append(lines, "", p.text.Word("Cancelling and cleaning up…"))
	}
	if over := len(lines) - p.height; over > 0 {
		lines = lines[over:]
	}
	return lines, nil
}

func (p *progress) step(s stepLine) string {
	symbol, style, took := p.style.running, p.style.Key, p.now().Sub(s.since)
	switch {
	case s.Done && !s.Err.IsZero():
		symbol, style, took = p.style.wrong, p.style.Bad, s.Elapsed
	case s.Done:
		symbol, style, took = p.style.done, p.style.Good, s.Elapsed
	}
	elapsed := ""
	if s.Done || took >= time.Second {
		elapsed = p.text.Sprintf("%.1f s", took.Seconds())
	}
	text := stepWords(p.text, s.Step)
	if !s.Detail.IsZero() {
		text += "  " + safe(p.text.Say(s.Detail))
	}
	room := p.width - 2 - 8
	return style.Render(symbol) + " " + fit(text, room, p.style.more) + spaces(8-width(elapsed)) + elapsed
}

// stepWords say what a step does.
func stepWords(t *i18n.Texts, s access.Step) string {
	words := map[access.Step]string{
		access.StepKeeper: t.Word("starting the keeper"), access.StepLogin: t.Word("logging in"), access.StepAddress: t.Word("looking up the public address"),
		access.StepSIM: t.Word("finding the SIM"), access.StepList: t.Word("listing mappings"), access.StepMapping: t.Word("opening the mapping"),
		access.StepDial: t.Word("connecting"), access.StepSSH: t.Word("logging in to the device"), access.StepDelete: t.Word("deleting the mapping"),
		access.StepLogout: t.Word("logging out"),
	}
	return cmp.Or(words[s], string(s))
}

// failure is an error with what led to it.
type failure struct {
	err   error
	frame string // a format for the cause, or ""
	steps []string
	notes []string
}

// cause is the error on one line.
func (f failure) cause(t *i18n.Texts) string {
	text := strings.TrimSpace(strings.ReplaceAll(t.Error(f.err), "\n", " "))
	if f.frame != "" {
		text = fmt.Sprintf(f.frame, text)
	}
	return safe(text)
}

func (f failure) hint(t *i18n.Texts) string { return t.Hint(f.err) }

// details are all that is known, for the one who has to find the reason.
func (f failure) details(e *env, w int) []string {
	t := e.text
	lines := append([]string{e.style.Key.Render(t.Word("Cause"))}, wrap(f.cause(e.text), w)...)
	if next := f.hint(e.text); next != "" {
		lines = append(append(lines, "", e.style.Key.Render(t.Word("Next step"))), wrap(next, w)...)
	}
	lines = append(lines, "", e.style.Key.Render(t.Word("Details")))
	for _, step := range f.steps {
		lines = append(lines, wrap(step, w)...)
	}
	for _, note := range f.notes {
		lines = append(lines, wrap(note, w)...)
	}
	for _, line := range chain(f.err, e.text) {
		lines = append(lines, wrap(line, w)...)
	}
	return lines
}

// chain is what each error in err says, and its type. Of those that say the same
// the innermost has the type: the others only add a hint or a translation.
func chain(err error, t *i18n.Texts) []string {
	var lines []string
	for err != nil {
		text, inner := t.Error(err), errors.Unwrap(err)
		for inner != nil && inner.Error() == err.Error() {
			err, inner = inner, errors.Unwrap(inner)
		}
		lines = append(lines, fmt.Sprintf("%T: %s", err, text))
		err = inner
	}
	return lines
}
