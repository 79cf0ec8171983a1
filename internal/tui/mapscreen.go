package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/inventory"
)

// mappingsEvery is how often mappings are listed while they are shown.
const mappingsEvery = 30 * time.Second

// soon is when the end of a mapping is worth a warning.
const soon = 5 * time.Minute

// mapScreen lists the port mappings.
type mapScreen struct {
	*env
	table    table
	selected inventory.Mapping
	sim      func(id string) (access.SIM, bool)

	gen     int
	loaded  bool
	updated time.Time
	shown   bool
	busy    bool

	width, height int
	columns       []column
}

func newMapScreen(e *env, sim func(string) (access.SIM, bool)) *mapScreen {
	return &mapScreen{env: e, sim: sim}
}

func (s *mapScreen) typing() bool           { return false }
func (s *mapScreen) ticking() bool          { return len(s.mappings) > 0 }
func (s *mapScreen) handle(tea.Msg) tea.Cmd { return nil }

// load lists the mappings.
func (s *mapScreen) load() tea.Cmd {
	s.gen++
	s.busy = true
	gen, backend, ctx := s.gen, s.backend, s.ctx
	return func() tea.Msg {
		list, err := backend.Mappings(ctx)
		return mappingsMsg{gen, list, err}
	}
}

// show starts or ends the regular listing.
func (s *mapScreen) show(on bool) tea.Cmd {
	was := s.shown
	s.shown = on
	if on && !was {
		return s.load()
	}
	return nil
}

func (s *mapScreen) listed(msg mappingsMsg) tea.Cmd {
	if msg.gen != s.gen {
		return nil
	}
	s.busy = false
	if msg.err == nil {
		s.setMappings(msg.list)
		s.loaded, s.updated = true, s.now()
		s.follow()
	}
	if !s.shown {
		return nil
	}
	return s.after(mappingsEvery, mappingsDueMsg{s.gen})
}

func (s *mapScreen) due(msg mappingsDueMsg) tea.Cmd {
	if msg.gen != s.gen || !s.shown {
		return nil
	}
	return s.load()
}

func same(a, b inventory.Mapping) bool { return a.Addr == b.Addr && a.Created.Equal(b.Created) }

func (s *mapScreen) follow() {
	if i := slices.IndexFunc(s.mappings, func(m inventory.Mapping) bool { return same(m, s.selected) }); i >= 0 {
		s.table.top += i - s.table.cursor
		s.table.cursor = i
	}
	s.table.resize(len(s.mappings))
	s.note()
}

func (s *mapScreen) note() { s.selected, _ = s.current() }

func (s *mapScreen) current() (inventory.Mapping, bool) {
	if s.table.cursor >= len(s.mappings) {
		return inventory.Mapping{}, false
	}
	return s.mappings[s.table.cursor], true
}

// name is what people call the SIM of a mapping.
func (s *mapScreen) name(m inventory.Mapping) string {
	if sim, ok := s.sim(m.SIM); ok {
		return sim.Label()
	}
	return cmp.Or(m.SIM, m.IMSI)
}

func (s *mapScreen) setSize(w, h int) {
	s.width, s.height = w, h
	s.table.setSize(w, h-2)
	c := s.text
	s.columns = []column{
		{title: "SIM"}, {title: c.Word("PORT"), right: true}, {title: c.Word("ENDPOINT")}, {title: c.Word("LEFT"), right: true},
		{title: c.Word("WHOSE")}, {title: "TLS"}, {title: c.Word("SOURCE")},
	}
	least := []int{10, 6, 0, 9, 0, 0, 0} // what the narrowest screen has room for
	want := []int{16, 6, 21, 12, 16, 4, 18}
	rest := w
	for i := range s.columns {
		s.columns[i].width = least[i]
		if least[i] > 0 {
			rest -= least[i] + 1
		}
	}
	for _, i := range []int{2, 0, 3, 4, 6, 5} {
		more := want[i] - s.columns[i].width
		if s.columns[i].width == 0 {
			more++
		}
		if more <= rest {
			s.columns[i].width, rest = want[i], rest-more
		}
	}
	if s.columns[4].width > 0 { // half of what is left
		s.columns[4].width += max(rest, 0) / 2
		rest -= rest / 2
	}
	s.columns[0].width += max(rest, 0)
}

func (s *mapScreen) cell(m inventory.Mapping, i int) string {
	t := s.text
	switch i {
	case 0:
		return s.name(m)
	case 1:
		return fmt.Sprint(m.DevicePort)
	case 2:
		return m.Addr.String()
	case 3:
		return left(m.Expires.Sub(s.now()), t)
	case 4:
		return s.whose(m)
	case 5:
		if m.TLS {
			return t.Word("yes")
		}
		return t.Word("no")
	}
	return strings.Join(m.Sources, ", ")
}

