package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// running is a job from its start to its end.
type running struct {
	id      int
	job     Job
	request Request
	started *Started // nil until then
	since   time.Time
	ending  bool
	panel   *progress // of a shell that is over: it comes back if it failed
}

// next waits for the job's next event.
func (r *running) next() tea.Cmd {
	id, job := r.id, r.job
	return func() tea.Msg { return jobMsg{id, job.Next()} }
}

// stop ends a job; what it gives back takes its time.
func (r *running) stop() tea.Cmd {
	r.ending = true
	job := r.job
	return func() tea.Msg { job.Cancel(); return nil }
}

// label is what people call the job.
func (r *running) label() string {
	return safe(fmt.Sprintf("%s:%d", r.request.SIM.Label(), r.request.Port))
}

// sessionScreen lists the jobs that run beside the UI.
type sessionScreen struct {
	*env
	jobs    []*running // all, in the order of their start
	table   table
	columns []column
	width   int
	lastID  int
}

func newSessionScreen(e *env) *sessionScreen { return &sessionScreen{env: e} }

func (s *sessionScreen) typing() bool           { return false }
func (s *sessionScreen) ticking() bool          { return len(s.shown()) > 0 }
func (s *sessionScreen) handle(tea.Msg) tea.Cmd { return nil }

// add starts a job.
func (s *sessionScreen) add(r Request) *running {
	s.lastID++
	j := &running{id: s.lastID, job: s.backend.Start(r), request: r, since: s.now()}
	s.jobs = append(s.jobs, j)
	return j
}

func (s *sessionScreen) find(id int) *running {
	if i := slices.IndexFunc(s.jobs, func(r *running) bool { return r.id == id }); i >= 0 {
		return s.jobs[i]
	}
	return nil
}

func (s *sessionScreen) remove(id int) {
	s.jobs = slices.DeleteFunc(s.jobs, func(r *running) bool { return r.id == id })
	s.table.resize(len(s.shown()))
}

// shown are the jobs that run beside the UI.
func (s *sessionScreen) shown() []*running {
	var list []*running
	for _, r := range s.jobs {
		if r.started != nil && r.started.Beside {
			list = append(list, r)
		}
	}
	return list
}

func (s *sessionScreen) current() (*running, bool) {
	list := s.shown()
	if s.table.cursor >= len(list) {
		return nil, false
	}
	return list[s.table.cursor], true
}

func (s *sessionScreen) setSize(w, h int) {
	s.width = w
	s.table.setSize(w, h-2)
	c := s.text
	conns := max(5, width(c.Word("CONNS")))
	longest := width(left(8*time.Hour-time.Minute, s.text)) // a time that is cut off would be another time
	if w < 60 {
		conns = -1
	}
	s.columns = []column{{c.Word("KIND"), 10, false}, {"SIM", 0, false}, {c.Word("LOCAL"), 0, false}, {c.Word("CONNS"), conns, true}, {c.Word("LEFT"), longest, true}}
	if w >= 60 {
		s.columns[4].width = 12
	}
	rest := w - 10 - conns - s.columns[4].width - 4
	if w >= 72 {
		s.columns = append(s.columns, column{c.Word("IN"), 9, true}, column{c.Word("OUT"), 9, true})
		rest -= 20
	}
	s.columns[2].width = min(max(rest/2, 8), 32)
	s.columns[1].width = rest - s.columns[2].width
}

func (s *sessionScreen) kind(r *running) string {
	w := s.text
	switch r.request.Protocol {
	case HTTP, HTTPS:
		return w.Word("browser")
	case VNC, RDP:
		return w.Word("viewer")
	case SSH:
		return w.Word("shell")
	}
	return w.Word("forward")
}

