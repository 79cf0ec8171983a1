// Package i18n holds the texts that people read, in English and Japanese. It
// prints nothing.
package i18n

import "strings"

// Lang is a language by its ISO 639-1 code.
type Lang string

// The languages.
const (
	English  Lang = "en"
	Japanese Lang = "ja"
)

// Languages are all of them.
func Languages() []Lang { return []Lang{English, Japanese} }

// Parse reads a language as people write it in --lang: en, ja, or a locale such
// as ja_JP.UTF-8.
func Parse(text string) (Lang, bool) {
	code, _, _ := strings.Cut(strings.ToLower(text), ".")
	code, _, _ = strings.Cut(code, "@")
	code, _, _ = strings.Cut(strings.ReplaceAll(code, "-", "_"), "_")
	for _, l := range Languages() {
		if code == string(l) {
			return l, true
		}
	}
	return English, false
}

// Choose is the language for a person: what was asked for, else what the locale
// says as in POSIX.1-2024, 8.2: the first of LC_ALL, LC_MESSAGES and LANG that is
// not empty. A locale in another encoding than UTF-8 gets English, since its
// terminal would show Japanese as rubbish.
func Choose(asked string, getenv func(string) string) Lang {
	if l, ok := Parse(asked); ok {
		return l
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		locale := getenv(name)
		if locale == "" {
			continue
		}
		if l, ok := Parse(locale); ok && isUTF8(locale) {
			return l
		}
		return English
	}
	return English
}

// isUTF8 reports that a locale names UTF-8 or no encoding at all.
func isUTF8(locale string) bool {
	_, encoding, named := strings.Cut(strings.ToLower(locale), ".")
	encoding, _, _ = strings.Cut(encoding, "@")
	return !named || encoding == "utf-8" || encoding == "utf8"
}

// For returns the texts of a language.
func For(l Lang) *Texts {
	if l == Japanese {
		return &Texts{Lang: Japanese, messages: japaneseMessages()}
	}
	return &Texts{Lang: English}
}
