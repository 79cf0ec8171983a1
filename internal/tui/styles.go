package tui

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/napter-connect/napter-connect/internal/access"
)

// styles are built once for each combination of background and colour. They use
// the terminal's own 16 colours, so that its theme holds, and never colour alone.
type styles struct {
	Title, Tab, TabActive, Header, Selected, Dim, Good, Warn, Bad, Key, Box, BoxTitle, Field, FieldActive, Button, ButtonActive lipgloss.Style

	border      border
	symbols     [access.Inactive + 1]string
	cursor      string
	more        string // the end of what was cut off
	done, wrong string
	running     string
	dot         string
}

type border struct{ tl, tr, bl, br, h, v string }

// newStyles builds the styles. plain is for a terminal without colours, ascii
// for one whose font or locale has no more.
func newStyles(dark, plain, ascii bool) *styles {
	base := lipgloss.NewStyle()
	fg := func(onDark, onLight uint8) lipgloss.Style {
		if plain {
			return base
		}
		if dark {
			return base.Foreground(ansi.BasicColor(onDark))
		}
		return base.Foreground(ansi.BasicColor(onLight))
	}
	s := &styles{
		Title: fg(14, 6).Bold(true), Tab: fg(7, 8), TabActive: base.Bold(true).Reverse(true),
		Header: fg(7, 8).Bold(true), Selected: base.Reverse(true), Dim: fg(8, 8),
		Good: fg(10, 2), Warn: fg(11, 3).Bold(true), Bad: fg(9, 1).Bold(true), Key: base.Bold(true),
		Box: fg(6, 6), BoxTitle: base.Bold(true), Field: base, FieldActive: base.Bold(true),
		Button: base, ButtonActive: base.Reverse(true).Bold(true),
	}
	if !plain && dark {
		s.Dim = fg(7, 7).Faint(true)
	}
	s.border = border{"╭", "╮", "╰", "╯", "─", "│"}
	s.symbols = [...]string{access.Unknown: "·", access.Online: "●", access.Offline: "○", access.ArcOnly: "◇", access.Inactive: "×"}
	s.cursor, s.more, s.done, s.wrong, s.running, s.dot = "▌", "…", "✓", "✗", "▸", " · "
	if ascii {
		s.border = border{"+", "+", "+", "+", "-", "|"}
		s.symbols = [...]string{access.Unknown: ".", access.Online: "*", access.Offline: "o", access.ArcOnly: "~", access.Inactive: "x"}
		s.cursor, s.more, s.done, s.wrong, s.running, s.dot = ">", "~", "+", "x", ">", " - "
	}
	return s
}
