package sshconfig

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// argument writes s as one argument of an ssh_config line; ok is false when no
// notation of it would be read back as s by every OpenSSH.
//
// OpenSSH has double quotes since ever, and backslashes for a quote or a backslash
// since 8.7 (misc.c, argv_split).
func argument(s string) (quoted string, ok bool) {
	if s == "" || !printable(s) {
		return "", false
	}
	if isPlain(s, "@,+~") {
		return s, true
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`, true
}

// pathArgument is argument for options whose values OpenSSH expands: % begins a
// token, ${ a variable, which can't be escaped (ssh_config(5), TOKENS and
// ENVIRONMENT VARIABLES).
func pathArgument(path string) (quoted string, ok bool) {
	if strings.Contains(path, "${") {
		return "", false
	}
	return argument(strings.ReplaceAll(path, "%", "%%"))
}

// globArgument is argument for Include, whose values are patterns of glob(7).
func globArgument(path string) (quoted string, ok bool) {
	var b strings.Builder
	for _, r := range path {
		if strings.ContainsRune(`*?[]{}\`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	if strings.Contains(path, "${") || strings.Contains(path, "%") { // expanded since OpenSSH 9.9
		return "", false
	}
	return argument(b.String())
}

// shellWord writes s as one word of a ProxyCommand: OpenSSH splits the line into
// arguments to see whether its quotes match, replaces tokens, and hands the rest
// to the user's shell, whichever that is. A backslash before every character that
// may mean something is read alike by all of them.
func shellWord(goos, s string) (word string, ok bool) {
	if s == "" || !printable(s) {
		return "", false
	}
	s = strings.ReplaceAll(s, "%", "%%")
	if goos == "windows" {
		// A path holds no quotes there, and backslashes are not special within.
		if strings.ContainsAny(s, `"`) || strings.HasSuffix(s, `\`) {
			return "", false
		}
		return `"` + s + `"`, true
	}
	var b strings.Builder
	for i, r := range s {
		if r < utf8.RuneSelf && !isPlain(string(r), "@,+%") && (r != '~' || i == 0) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String(), true
}

// commandWord writes s as one argument of KnownHostsCommand, which is run without
// a shell.
func commandWord(s string) (word string, ok bool) {
	return argument(strings.ReplaceAll(s, "%", "%%"))
}

// isPlain says whether s has only characters that are themselves everywhere.
func isPlain(s, more string) bool {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		case strings.ContainsRune("/._-:=", r), strings.ContainsRune(more, r):
		default:
			return false
		}
	}
	return true
}

// printable refuses control characters, the ends of a line among them, and text
// that is not UTF-8.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cc, r) })
}
