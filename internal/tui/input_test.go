package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// A pasted line break or tab is a space: two lines do not become one word, and no
// other character gets in between.
func TestPasteIsOneLine(t *testing.T) {
	keys := newKeyMap(i18n.For(i18n.English))
	for pasted, want := range map[string]string{
		"one\ntwo":        "[one two]",
		"one\rtwo":        "[one two]",
		"one\r\ntwo":      "[one  two]",
		"one\ttwo":        "[one two]",
		"gateway-001\n":   "[gateway-001]",
		"\n gateway-001":  "[gateway-001]",
		" one":            "[ one]",
		"a\x1b[31mb\x00c": "[a[31mbc]",
		"\n":              "[ ]",
	} {
		in := &input{}
		in.set("[]")
		in.cursor = 1
		if !in.handle(tea.PasteMsg{Content: pasted}, keys) || in.value() != want {
			t.Errorf("%q makes %q, want %q", pasted, in.value(), want)
		}
	}
}
