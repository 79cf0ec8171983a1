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
		text := m.text.Sprintf("This window is too small: %d columns and %d rows are needed.", minWidth, minHeight)
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

// tabs is the first line: names and numbers, as far as there is room.
func (m *Model) tabs() string {
	name := m.style.Title.Render("napter-connect")
	line := m.tabLabels(true, true)
	if gap := m.width - width(line) - width(name); gap >= 0 {
		return line + spaces(gap) + name
	}
	if width(line) > m.width {
		line = m.tabLabels(true, false)
	}
	if width(line) > m.width {
		line = m.tabLabels(false, false)
	}
	return cut(line, m.width, m.style.more)
}

// tabLabels are the tabs; names are left out of those that do not show.
func (m *Model) tabLabels(names, counts bool) string {
	t := m.text
	list := [...]string{t.Word("SIMs"), t.Word("Mappings"), t.Word("Sessions")}
	sizes := [...]int{len(m.sims.store.sims), len(m.mappings), len(m.sessions.shown())}
	var b strings.Builder
	for i, name := range list {
		label, style := fmt.Sprintf(" %d ", i+1), m.style.Tab
		if i == m.tab {
			style = m.style.TabActive
		}
		if names || i == m.tab {
			label += name + " "
		}
		if counts && sizes[i] > 0 {
			label += thousands(sizes[i]) + " "
		}
		b.WriteString(style.Render(label) + " ")
	}
	return b.String()
}

// status is the line that says who and where one is, unless there is something
// more important to say.
func (m *Model) status() string {
	s := m.style
	switch {
	case m.toast != "":
		return s.Key.Render(fit(" "+m.toast, m.width, s.more))
	case m.failure != nil:
		next := m.failure.hint(m.text)
		if next != "" {
			next = s.dot + m.text.Word("Next step") + ": " + safe(next)
		}
		line := cut(" "+s.wrong+" "+m.failure.cause(m.text)+next, m.width-width(m.detailsKey())-1, s.more)
		return s.Bad.Render(line) + spaces(m.width-width(line)-width(m.detailsKey())) + s.Key.Render(m.detailsKey())
	}
	return s.Dim.Render(fit(" "+strings.Join(m.facts(), s.dot), m.width, s.more))
}

func (m *Model) detailsKey() string {
	h := m.keys.Details.Help()
	return h.Key + " " + h.Desc
}

func (m *Model) facts() []string {
	t := m.text
	var facts []string
	if a := m.account.account; a.Profile != "" {
		coverage := a.Coverage
		switch coverage {
		case "jp":
			coverage = t.Word("Japan")
		case "g":
			coverage = t.Word("Global")
		}
		facts = append(facts, safe(a.Profile), safe(coverage), safe(a.Operator))
	}
	switch a := m.address; {
	case !a.known:
		facts = append(facts, t.Word("Your address")+" "+t.Word("asking…"))
	case a.err != nil:
		facts = append(facts, t.Word("Your address")+" "+t.Word("unknown"))
	default:
		facts = append(facts, fmt.Sprintf("%s (%s)", a.address.Addr, t.Sprintf("%d services agree", a.address.Agreed)))
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
		lines[y+i] = overlaid(lines[y+i], line, x, inner+4)
	}
	if cursor != nil {
		cursor.X += x + 2
		cursor.Y += y + 1
	}
	return cursor
}

// overlaid replaces w columns of a line from column x on. A wide character that
// the edge cuts in two is gone.
func overlaid(under, line string, x, w int) string {
	left := ansi.Truncate(under, x, "")
	right := ansi.TruncateLeft(under, x+w, "")
	rest := max(width(under)-x-w, 0)
	if width(right) > rest {
		right = ansi.TruncateLeft(under, x+w+1, "")
	}
	return left + spaces(x-width(left)) + line + spaces(rest-width(right)) + right
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
