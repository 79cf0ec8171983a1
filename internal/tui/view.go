package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// View implements tea.Model.
func (m *Model) View() tea.View {
	v := tea.View{AltScreen: true}
	switch {
	case m.width == 0 || m.height == 0:
	case m.tooSmall():
		text := fmt.Sprintf(m.text.App.TooSmall, minWidth, minHeight)
		lines := wrap(text, m.width)
		v.Content = strings.Join(lines[:min(len(lines), m.height)], "\n")
	default:
		v.Content, v.Cursor = m.draw()
	}
	return v
}

func (m *Model) draw() (string, *tea.Cursor) {
	body, cursor := m.screen().render()
	lines := append(make([]string, 0, m.height), m.tabs())
	lines = append(lines, body...)
	if cursor != nil {
		cursor.Y++
	}
	if top := m.top(); top != nil {
		cursor = m.cover(lines, top)
	}
	lines = append(lines, m.status(), m.footer())
	return strings.Join(lines, "\n"), cursor
}

// tabs is the first line.
func (m *Model) tabs() string {
	t := m.text.Tabs
	names := [...]string{t.SIMs, t.Mappings, t.Sessions}
	counts := [...]int{len(m.sims.store.sims), len(m.mappings), len(m.sessions.shown())}
	var b strings.Builder
	for i, name := range names {
		label := fmt.Sprintf(" %d %s ", i+1, name)
		if counts[i] > 0 {
			label = fmt.Sprintf(" %d %s %s ", i+1, name, thousands(counts[i]))
		}
		style := m.style.Tab
		if i == m.tab {
			style = m.style.TabActive
		}
		b.WriteString(style.Render(label))
		b.WriteByte(' ')
	}
	left := b.String()
	name := m.style.Title.Render("napter-connect")
	if gap := m.width - width(left) - width(name); gap >= 0 {
		return left + spaces(gap) + name
	}
	return cut(left, m.width, m.style.more)
}

// status is the line that says who and where one is, unless there is something
// more important to say.
func (m *Model) status() string {
	s := m.style
	switch {
	case m.toast != "":
		return s.Key.Render(fit(" "+m.toast, m.width, s.more))
	case m.failure != nil:
		next := m.failure.hint()
		if next != "" {
			next = s.dot + m.text.Errors.NextStep + ": " + safe(next)
		}
		line := cut(" "+s.wrong+" "+m.failure.cause()+next, m.width-width(m.detailsKey())-1, s.more)
		return s.Bad.Render(line) + spaces(m.width-width(line)-width(m.detailsKey())) + s.Key.Render(m.detailsKey())
	}
	return s.Dim.Render(fit(" "+strings.Join(m.facts(), s.dot), m.width, s.more))
}

func (m *Model) detailsKey() string {
	h := m.keys.Details.Help()
	return h.Key + " " + h.Desc
}

func (m *Model) facts() []string {
	t := m.text.Status
	var facts []string
	if a := m.account.account; a.Profile != "" {
		coverage := a.Coverage
		switch coverage {
		case "jp":
			coverage = t.Japan
		case "g":
			coverage = t.Global
		}
		facts = append(facts, safe(a.Profile), coverage, safe(a.Operator))
	}
	switch a := m.address; {
	case !a.known:
		facts = append(facts, t.Address+" "+t.Asking)
	case a.err != nil:
		facts = append(facts, t.Address+" "+t.NoAddress)
	default:
		facts = append(facts, fmt.Sprintf("%s (%s)", a.address.Addr, fmt.Sprintf(t.Agreed, a.address.Agreed)))
	}
	return facts
}

// footer names the keys that work now; the help is always within reach.
func (m *Model) footer() string {
	var b strings.Builder
	for _, c := range m.commands() {
		if c.minor || c.why != "" {
			continue
		}
		h := c.key.Help()
		b.WriteString(" " + m.style.Key.Render(h.Key) + " " + h.Desc + " ")
	}
	help := ""
	if m.top() == nil && !m.screen().typing() {
		h := m.keys.Help.Help()
		help = " " + m.style.Key.Render(h.Key) + " " + h.Desc
	}
	line := cut(b.String(), m.width-width(help), m.style.more)
	return line + spaces(m.width-width(line)-width(help)) + help
}

// cover draws an overlay in a box over the lines, and returns its cursor.
func (m *Model) cover(lines []string, o overlay) *tea.Cursor {
	content, cursor := o.render()
	maxW, maxH := m.boxSize()
	content = content[:min(len(content), maxH)]
	title := cut(o.title(), maxW-4, m.style.more)
	inner := width(title) + 2
	for _, line := range content {
		inner = max(inner, width(line))
	}
	inner = min(inner, maxW)
	x, y := (m.width-inner-4)/2, max((len(lines)-len(content)-2)/2, 0)
	box := m.box(title, content, inner)
	for i, line := range box {
		if y+i >= len(lines) {
			break
		}
		under := lines[y+i]
		lines[y+i] = ansi.Truncate(under, x, "") + spaces(x-min(width(under), x)) + line + ansi.TruncateLeft(under, x+inner+4, "")
	}
	if cursor != nil {
		cursor.X += x + 2
		cursor.Y += y + 1
	}
	return cursor
}

func (m *Model) box(title string, content []string, inner int) []string {
	b, s := m.style.border, m.style
	head := s.Box.Render(b.tl+b.h) + s.BoxTitle.Render(" "+title+" ")
	head += s.Box.Render(strings.Repeat(b.h, max(inner-width(title)-1, 0)) + b.tr)
	box := []string{head}
	for _, line := range content {
		line = cut(line, inner, s.more)
		box = append(box, s.Box.Render(b.v)+" "+line+spaces(inner-width(line))+" "+s.Box.Render(b.v))
	}
	return append(box, s.Box.Render(b.bl+strings.Repeat(b.h, inner+2)+b.br))
}
