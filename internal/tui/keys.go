package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// keyMap is the one place that names keys.
type keyMap struct {
	Quit, Interrupt, Help, Next, Prev, One, Two, Three key.Binding
	Up, Down, PageUp, PageDown, Top, Bottom            key.Binding
	Filter, ClearFilter, Form, Connect, Open, Forward  key.Binding
	Submit                                             key.Binding
	Delete, DeleteOurs, Copy, All, Sort, Refresh       key.Binding
	Details, Dismiss, Stop                             key.Binding

	// While something is typed or chosen.
	Accept, Cancel, Close, FieldNext, FieldPrev, Left, Right, Space key.Binding
	Backspace, DeleteChar, DeleteWord, DeleteLine                   key.Binding
	CharLeft, CharRight, LineStart, LineEnd                         key.Binding
	ListUp, ListDown                                                key.Binding
}

func bind(help, label string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(label, help))
}

func newKeyMap(t *i18n.Texts) *keyMap {
	h := t.Keys
	return &keyMap{
		Quit: bind(h.Quit, "q", "q"), Interrupt: bind(h.Quit, "ctrl+c", "ctrl+c"), Help: bind(h.Help, "?", "?"),
		Next: bind(h.NextTab, "tab", "tab"), Prev: bind(h.NextTab, "shift+tab", "shift+tab"),
		One: bind(t.Tabs.SIMs, "1", "1"), Two: bind(t.Tabs.Mappings, "2", "2"), Three: bind(t.Tabs.Sessions, "3", "3"),
		Up: bind(h.Up, "↑/k", "up", "k"), Down: bind(h.Down, "↓/j", "down", "j"),
		PageUp: bind(h.PageUp, "pgup", "pgup", "ctrl+b"), PageDown: bind(h.PageDown, "pgdn", "pgdown", "ctrl+f"),
		Top: bind(h.Top, "g", "g", "home"), Bottom: bind(h.Bottom, "G", "G", "shift+g", "end"),
		Filter: bind(h.Filter, "/", "/"), ClearFilter: bind(h.Clear, "esc", "esc"),
		Form: bind(h.Connect, "enter", "enter"), Connect: bind(h.ConnectNow, "c", "c"),
		Open: bind(h.Browser, "o", "o"), Forward: bind(h.Forward, "f", "f"),
		Delete: bind(h.Delete, "d", "d"), DeleteOurs: bind(t.UI.DeleteOurs, "D", "D", "shift+d"),
		Copy: bind(h.Copy, "y", "y"), All: bind(h.Online, "a", "a"), Sort: bind(h.Sort, "s", "s"),
		Refresh: bind(h.Refresh, "r", "r"), Details: bind(h.Details, "e", "e"), Dismiss: bind(h.Close, "esc", "esc"),
		Stop: bind(h.Stop, "x", "x", "d"),

		Submit: bind(t.Form.Submit, "enter", "enter"),
		Accept: bind(h.Accept, "enter", "enter"), Cancel: bind(h.Cancel, "esc", "esc"),
		Close:     bind(h.Close, "esc", "esc"),
		FieldNext: bind(h.Next, "tab/↓", "tab", "down"), FieldPrev: bind(h.Previous, "↑", "shift+tab", "up"),
		Left: bind(h.Change, "←", "left"), Right: bind(h.Change, "→", "right"), Space: bind(h.Change, "space", "space"),
		Backspace: bind("", "", "backspace", "ctrl+h"), DeleteChar: bind("", "", "delete", "ctrl+d"),
		DeleteWord: bind("", "", "ctrl+w", "alt+backspace"), DeleteLine: bind("", "", "ctrl+u"),
		CharLeft: bind("", "", "left"), CharRight: bind("", "", "right"),
		LineStart: bind("", "", "home", "ctrl+a"), LineEnd: bind("", "", "end", "ctrl+e"),
		ListUp: bind(h.Up, "↑", "up", "ctrl+p"), ListDown: bind(h.Down, "↓", "down", "ctrl+n"),
	}
}

// command is a key that means something where it is listed.
type command struct {
	key key.Binding
	// why it can't act now, or "".
	why string
	run func() tea.Cmd
	// minor ones are in the help, not in the footer.
	minor bool
}

// find is the command that a key press means. Of several with the same key the
// first that can act counts.
func find(list []command, press tea.KeyPressMsg) (found command, ok bool) {
	for _, c := range list {
		if !key.Matches(press, c.key) {
			continue
		}
		if c.why == "" {
			return c, true
		}
		if !ok {
			found, ok = c, true
		}
	}
	return found, ok
}

func do(f func()) func() tea.Cmd {
	return func() tea.Cmd { f(); return nil }
}
