package sshclient

import (
	"strings"
	"unicode"
)

// cleanLine makes text of a device or of the API fit to stand in one line of a
// terminal.
func cleanLine(s string) string { return strings.TrimSpace(clean(s, false)) }

// cleanText does the same and keeps line ends and tabs, for banners.
func cleanText(s string) string {
	return strings.TrimRight(clean(strings.ReplaceAll(s, "\r\n", "\n"), true), "\n")
}

// clean drops control characters (escape sequences begin with one) and format
// characters (bidi overrides, zero-width ones, soft hyphens).
func clean(s string, multiline bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case multiline && (r == '\n' || r == '\t'):
			return r
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r == unicode.ReplacementChar, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
