package tui

import (
	"strings"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// input is a line that is typed. It has the terminal's own cursor, where input
// methods show what is being composed, and measures by x/ansi as all else does;
// the text field of bubbles measures by another rule in Japanese locales.
type input struct {
	text   []rune
	cursor int // in runes
	secret bool
}

func (in *input) value() string { return string(in.text) }

func (in *input) set(s string) {
	in.text = []rune(s)
	in.cursor = len(in.text)
}

// handle edits, and reports whether the text has changed.
func (in *input) handle(msg tea.Msg, k *keyMap) (changed bool) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		return in.insert(msg.Content)
	case tea.KeyPressMsg:
		if in.edit(msg, k, &changed) {
			return changed
		}
		if msg.Text == "" || msg.Mod&(tea.ModCtrl|tea.ModAlt) != 0 {
			return false
		}
		return in.insert(msg.Text)
	}
	return false
}

// insert adds what is printable; a line that is pasted has no line breaks.
func (in *input) insert(s string) bool {
	var add []rune
	for _, r := range s {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			r = ' '
		case !unicode.IsPrint(r):
			continue
		}
		add = append(add, r)
	}
	if strings.TrimSpace(string(add)) != "" && strings.ContainsAny(s, "\r\n") {
		add = []rune(strings.TrimSpace(string(add)))
	}
	tail := append([]rune(nil), in.text[in.cursor:]...)
	in.text = append(append(in.text[:in.cursor], add...), tail...)
	in.cursor += len(add)
	return len(add) > 0
}

func (in *input) edit(press tea.KeyPressMsg, k *keyMap, changed *bool) bool {
	from, to := in.cursor, in.cursor
	switch {
	case key.Matches(press, k.CharLeft):
		in.cursor = max(in.cursor-1, 0)
		return true
	case key.Matches(press, k.CharRight):
		in.cursor = min(in.cursor+1, len(in.text))
		return true
	case key.Matches(press, k.LineStart):
		in.cursor = 0
		return true
	case key.Matches(press, k.LineEnd):
		in.cursor = len(in.text)
		return true
	case key.Matches(press, k.Backspace):
		from = max(in.cursor-1, 0)
	case key.Matches(press, k.DeleteChar):
		to = min(in.cursor+1, len(in.text))
	case key.Matches(press, k.DeleteWord):
		from = in.wordStart()
	case key.Matches(press, k.DeleteLine):
		from = 0
	default:
		return false
	}
	*changed = from != to
	in.text = append(in.text[:from], in.text[to:]...)
	in.cursor = from
	return true
}

func (in *input) wordStart() int {
	i := in.cursor
	for i > 0 && in.text[i-1] == ' ' {
		i--
	}
	for i > 0 && in.text[i-1] != ' ' {
		i--
	}
	return i
}

// render is the part of the text around the cursor that fits into w columns, and
// the column of the cursor in it.
func (in *input) render(w int) (string, int) {
	shown := func(r []rune) string {
		if in.secret {
			return strings.Repeat("*", len(r))
		}
		return string(r)
	}
	before, after := shown(in.text[:in.cursor]), shown(in.text[in.cursor:])
	if over := ansi.StringWidth(before) - (w - 1); over > 0 {
		before = ansi.TruncateLeft(before, over, "")
	}
	at := ansi.StringWidth(before)
	return before + ansi.Truncate(after, max(w-at, 0), ""), at
}
