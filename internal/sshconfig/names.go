package sshconfig

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// suffix marks names that can mean nothing but a SIM.
const suffix = ".napter"

// longestName is the longest name that becomes an alias as it is, in bytes: a DNS
// name can't be longer.
const longestName = 200

// longestSlug bounds what is made of a name that is not usable, in characters.
const longestSlug = 60

// numberForm are names that the program takes for a SIM ID or an IMSI.
var numberForm = regexp.MustCompile(`(?i)^(sim-)?[0-9]{15,22}$`)

// usable says whether a SIM's name can be typed as a host and mean itself: no
// character that a Host line, a shell or OpenSSH (since 9.6, valid_hostname) treats
// in a special way.
func usable(name string) bool {
	return name != "" && len(name) <= longestName && utf8.ValidString(name) && !numberForm.MatchString(name) &&
		!strings.HasSuffix(strings.ToLower(name), suffix) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !nameRune(r) }) && !strings.ContainsAny(name[:1], "-.")
}

func nameRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("._-", r)
}

// slug makes something usable of a name, or "".
func slug(name string) string {
	name = strings.ToValidUTF8(name, "-")
	var b strings.Builder
	count := 0
	for _, r := range name {
		if !nameRune(r) {
			r = '-'
		}
		if r == '-' && (b.Len() == 0 || strings.HasSuffix(b.String(), "-")) {
			continue
		}
		b.WriteRune(r)
		if count++; count == longestSlug {
			break
		}
	}
	s := strings.Trim(b.String(), "-.")
	if len(s) > len(suffix) && strings.HasSuffix(strings.ToLower(s), suffix) {
		s = s[:len(s)-len(suffix)]
	}
	if numberForm.MatchString(s) {
		s = "name-" + s
	}
	if !usable(s) {
		return ""
	}
	return s
}

// namer gives each SIM a unique alias.
type namer struct {
	// taken are aliases that mean something already, in lower case.
	taken map[string]bool
	// count is how many SIMs have a name, in lower case.
	count map[string]int
}

func newNamer(hosts []Host) *namer {
	n := &namer{taken: map[string]bool{}, count: map[string]int{}}
	for _, h := range hosts {
		if usable(h.Name) {
			n.count[strings.ToLower(h.Name)]++
		}
	}
	for name := range n.count {
		n.taken[name] = true // a name goes before what is made of another one
	}
	return n
}

// name is the alias of a SIM; exact says that it is the SIM's name. It is "" when
// nothing can be made of the name.
func (n *namer) name(h Host) (alias string, exact bool) {
	if usable(h.Name) && n.count[strings.ToLower(h.Name)] == 1 {
		return h.Name, true
	}
	base := slug(h.Name)
	if base == "" {
		return "", false
	}
	if !n.taken[strings.ToLower(base)] {
		n.taken[strings.ToLower(base)] = true
		return base, false
	}
	for digits := min(4, len(h.ID)); ; digits++ {
		alias := base + "-" + h.ID[len(h.ID)-digits:]
		if !n.taken[strings.ToLower(alias)] {
			n.taken[strings.ToLower(alias)] = true
			return alias, false
		}
		if digits == len(h.ID) {
			return "", false // the same SIM twice
		}
	}
}
