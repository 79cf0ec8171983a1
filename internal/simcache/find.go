package simcache

import (
	"strings"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/tsv"
)

// Names are the SIMs' names by SIM ID.
func (l List) Names() map[string]string {
	names := make(map[string]string, len(l.SIMs))
	for _, s := range l.SIMs {
		names[s.ID] = s.Name
	}
	return names
}

// Meant are the SIMs that a target means, as far as is known here: a SIM ID, an
// IMSI, or a name, compared as access does. There may be several of a name.
func (l List) Meant(target string) []access.SIM {
	if target = access.TargetName(target); target == "" {
		return nil
	}
	var found []access.SIM
	for _, s := range l.SIMs {
		if s.ID == target || s.IMSI != "" && s.IMSI == target {
			return []access.SIM{s}
		}
		if sameName(s.Name, target) {
			found = append(found, s)
		}
	}
	return found
}

func sameName(a, b string) bool {
	return strings.EqualFold(a, b) || !ascii(a) && access.SameName(a, b)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Starting are SIMs whose name, ID or IMSI begins with text, ignoring case. Of more
// than most of them it gives as many, and those with the first and the last name,
// so that what all names have in common can be seen. It reads no more of a line
// than it needs: a key press waits for it.
func (c *Cache) Starting(text string, most int) ([]access.SIM, error) {
	h, rest, err := c.read()
	if err != nil {
		return nil, err
	}
	size := min(h.size, int64(len(rest)))
	appended := parseLines(rest[size:], 0)
	f := finder{text: text, most: most, replaced: make(map[string]bool, len(appended))}
	for _, s := range appended {
		f.replaced[s.ID] = true
		if f.starts(s.ID) || f.starts(s.Name) || f.starts(s.IMSI) {
			f.found = append(f.found, s)
		}
	}
	for line := range wholeLines(rest[:size]) {
		f.look(line)
	}
	for _, line := range []string{f.first, f.last} {
		if s, ok := parseLine(line); ok {
			f.found = append(f.found, s)
		}
	}
	return f.found, nil
}

type finder struct {
	text     string
	most     int
	replaced map[string]bool
	found    []access.SIM
	// first and last are lines that did not fit, with their names.
	first, last         string
	firstName, lastName string
}

func (f *finder) look(line string) {
	id, rest, ok := strings.Cut(line, "\t")
	if !ok || len(f.replaced) > 0 && f.replaced[tsv.Field(id)] {
		return
	}
	name, rest, _ := strings.Cut(rest, "\t")
	if !f.starts(tsv.Field(name)) && !f.starts(id) {
		if imsi, _, _ := strings.Cut(rest, "\t"); !f.starts(imsi) {
			return
		}
	}
	if len(f.found) < f.most {
		if s, ok := parseLine(line); ok {
			f.found = append(f.found, s)
		}
		return
	}
	if f.first == "" || name < f.firstName {
		f.first, f.firstName = line, name
	}
	if f.last == "" || name > f.lastName {
		f.last, f.lastName = line, name
	}
}

func (f *finder) starts(s string) bool {
	return len(s) >= len(f.text) && strings.EqualFold(s[:len(f.text)], f.text)
}
