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

	"github.com/napter-connect/napter-connect/internal/access"
)

func (s *simScreen) setSize(w, h int) {
	s.width, s.height = w, h
	s.side = w >= 132
	below := 0
	list := w
	switch {
	case s.side:
		size := min(max(w-98, 34), 56)
		s.details.setSize(size, h-1)
		list = w - size - 3
	case w >= 60 && h >= 16:
		below = min(max(h/3, 5), 8)
		s.details.setSize(w, below)
		below++ // the line between
	default:
		s.details.setSize(0, 0)
	}
	s.layout(list)
	s.table.setSize(list, h-2-below)
}

// nameColumn is where names are.
const nameColumn = 1

// layout chooses the columns that fit.
func (s *simScreen) layout(w int) {
	c := s.text
	type option struct {
		column
		cell func(*access.SIM) string
	}
	options := []option{
		{column{"SIM ID", 19, false}, func(x *access.SIM) string { return x.ID }},
		{column{c.Word("IP"), 15, false}, func(x *access.SIM) string { return x.IP }},
		{column{c.Word("LAST SEEN"), 9, true}, func(x *access.SIM) string { return ago(lastSeen(x, s.now()), s.now(), s.text) }},
		{column{s.text.Word("MAP"), 3, true}, s.mapCount},
		{column{c.Word("PLAN"), 12, false}, func(x *access.SIM) string { return x.Plan }},
	}
	const least = 22 // of the name
	rest := w - 13
	s.columns = []column{{c.Word("STATE"), 12, false}, {title: c.Word("NAME")}}
	s.cells = []func(*access.SIM) string{s.state, s.name}
	for _, o := range options {
		if rest-o.width-1 < least {
			continue
		}
		rest -= o.width + 1
		s.columns, s.cells = append(s.columns, o.column), append(s.cells, o.cell)
	}
	s.columns[nameColumn].width = rest
	s.hidesID = !slices.ContainsFunc(s.columns, func(x column) bool { return x.title == "SIM ID" })
}

// nameless: nothing but the ID in the name's place tells which SIM it is.
func (s *simScreen) nameless(x *access.SIM) bool {
	return s.hidesID && strings.TrimSpace(x.Name) == ""
}

func (s *simScreen) name(x *access.SIM) string {
	if s.nameless(x) {
		return cmp.Or(x.ID, x.IMSI)
	}
	return x.Name
}

func (s *simScreen) mapCount(x *access.SIM) string {
	if n := s.counts[x.ID]; n > 0 {
		return fmt.Sprint(n)
	}
	return ""
}

func (s *simScreen) state(x *access.SIM) string {
	return s.style.symbols[x.State()] + " " + stateWord(s.env, *x)
}

func (s *simScreen) render() ([]string, *tea.Cursor) {
	first, cursor := s.info()
	list := append(make([]string, 0, s.height), first, s.header())
	if len(s.store.view) == 0 {
		list = append(list, s.empty()...)
	} else {
		list = append(list, s.table.lines(s.draw)...)
	}
	sim, ok := s.current()
	switch {
	case !s.details.visible():
	case s.side:
		beside := s.details.render(sim, ok)
		for i := 1; i < len(list); i++ { // the first line is as wide as the screen
			list[i] += " " + s.style.Box.Render(s.style.border.v) + " " + beside[i-1]
		}
	default:
		list = append(list, s.style.Box.Render(strings.Repeat(s.style.border.h, s.width)))
		list = append(list, s.details.render(sim, ok)...)
	}
	return list, cursor
}

func (s *simScreen) header() string {
	var b strings.Builder
	row(&b, s.columns, s.table.width, s.style.more, func(i int) string { return s.columns[i].title })
	return s.style.Header.Render(b.String())
}

func (s *simScreen) draw(b *strings.Builder, i int) lipgloss.Style {
	sim := &s.store.sims[s.store.view[i]]
	style, paint := s.style.Dim, (func(int, string) string)(nil)
	switch {
	case i == s.table.cursor:
		style = s.style.Selected
	case sim.State() == access.Online || sim.State() == access.ArcOnly:
		style = s.style.Field
		if s.nameless(sim) {
			paint = s.dimName
		}
	}
	paintedRow(b, s.columns, s.table.width, s.style.more, func(c int) string { return s.cells[c](sim) }, paint)
	return style
}