func (s *mapScreen) whose(m inventory.Mapping) string {
	w := s.text
	switch m.Owner {
	case inventory.InUse, inventory.Lingering:
		return w.Word("in use here") + ": " + s.text.Say(m.By)
	case inventory.LeftOver, inventory.Deleting:
		return w.Word("ours, left over")
	case inventory.Kept:
		return w.Word("ours, kept")
	}
	return w.Word("someone else's")
}

func (s *mapScreen) render() ([]string, *tea.Cursor) {
	var b strings.Builder
	row(&b, s.columns, s.width, s.style.more, func(i int) string { return s.columns[i].title })
	lines := []string{s.info(), s.style.Header.Render(b.String())}
	if len(s.mappings) == 0 {
		return append(lines, s.emptyLines()...), nil
	}
	return append(lines, s.table.lines(func(b *strings.Builder, i int) lipgloss.Style {
		m := s.mappings[i]
		row(b, s.columns, s.width, s.style.more, func(c int) string { return s.cell(m, c) })
		switch {
		case i == s.table.cursor:
			return s.style.Selected
		case m.Expires.Sub(s.now()) < soon:
			return s.style.Warn
		case m.Owner == inventory.Other:
			return s.style.Dim
		}
		return s.style.Field
	})...), nil
}

func (s *mapScreen) info() string {
	t := s.text
	var facts []string
	if m, ok := s.current(); ok {
		tls := ""
		if m.TLS {
			tls = " " + "TLS"
		}
		facts = append(facts, safe(fmt.Sprintf("%s:%d", s.name(m), m.DevicePort)), m.Addr.String()+tls, safe(strings.Join(m.Sources, ", ")))
		if d := m.Expires.Sub(s.now()); d < soon {
			facts = append(facts, t.Sprintf("ends in %s", left(d, t)))
		}
	}
	if s.loaded {
		at := s.updated.In(s.now().Location()).Format("15:04:05")
		facts = append(facts, t.Sprintf("updated %s", at))
	}
	return s.style.Dim.Render(fit(" "+strings.Join(facts, s.style.dot), s.width, s.style.more))
}

func (s *mapScreen) emptyLines() []string {
	why := s.text.Word("No port mapping is open.")
	if !s.loaded {
		why = ""
		if s.busy {
			why = s.text.Word("The list is still loading.")
		}
	}
	lines := make([]string, s.table.height)
	for i := range lines {
		lines[i] = spaces(s.width)
	}
	if len(lines) > 0 {
		lines[min(1, len(lines)-1)] = fit(" "+why, s.width, s.style.more)
	}
	return lines
}

// commands implements screen.
func (s *mapScreen) commands() []command {
	k := s.keys
	m, ok := s.current()
	none, ours := "", ""
	if !ok {
		none = s.text.Word("No mapping is selected.")
	}
	left := s.leftOver()
	if len(left) == 0 {
		ours = s.text.Word("Nothing that was made here is left over.")
	}
	sim, known := s.sim(m.SIM)
	reach := none
	if ok {
		reach = s.reach(sim, known)
	}
	list := []command{
		{key: k.Delete, why: none, run: func() tea.Cmd { return s.deletion(m, s.name(m)) }},
		{key: k.Form, why: reach, run: func() tea.Cmd {
			r := s.request(sim, "")
			r.Port = m.DevicePort
			return push(newForm(s.env, r))
		}},
		{key: k.Copy, why: none, run: func() tea.Cmd { return s.copyMenu(m) }},
		{key: k.Refresh, run: func() tea.Cmd { return send(refreshMsg{}) }},
		{key: k.DeleteOurs, why: ours, run: func() tea.Cmd { return s.deletionOfAll(left) }},
	}
	for _, c := range s.table.commands(k) {
		move := c.run
		c.run = do(func() { move(); s.note() })
		list = append(list, c)
	}
	return list
}

func (s *mapScreen) leftOver() []inventory.Mapping {
	var list []inventory.Mapping
	for _, m := range s.mappings {
		if m.Owner == inventory.LeftOver || m.Owner == inventory.Deleting {
			list = append(list, m)
		}
	}
	return list
}

func (s *mapScreen) copyMenu(m inventory.Mapping) tea.Cmd {
	t := s.text
	choices := []choice{{t.Word("endpoint"), m.Addr.String()}}
	if m.TLS {
		choices = append(choices, choice{t.Word("URL"), fmt.Sprintf("https://%s:%d", cmp.Or(m.Hostname, m.Addr.Addr().String()), m.Addr.Port())})
	} else {
		choices = append(choices,
			choice{t.Word("ssh command"), fmt.Sprintf("ssh -p %d %s", m.Addr.Port(), m.Addr.Addr())},
			choice{t.Word("URL"), fmt.Sprintf("http://%s", m.Addr)})
	}
	return push(newMenu(s.env, t.Word("Copy"), choices))
}
