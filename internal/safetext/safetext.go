// Package safetext makes text from outside (SIM names, API messages, what a
// device sent) safe to print on a terminal.
package safetext

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s as one printable line. Control characters (C0, C1, DEL, and so
// every escape sequence), line separators, bidi overrides and other invisible
// format characters, and bytes that are not UTF-8 appear escaped, as \x1b or
// \u202e. Everything else stays as it is, ideographic spaces and joined emoji
// included. Line of its own result is the same text.
func Line(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case printable(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += size
	}
	return b.String()
}

func clean(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !printable(r) {
			return false
		}
	}
	return true
}

func printable(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r != 0x7f
	}
	switch r {
	case '\u200c', '\u200d': // join or part letters and emoji; they move nothing
		return true
	}
	// Cc: controls; Cf: bidi controls, byte order mark, tags; Zl, Zp: separators.
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// Trim is Line without space around it.
func Trim(s string) string { return Line(strings.TrimSpace(s)) }

// FirstLine is the first line of what a stranger sent, safe and short.
func FirstLine(b []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimLeft(b, "\r\n"), []byte("\n"))
	s := []rune(Trim(string(line)))
	if len(s) > 80 {
		s = append(s[:80], '…')
	}
	return string(s)
}
