package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

// Of several commands with one key the first that can act counts, and the first
// of all when none can, for its reason.
func TestKeyMeansTheFirstThatCanAct(t *testing.T) {
	x, y := bind("", "x", "x"), bind("", "y", "y")
	press := tea.KeyPressMsg{Code: 'x', Text: "x"}
	list := func(why ...string) []command {
		all := []command{{key: y}}
		for _, w := range why {
			all = append(all, command{key: x, why: w})
		}
		return all
	}
	for _, c := range []struct {
		name string
		list []command
		ok   bool
		at   int
	}{
		{"blocked, then able", list("busy", ""), true, 2},
		{"blocked, blocked, then able", list("busy", "offline", ""), true, 3},
		{"able, then blocked", list("", "busy"), true, 1},
		{"all blocked", list("busy", "offline"), true, 1},
		{"another key", list(), false, 0},
	} {
		for i := range c.list {
			c.list[i].minor = i == c.at // a mark to know it by
		}
		got, ok := find(c.list, press)
		if ok != c.ok || ok && (!got.minor || got.why != c.list[c.at].why) {
			t.Errorf("%s: got why %q, mark %v, ok %v", c.name, got.why, got.minor, ok)
		}
	}
}
