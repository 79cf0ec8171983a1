// Package tsv writes and reads text fields between tabs, a record a line.
package tsv

import "strings"

// Append adds a field without its separator: a tab or the end of a line that is
// part of the text, and a backslash, are written with a backslash.
func Append(b []byte, field string) []byte {
	if !strings.ContainsAny(field, "\\\t\n") {
		return append(b, field...)
	}
	for i := range len(field) {
		switch c := field[i]; c {
		case '\\':
			b = append(b, `\\`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// Field is the text of a field that Append wrote.
func Field(s string) string {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s
	}
	b := append(make([]byte, 0, len(s)), s[:i]...)
	for ; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			i++
			switch c = s[i]; c {
			case 't':
				c = '\t'
			case 'n':
				c = '\n'
			}
		}
		b = append(b, c)
	}
	return string(b)
}
