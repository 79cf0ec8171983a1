package tui

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// table scrolls through n rows and draws those that show, whatever n is.
type table struct {
	width, height int // of the rows, without the header
	n             int
	cursor, top   int
}

func (t *table) setSize(w, h int) {
	t.width, t.height = w, max(h, 0)
	t.scroll()
}

// resize tells the table how many rows there are.
func (t *table) resize(n int) {
	t.n = n
	t.scroll()
}

func (t *table) move(delta int) { t.to(t.cursor + delta) }

func (t *table) to(i int) {
	t.cursor = i
	t.scroll()
}

func (t *table) page() int { return max(t.height-1, 1) }

// scroll keeps the cursor in the list and in the window.
func (t *table) scroll() {
	t.cursor = max(min(t.cursor, t.n-1), 0)
	if t.cursor < t.top {
		t.top = t.cursor
	}
	if t.height > 0 && t.cursor >= t.top+t.height {
		t.top = t.cursor - t.height + 1
	}
	t.top = max(min(t.top, t.n-t.height), 0)
}

// lines draws the rows that show, each in one style; a line is filled to the
// width, and what is left of the height is empty.
func (t *table) lines(draw func(b *strings.Builder, i int) lipgloss.Style) []string {
	out := make([]string, 0, t.height)
	var b strings.Builder
	for i := t.top; i < min(t.top+t.height, t.n); i++ {
		b.Reset()
		style := draw(&b, i)
		out = append(out, style.Render(b.String()))
	}
	for len(out) < t.height {
		out = append(out, spaces(t.width))
	}
	return out
}

// commands are the keys that move through a list.
func (t *table) commands(k *keyMap) []command {
	list := []command{
		{key: k.Up, run: do(func() { t.move(-1) }), minor: true},
		{key: k.Down, run: do(func() { t.move(1) }), minor: true},
		{key: k.PageUp, run: do(func() { t.move(-t.page()) }), minor: true},
		{key: k.PageDown, run: do(func() { t.move(t.page()) }), minor: true},
		{key: k.Top, run: do(func() { t.to(0) }), minor: true},
		{key: k.Bottom, run: do(func() { t.to(t.n - 1) }), minor: true},
	}
	return list
}
