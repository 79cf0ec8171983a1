package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// safe makes text from outside one printable line; what is printable ASCII
// already, nearly everything, costs one pass over the bytes.
func safe(s string) string {
	if plainASCII(s) {
		return s
	}
	return safetext.Line(s)
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// width is how many columns s takes. All widths are by this one rule.
func width(s string) int {
	if plainASCII(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// cut shortens s to w columns.
func cut(s string, w int, more string) string {
	if w <= 0 {
		return ""
	}
	if plainASCII(s) && len(s) <= w {
		return s
	}
	return ansi.Truncate(s, w, more)
}

const blanks = "                                                                                                                                "

func spaces(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blanks) {
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

// fit is s in exactly w columns.
func fit(s string, w int, more string) string {
	s = cut(s, w, more)
	return s + spaces(w-width(s))
}

// column is a column of a table. Widths come from the layout, never from the
// rows.
type column struct {
	title string
	width int
	// right aligns to the right.
	right bool
}

// row writes cells in their columns, as one line of w columns at most.
func row(b *strings.Builder, cols []column, w int, more string, cell func(i int) string) {
	paintedRow(b, cols, w, more, cell, nil)
}

// paintedRow is row with separate styles for single cells; paint gets what is
// shown, and may be nil.
func paintedRow(b *strings.Builder, cols []column, w int, more string, cell func(i int) string, paint func(i int, text string) string) {
	at := 0
	for i, c := range cols {
		if c.width <= 0 || at >= w {
			continue
		}
		if at > 0 {
			b.WriteByte(' ')
			at++
		}
		text, size := safe(cell(i)), min(c.width, w-at)
		text = cut(text, size, more)
		pad := spaces(size - width(text))
		if c.right {
			b.WriteString(pad)
		}
		if paint != nil {
			text = paint(i, text)
		}
		b.WriteString(text)
		if !c.right {
			b.WriteString(pad)
		}
		at += size
	}
	b.WriteString(spaces(w - at))
}

// left is the time until an end: "7 h 59 min", and to the second in the last ten
// minutes, "9:58". Hours and minutes change rarely, so that a frame costs little.
func left(d time.Duration, t *i18n.Texts) string {
	d = (d + time.Second - 1).Truncate(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case d <= 0:
		return t.Word("ended")
	case d < 10*time.Minute:
		return fmt.Sprintf("%d:%02d", m, s)
	case h == 0:
		return t.Sprintf("%d min", m)
	}
	return fmt.Sprintf(t.Word("%d h")+" "+t.Word("%d min"), h, m)
}

// ago is the time since then, in one unit.
func ago(then, now time.Time, t *i18n.Texts) string {
	if then.IsZero() {
		return t.Word("never")
	}
	d := now.Sub(then)
	span := t.Sprintf("%d d", int(d.Hours())/24)
	switch {
	case d < time.Minute:
		return t.Word("now")
	case d < time.Hour:
		span = t.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		span = t.Sprintf("%d h", int(d.Hours()))
	}
	return t.Sprintf("%[1]s", span) // a key of its own: other languages add a word
}

// amount is a number of bytes for people.
func amount(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// thousands writes 98412 as 98,412.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// wrap breaks text into lines of w columns.
func wrap(s string, w int) []string {
	var lines []string
	for line := range strings.Lines(s) {
		broken := strings.Split(ansi.Wrap(safe(strings.TrimRight(line, "\r\n")), max(w, 1), ""), "\n")
		lines = append(lines, endLines(broken, w)...)
	}
	return lines
}

// endLines keeps Japanese lines from beginning with what ends a phrase (JIS X
// 4051): the character before comes down too, where there is room.
func endLines(lines []string, w int) []string {
	for i := 1; i < len(lines); i++ {
		first, _ := utf8.DecodeRuneInString(lines[i])
		last, size := utf8.DecodeLastRuneInString(lines[i-1])
		if size > 1 && strings.ContainsRune("。、」）ー…", first) && width(lines[i])+width(string(last)) <= w {
			lines[i-1] = lines[i-1][:len(lines[i-1])-size]
			lines[i] = string(last) + lines[i]
		}
	}
	return lines
}
