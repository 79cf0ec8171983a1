// Package completion chooses what a shell offers for a word of the command line
// that was begun. It asks the disk alone: a key press must not wait for the API.
package completion

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/simcache"
)

// MaxSIMs is how many SIMs a shell is given: more than anybody reads.
const MaxSIMs = 1000

// Choice is a word with what is said about it beside it, in the form that cobra
// gives to shells.
func Choice(word, about string) string { return word + "\t" + about }

// SIMs are what a target that was begun may become; it may follow user@.
func SIMs(memory simcache.Memory, typed string, texts *i18n.Texts) []string {
	at := strings.LastIndexByte(typed, '@') + 1
	user, target := typed[:at], typed[at:]
	words := simWords(memory.Starting(target, MaxSIMs), target)
	var list []string
	for _, word := range slices.Sorted(maps.Keys(words)) {
		list = append(list, Choice(user+word, describe(texts, words[word], word)))
	}
	return list
}

// simWords are the words that mean one of the SIMs: its name, its ID where the name
// can't be typed or means several, and its numbers where one was begun.
func simWords(sims []access.SIM, target string) map[string]access.SIM {
	words := map[string]access.SIM{}
	several := map[string]bool{}
	add := func(word string, s access.SIM) {
		if _, ok := words[word]; ok {
			several[word] = true
		}
		words[word] = s
	}
	sims = slices.DeleteFunc(sims, func(s access.SIM) bool { return s.Status == "terminated" })
	number := isNumber(target)
	for _, s := range sims {
		if hasPrefixFold(s.Name, target) && Typable(s.Name) {
			add(s.Name, s)
		}
		for _, id := range []string{s.ID, s.IMSI} {
			if number && strings.HasPrefix(id, target) {
				add(id, s)
			}
		}
	}
	for _, s := range sims {
		if target == "" && !Typable(s.Name) || several[s.Name] && hasPrefixFold(s.Name, target) {
			words[s.ID] = s
		}
	}
	for name := range several {
		delete(words, name)
	}
	return words
}

func describe(t *i18n.Texts, s access.SIM, word string) string {
	other := s.ID
	if word == s.ID || word == s.IMSI {
		other = s.Name
	}
	return safetext.Trim(t.Say(s.State().Text(s.Status)) + " " + other)
}

// Typable says whether a name can be a word of a command line that a shell was
// given by us: one printable line, and no flag. zsh takes a backslash in a choice
// for a mark of its own.
func Typable(name string) bool {
	return name != "" && name == safetext.Line(name) && utf8.ValidString(name) && name[0] != '-' &&
		strings.TrimSpace(name) == name && !strings.ContainsAny(name, `@\`)
}

func isNumber(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