func (s *sessionScreen) render() ([]string, *tea.Cursor) {
	var b strings.Builder
	row(&b, s.columns, s.width, s.style.more, func(i int) string { return s.columns[i].title })
	lines := []string{s.info(), s.style.Header.Render(b.String())}
	list := s.shown()
	s.table.resize(len(list))
	if len(list) == 0 {
		for _, line := range append([]string{""}, wrap(s.text.Word("No forward or browser is running. Press o or f on a SIM to start one."), s.width-2)...) {
			lines = append(lines, fit(" "+line, s.width, s.style.more))
		}
		for len(lines) < s.table.height+2 {
			lines = append(lines, spaces(s.width))
		}
		return lines[:s.table.height+2], nil
	}
	return append(lines, s.table.lines(func(b *strings.Builder, i int) lipgloss.Style {
		r := list[i]
		stats := r.job.Stats()
		cells := []string{
			s.kind(r), r.label(), cmp.Or(r.started.URL, r.started.Local), fmt.Sprint(stats.Connections),
			left(stats.Expires.Sub(s.now()), s.text), amount(stats.In), amount(stats.Out),
		}
		row(b, s.columns, s.width, s.style.more, func(c int) string { return cells[c] })
		if i == s.table.cursor {
			return s.style.Selected
		}
		return s.style.Field
	})...), nil
}

// info tells more of the selected job: its mapping, and what failed in it last.
func (s *sessionScreen) info() string {
	r, ok := s.current()
	if !ok {
		return spaces(s.width)
	}
	stats := r.job.Stats()
	facts := []string{r.label(), stats.Mapping.String()}
	style := s.style.Dim
	if stats.Failure != nil {
		style = s.style.Warn
		facts = append(facts, safe(s.text.Error(stats.Failure)))
	}
	return style.Render(fit(" "+strings.Join(facts, s.style.dot), s.width, s.style.more))
}

func (s *sessionScreen) commands() []command {
	r, ok := s.current()
	why := ""
	if !ok {
		why = s.text.Word("No session is selected.")
	}
	return append([]command{
		{key: s.keys.Stop, why: why, run: func() tea.Cmd { return s.askToStop(r) }},
		{key: s.keys.Copy, why: why, run: func() tea.Cmd { return s.copyMenu(r) }},
		{key: s.keys.Refresh, run: func() tea.Cmd { return send(refreshMsg{}) }, minor: true},
	}, s.table.commands(s.keys)...)
}

// askToStop asks only when it is in use.
func (s *sessionScreen) askToStop(r *running) tea.Cmd {
	if r.job.Stats().Connections == 0 {
		return send(stopMsg{r.id})
	}
	t := s.text
	text := t.Sprintf("%s ends, and its mapping is deleted.", r.label())
	return push(newConfirm(s.env, t.Word("Stop?"), text, t.Word("stop"), stopMsg{r.id}))
}

func (s *sessionScreen) copyMenu(r *running) tea.Cmd {
	t := s.text
	var choices []choice
	if r.started.URL != "" {
		choices = append(choices, choice{t.Word("URL"), r.started.URL})
	}
	if r.started.Local != "" {
		choices = append(choices, choice{t.Word("local address"), r.started.Local})
	}
	choices = append(choices, choice{t.Word("endpoint"), r.job.Stats().Mapping.String()})
	return push(newMenu(s.env, t.Word("Copy"), choices))
}

// ended is the one line about a job's end.
func (e *env) ended(r *running, end Ended) string {
	t := e.text
	var parts []string
	switch canceled := errors.Is(end.Err, context.Canceled); {
	case r.started != nil && r.started.Beside:
		parts = append(parts, t.Sprintf("%s is closed.", cmp.Or(r.started.Local, r.started.URL, r.label())))
	case end.Ran && end.Err == nil && end.Status == 0:
		parts = append(parts, t.Sprintf("The session on %s has ended.", safe(r.request.SIM.Label())))
	case end.Ran && end.Err == nil:
		parts = append(parts, t.Sprintf("The session on %s has ended with status %d.", safe(r.request.SIM.Label()), end.Status))
	case canceled && end.Mapping == "":
		parts = append(parts, t.Word("Cancelled; nothing is left open."))
	}
	formats := map[string]string{
		"deleted": t.Word("The mapping %s is deleted."), "expired": t.Word("The mapping %s had ended."), "kept": t.Word("The mapping %s stays open."), "shared": t.Word("The mapping %s is still in use by another command."), "linger": t.Word("The mapping %s will be deleted in a while."),
		"foreign": t.Word("The mapping %s is someone else's and stays."), "pending": t.Word("The mapping %s could not be deleted yet; it will be tried again."),
	}
	if f := formats[string(end.Outcome)]; f != "" && end.Mapping != "" {
		parts = append(parts, fmt.Sprintf(f, end.Mapping))
	}
	return strings.Join(parts, " ")
}
