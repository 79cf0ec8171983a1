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
	h := t
	return &keyMap{
		Quit: bind(h.Word("quit"), "q", "q"), Interrupt: bind(h.Word("quit"), "ctrl+c", "ctrl+c"), Help: bind(h.Word("help"), "?", "?"),
		Next: bind(h.Word("next screen"), "tab", "tab"), Prev: bind(h.Word("next screen"), "shift+tab", "shift+tab"),
		One: bind(t.Word("SIMs"), "1", "1"), Two: bind(t.Word("Mappings"), "2", "2"), Three: bind(t.Word("Sessions"), "3", "3"),
		Up: bind(h.Word("up"), "↑/k", "up", "k"), Down: bind(h.Word("down"), "↓/j", "down", "j"),
		PageUp: bind(h.Word("page up"), "pgup", "pgup", "ctrl+b"), PageDown: bind(h.Word("page down"), "pgdn", "pgdown", "ctrl+f"),
		Top: bind(h.Word("first"), "g", "g", "home"), Bottom: bind(h.Word("last"), "G", "G", "shift+g", "end"),
		Filter: bind(h.Word("filter"), "/", "/"), ClearFilter: bind(h.Word("clear filter"), "esc", "esc"),
		Form: bind(h.Word("connect…"), "enter", "enter"), Connect: bind(h.Word("connect now"), "c", "c"),
		Open: bind(h.Word("browser"), "o", "o"), Forward: bind(h.Word("forward"), "f", "f"),
		Delete: bind(h.Word("delete"), "d", "d"), DeleteOurs: bind(t.Word("delete all that is left over"), "D", "D", "shift+d"),
		Copy: bind(h.Word("copy"), "y", "y"), All: bind(h.Word("online/all"), "a", "a"), Sort: bind(h.Word("sort"), "s", "s"),
		Refresh: bind(h.Word("refresh"), "r", "r"), Details: bind(h.Word("details"), "e", "e"), Dismiss: bind(h.Word("close"), "esc", "esc"),
		Stop: bind(h.Word("stop"), "x", "x", "d"),

		Submit: bind(t.Word("Connect"), "enter", "enter"),
		Accept: bind(h.Word("accept"), "enter", "enter"), Cancel: bind(h.Word("cancel"), "esc", "esc"),
		Close:     bind(h.Word("close"), "esc", "esc"),
		FieldNext: bind(h.Word("next field"), "tab/↓", "tab", "down"), FieldPrev: bind(h.Word("previous field"), "↑", "shift+tab", "up"),
		Left: bind(h.Word("change"), "←", "left"), Right: bind(h.Word("change"), "→", "right"), Space: bind(h.Word("change"), "space", "space"),
		Backspace: bind("", "", "backspace", "ctrl+h"), DeleteChar: bind("", "", "delete", "ctrl+d"),
		DeleteWord: bind("", "", "ctrl+w", "alt+backspace"), DeleteLine: bind("", "", "ctrl+u"),
		CharLeft: bind("", "", "left"), CharRight: bind("", "", "right"),
		LineStart: bind("", "", "home", "ctrl+a"), LineEnd: bind("", "", "end", "ctrl+e"),
		ListUp: bind(h.Word("up"), "↑", "up", "ctrl+p"), ListDown: bind(h.Word("down"), "↓", "down", "ctrl+n"),
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