// dimName tells an ID in the name's column from names.
func (s *simScreen) dimName(column int, text string) string {
	if column == nameColumn {
		return s.style.Dim.Render(text)
	}
	return text
}

// empty says why there is nothing to see.
func (s *simScreen) empty() []string {
	why := s.text.Word("This account has no SIM.")
	switch {
	case s.err != nil:
		why = ""
	case s.loading && len(s.store.sims) == 0:
		why = s.text.Word("Fetching SIMs…")
	case len(s.store.words) > 0:
		why = s.text.Sprintf("No SIM fits “%s”. Esc clears the filter.", strings.TrimSpace(s.query.value()))
	case s.store.onlineOnly:
		why = s.text.Word("No SIM is online. Press a to show all of them.")
	}
	lines := make([]string, s.table.height)
	for i := range lines {
		lines[i] = spaces(s.table.width)
	}
	if len(lines) > 0 {
		lines[min(1, len(lines)-1)] = fit(" "+safe(why), s.table.width, s.style.more)
	}
	return lines
}

// info is the line above the list: the query, how many it leaves, and how the
// loading goes.
func (s *simScreen) info() (string, *tea.Cursor) {
	t := s.text
	facts := []string{t.Sprintf("%s of %s", thousands(len(s.store.view)), thousands(len(s.store.sims)))}
	if s.store.onlineOnly {
		facts = append(facts, t.Word("online only"))
	}
	switch by := s.store.sorting; by {
	case byName:
		facts = append(facts, t.Sprintf("sorted by %s", t.Word("name")))
	case bySeen:
		facts = append(facts, t.Sprintf("sorted by %s", t.Word("last seen")))
	}
	facts = append(facts, s.progress()...)
	right := strings.Join(facts, s.style.dot)
	prompt := s.keys.Filter.Help().Key + " "
	room := s.width - width(right) - 2
	if s.filtering {
		room = max(room, min(s.width, 24))
	}
	var left string
	var cursor *tea.Cursor
	switch {
	case s.filtering || s.query.value() != "":
		text, at := s.query.render(max(room-width(prompt), 1))
		if s.filtering {
			cursor = tea.NewCursor(width(prompt)+at, 0)
		}
		left = s.style.Key.Render(prompt) + text
	default:
		left = s.style.Dim.Render(cut(prompt+t.Word("part of a name, ID, IP or tag"), room, s.style.more))
	}
	right = cut(right, s.width-width(left)-1, s.style.more)
	style := s.style.Dim
	if s.waiting > 0 || s.err != nil {
		style = s.style.Warn
	}
	return left + spaces(s.width-width(left)-width(right)) + style.Render(right), cursor
}

// progress says how the loading and the searching go.
func (s *simScreen) progress() []string {
	t := s.text
	var facts []string
	switch {
	case s.waiting > 0:
		facts = append(facts, t.Sprintf("API rate limit reached; continuing in %d s", int((s.waiting+time.Second-1)/time.Second)))
	case s.loading && s.cached:
		facts = append(facts, t.Word("Fetching SIMs…"))
	case s.loading && len(s.store.sims) > 0:
		facts = append(facts, t.Sprintf("%d SIMs so far…", len(s.store.sims)))
	}
	switch {
	case s.searching:
		facts = append(facts, t.Word("searching…"))
	case s.searchErr != nil && !errors.Is(s.searchErr, context.Canceled):
		facts = append(facts, t.Sprintf("Searching on the server failed: %s", safe(s.text.Error(s.searchErr))))
	}
	return facts
}

// lastSeen is when there was a session last: now, while there is one. SeenAt says
// when that one was last updated.
func lastSeen(s *access.SIM, now time.Time) time.Time {
	if s.Online {
		return now
	}
	return s.SeenAt
}
