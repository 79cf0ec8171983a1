package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// confirm asks before something that can't be undone. Cancel is focused.
type confirm struct {
	*env
	head, text, button string
	then               tea.Msg
	yes                bool
	width, height      int
}

func newConfirm(e *env, title, text, button string, then tea.Msg) *confirm {
	return &confirm{env: e, head: title, text: text, button: button, then: then}
}

func (c *confirm) setSize(w, h int)       { c.width, c.height = min(w, 64), h }
func (c *confirm) title() string          { return c.head }
func (c *confirm) handle(tea.Msg) tea.Cmd { return nil }

func (c *confirm) commands() []command {
	k := c.keys
	other := do(func() { c.yes = !c.yes })
	return []command{
		{key: k.Accept, run: func() tea.Cmd {
			if !c.yes {
				return pop()
			}
			return tea.Sequence(pop(), send(c.then))
		}},
		{key: k.Cancel, run: pop},
		{key: k.Left, run: other}, {key: k.Right, run: other, minor: true},
		{key: k.FieldNext, run: other, minor: true}, {key: k.FieldPrev, run: other, minor: true},
	}
}

func (c *confirm) render() ([]string, *tea.Cursor) {
	lines := wrap(c.text, c.width)
	if len(lines) > c.height-1 { // the buttons always show
		lines = lines[:max(c.height-1, 0)]
	} else if len(lines) < c.height-1 {
		lines = append(lines, "")
	}
	cancel, button := c.style.ButtonActive, c.style.Button
	if c.yes {
		cancel, button = button, cancel
	}
	return append(lines, cancel.Render("[ "+c.env.text.Word("Cancel")+" ]")+"  "+button.Render("[ "+c.button+" ]")), nil
}

// choice is a line of a menu: a label and the text that it stands for.
type choice struct{ label, value string }

// menu copies one of its lines.
type menu struct {
	*env
	head    string
	choices []choice
	table   table
}

func newMenu(e *env, title string, choices []choice) *menu {
	m := &menu{env: e, head: title, choices: choices}
	m.table.resize(len(choices))
	return m
}

func (m *menu) setSize(w, h int) {
	widest := 0
	for _, c := range m.choices {
		widest = max(widest, 18+width(c.value))
	}
	m.table.setSize(min(w, widest), min(h, len(m.choices)))
}

func (m *menu) title() string          { return m.head }
func (m *menu) handle(tea.Msg) tea.Cmd { return nil }

func (m *menu) commands() []command {
	list := []command{
		{key: m.keys.Accept, run: func() tea.Cmd {
			c := m.choices[m.table.cursor]
			return tea.Sequence(pop(), send(copyMsg{c.label, c.value}))
		}},
		{key: m.keys.Cancel, run: pop},
	}
	return append(list, m.table.commands(m.keys)...)
}

func (m *menu) render() ([]string, *tea.Cursor) {
	var lines []string
	for i, c := range m.choices {
		line := fit(" "+fit(c.label, 16, m.style.more)+" "+safe(c.value), m.table.width, m.style.more)
		if i == m.table.cursor {
			line = m.style.Selected.Render(line)
		}
		lines = append(lines, line)
	}
	return lines[m.table.top:min(m.table.top+m.table.height, len(lines))], nil
}

// question asks the person something for a job: a password, or whether a host
// key is the device's.
type question struct {
	*env
	job   int
	q     Question
	line  input
	width int
	done  bool
}

func newQuestion(e *env, job int, q Question) *question {
	return &question{env: e, job: job, q: q, line: input{secret: q.Secret}}
}

func (q *question) setSize(w, _ int) { q.width = min(w, 76) }
func (q *question) title() string    { return q.text.Word("A question") }

func (q *question) answer(ok bool) tea.Cmd {
	if q.done {
		return pop()
	}
	q.done = true
	reply, text := q.q.Answer, q.line.value()
	return tea.Sequence(pop(), func() tea.Msg { reply(text, ok); return nil })
}

func (q *question) commands() []command {
	return []command{
		{key: q.keys.Accept, run: func() tea.Cmd { return q.answer(true) }},
		{key: q.keys.Cancel, run: func() tea.Cmd { return q.answer(false) }},
	}
}

func (q *question) handle(msg tea.Msg) tea.Cmd {
	q.line.handle(msg, q.keys)
	return nil
}

func (q *question) render() ([]string, *tea.Cursor) {
	lines := wrap(strings.TrimSpace(q.q.Text), q.width)
	prompt := wrap(strings.TrimSpace(q.q.Prompt), q.width-2)
	lines = append(lines, prompt...)
	text, at := q.line.render(q.width - 2)
	lines = append(lines, q.style.Key.Render("> ")+text)
	return lines, tea.NewCursor(2+at, len(lines)-1)
}

// sheet shows lines that scroll: the help, and the details of an error.
type sheet struct {
	*env
	head  string
	lines func(width int) []string
	table table
	shown []string
}

func newSheet(e *env, title string, lines func(width int) []string) *sheet {
	return &sheet{env: e, head: title, lines: lines}
}

func (s *sheet) setSize(w, h int) {
	s.shown = s.lines(min(w, 96))
	s.table.setSize(min(w, 96), min(h, len(s.shown)))
	s.table.resize(len(s.shown) - s.table.height + 1) // the cursor is the first line
}

func (s *sheet) title() string          { return s.head }
func (s *sheet) handle(tea.Msg) tea.Cmd { return nil }

func (s *sheet) commands() []command {
	return append([]command{
		{key: s.keys.Close, run: pop}, {key: s.keys.Help, run: pop, minor: true},
		{key: s.keys.Details, run: pop, minor: true}, {key: s.keys.Accept, run: pop, minor: true},
	}, s.table.commands(s.keys)...)
}

func (s *sheet) render() ([]string, *tea.Cursor) {
	top := min(s.table.cursor, max(len(s.shown)-s.table.height, 0))
	return s.shown[top : top+min(s.table.height, len(s.shown)-top)], nil
}
