package config

import (
	"strings"
	"unicode"
)

// For is what the rules say about the SIM with this name and these tags. Each
// field comes from the first rule that matches and sets it; Service falls back
// to the file's own. The result's Name and Tag are empty.
func (f File) For(name string, tags map[string]string) Rule {
	var r Rule
	for _, s := range f.SIMs {
		if !s.matches(name, tags) {
			continue
		}
		if r.User == "" {
			r.User = s.User
		}
		if r.Port == 0 {
			r.Port = s.Port
		}
		if len(r.Identity) == 0 {
			r.Identity = s.Identity
		}
		if r.Service == "" {
			r.Service = s.Service
		}
		if len(r.Legacy) == 0 {
			r.Legacy = s.Legacy
		}
	}
	if r.Service == "" {
		r.Service = f.Service
	}
	return r
}

func (r Rule) matches(name string, tags map[string]string) bool {
	return (r.Name == "" || matchPattern(r.Name, name)) && (r.Tag == "" || matchTag(r.Tag, tags))
}

func matchTag(want string, tags map[string]string) bool {
	key, value, hasValue := strings.Cut(want, "=")
	have, ok := tags[key]
	return ok && (!hasValue || have == value)
}

// matchPattern matches s against a pattern of literal characters, * (any
// number of characters) and ? (one), ignoring case. Unlike path.Match it has
// no classes or escapes, so that no name needs quoting, and * passes a slash.
func matchPattern(pattern, s string) bool {
	p, t := foldRunes(pattern), foldRunes(s)
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i++
			j++
		case star >= 0: // let the last * take one more
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// foldRunes maps each rune to one representative of its case-folding orbit, as
// strings.EqualFold compares.
func foldRunes(s string) []rune {
	runes := []rune(s)
	for i, r := range runes {
		low := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			low = min(low, f)
		}
		runes[i] = low
	}
	return runes
}
