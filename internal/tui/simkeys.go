package tui

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/access"
)

// commands implements screen.
func (s *simScreen) commands() []command {
	k := s.keys
	if s.filtering {
		return s.typingCommands()
	}
	sim, ok := s.current()
	none := ""
	if !ok {
		none = s.text.Word("No SIM is selected.")
	}
	reach := s.reach(sim, ok)
	list := []command{
		{key: k.Form, why: reach, run: func() tea.Cmd { return push(newForm(s.env, s.request(sim, ""))) }},
		{key: k.Connect, why: reach, run: func() tea.Cmd { return send(connectMsg{s.request(sim, "")}) }},
		{key: k.Filter, run: func() tea.Cmd { s.filtering = true; return nil }},
		{key: k.Open, why: cmp.Or(reach, s.backend.Able(HTTP)), run: func() tea.Cmd { return s.launch(sim, HTTP, HTTPS) }},
		{key: k.Forward, why: cmp.Or(reach, s.backend.Able(TCP)), run: func() tea.Cmd {
			return push(newForm(s.env, s.request(sim, TCP)))
		}},
		{key: k.Copy, why: none, run: func() tea.Cmd { return s.copyMenu(sim) }},
		{key: k.All, run: func() tea.Cmd { return s.toggleOnline() }},
		{key: k.Sort, run: func() tea.Cmd { return s.nextSorting() }},
		{key: k.Refresh, run: func() tea.Cmd { return send(refreshMsg{}) }, minor: true},
		{key: k.Delete, why: cmp.Or(none, s.unmapped(sim)), run: func() tea.Cmd { return s.deletionFor(sim) }, minor: true},
	}
	if s.query.value() != "" {
		list = append(list, command{key: k.ClearFilter, run: func() tea.Cmd { return s.clearFilter() }})
	}
	return append(list, s.moves()...)
}

// unmapped says that nothing leads to a SIM, or "".
func (s *simScreen) unmapped(sim access.SIM) string {
	if len(s.mappingsOf(sim)) > 0 {
		return ""
	}
	return s.text.Word("No port mapping to this SIM is open.")
}

func (s *simScreen) typingCommands() []command {
	k := s.keys
	step := func(n int) func() tea.Cmd {
		return do(func() { s.moved = true; s.table.move(n); s.note() })
	}
	return []command{
		{key: k.Accept, run: do(func() { s.filtering = false })},
		{key: k.ClearFilter, run: func() tea.Cmd { return s.clearFilter() }},
		{key: k.ListUp, run: step(-1), minor: true},
		{key: k.ListDown, run: step(1), minor: true},
		{key: k.PageUp, run: step(-s.table.page()), minor: true},
		{key: k.PageDown, run: step(s.table.page()), minor: true},
	}
}

// moves are the table's keys; they also fix the selection to a SIM.
func (s *simScreen) moves() []command {
	list := s.table.commands(s.keys)
	for i := range list {
		move := list[i].run
		list[i].run = do(func() { s.moved = true; move(); s.note() })
	}
	return list
}

// launch starts what was used last if it is one of the protocols; otherwise the
// form asks.
func (s *simScreen) launch(sim access.SIM, list ...Protocol) tea.Cmd {
	last := Protocol(s.recent[sim.ID].Protocol)
	for _, p := range list {
		if p == last {
			return send(connectMsg{s.request(sim, p)})
		}
	}
	return push(newForm(s.env, s.request(sim, list[0])))
}

func (s *simScreen) toggleOnline() tea.Cmd {
	s.store.onlineOnly = !s.store.onlineOnly
	s.store.arrange()
	s.follow()
	return nil
}

func (s *simScreen) nextSorting() tea.Cmd {
	s.store.sorting = (s.store.sorting + 1) % sortings
	s.store.sorted = nil
	s.store.arrange()
	s.follow()
	return s.resort()
}

func (s *simScreen) copyMenu(sim access.SIM) tea.Cmd {
	t := s.text
	choices := []choice{
		{"SIM ID", sim.ID},
		{t.Word("command"), "napter-connect ssh " + sshTarget(s.recent[sim.ID].User, sim)},
	}
	for _, m := range s.mappingsOf(sim) {
		choices = append(choices, choice{t.Word("endpoint"), m.Addr.String()})
	}
	return push(newMenu(s.env, t.Word("Copy"), choices))
}

// sshTarget is what to type after ssh. A name that a shell would take apart, or
// that means nothing to people, is replaced by the ID.
func sshTarget(user string, sim access.SIM) string {
	target := sim.ID
	if plainName(sim.Name) {
		target = sim.Name
	}
	if plainName(user) {
		target = user + "@" + target
	}
	return target
}

func plainName(s string) bool {
	for _, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && r != '-' && r != '_' && r != '.' {
			return false
		}
	}
	return s != "" && s[0] != '-'
}

// reach says why a SIM can't be connected to, as far as is known.
func (e *env) reach(s access.SIM, ok bool) string {
	switch {
	case !ok:
		return e.text.Word("No SIM is selected.")
	case s.State() == access.Offline:
		return e.text.Word("This SIM is offline: a device without a session can't be reached.")
	case s.State() == access.Inactive:
		return e.text.Sprintf("This SIM is %s: only an active SIM can be reached.", stateWord(e, s))
	}
	return ""
}

// request is what connecting to a SIM means: what was used last, then what the
// configuration says. A protocol that is given comes first.
func (e *env) request(s access.SIM, p Protocol) Request {
	d, last := e.backend.Defaults(s), e.recent[s.ID]
	r := Request{SIM: s, Protocol: p, Service: d.Service, Duration: d.Duration, Sources: d.Sources}
	if p == "" {
		r.Protocol = SSH
		if last.Protocol != "" && e.backend.Able(Protocol(last.Protocol)) == "" {
			r.Protocol = Protocol(last.Protocol)
		}
	}
	if Protocol(last.Protocol) == r.Protocol {
		r.Port, r.User, r.TLS = last.Port, last.User, last.TLS
		if last.Service != "" {
			r.Service = last.Service
		}
		if last.Duration > 0 {
			r.Duration = last.Duration
		}
	}
	if r.Protocol == SSH {
		r.User, r.Port = cmp.Or(r.User, d.User), max(r.Port, 0)
		if r.Port == 0 {
			r.Port = d.Port
		}
	}
	return r
}

func send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

func push(o overlay) tea.Cmd { return send(pushMsg{o}) }
func pop() tea.Cmd           { return send(popMsg{}) }
