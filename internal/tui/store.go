package tui

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/napter-connect/napter-connect/internal/access"
)

// sorting is the order of the SIMs.
type sorting uint8

const (
	byState sorting = iota // online first, as they came
	byName
	bySeen
	sortings
)

// store holds the SIMs, and which of them show. SIMs are added at the end and
// keep their index until prune.
type store struct {
	sims  []access.SIM
	hay   []string // one lower-case text for each SIM
	hit   []bool   // matches the words
	fresh []bool   // came since begin
	byID  map[string]int32

	words      []string
	onlineOnly bool
	sorting    sorting
	// sorted is the order by name or time, made in the background; what came
	// since then stands at the end.
	sorted []int32

	view   []int32
	online int
	hits   int // of all, the offline ones included
}

func newStore() *store { return &store{byID: map[string]int32{}} }

// fold is the form in which texts are compared: full-width and half-width
// characters are the same, and so are capital and small ones.
func fold(s string) string {
	if !plainASCII(s) {
		s = norm.NFKC.String(s)
	}
	return strings.ToLower(s)
}

func haystack(s *access.SIM) string {
	var b strings.Builder
	for _, part := range []string{s.Name, s.ID, s.IMSI, s.IP, s.IMEI} {
		b.WriteString(part)
		b.WriteByte('\n') // words have none: they match inside of one part
	}
	for key, value := range s.Tags.All() {
		b.WriteString(key + "=" + value + "\n")
	}
	return fold(b.String())
}

// merge adds SIMs, or brings them up to date. Cached ones are taken only where
// nothing is known yet.
func (s *store) merge(list []access.SIM, cached bool) {
	for i := range list {
		sim := &list[i]
		at, known := s.byID[sim.ID]
		switch {
		case known && cached:
			continue
		case known:
			if s.sims[at].Online {
				s.online--
			}
			s.sims[at] = *sim
			if hay := haystack(sim); hay != s.hay[at] {
				s.hay[at] = hay
				s.hit[at] = matches(hay, s.words)
			}
		default:
			at = int32(len(s.sims))
			s.byID[sim.ID] = at
			hay := haystack(sim)
			s.sims, s.hay = append(s.sims, *sim), append(s.hay, hay)
			s.hit, s.fresh = append(s.hit, matches(hay, s.words)), append(s.fresh, false)
		}
		s.fresh[at] = s.fresh[at] || !cached
		if sim.Online {
			s.online++
		}
	}
	s.arrange()
}

// begin marks all SIMs as not heard of; prune then drops those that did not come
// again.
func (s *store) begin() { clear(s.fresh) }

func (s *store) prune() {
	if !slices.Contains(s.fresh, false) {
		return
	}
	old := s.sims
	fresh := s.fresh
	*s = store{byID: map[string]int32{}, words: s.words, onlineOnly: s.onlineOnly, sorting: s.sorting}
	kept := old[:0:0]
	for i := range old {
		if fresh[i] {
			kept = append(kept, old[i])
		}
	}
	s.merge(kept, false)
}

// query sets the words that all must occur. When the new query only narrows the
// old one, only what matched before is looked at.
func (s *store) query(q string) {
	words := strings.Fields(fold(q))
	if narrows(s.words, words) {
		for i, hay := range s.hay {
			s.hit[i] = s.hit[i] && matches(hay, words)
		}
	} else {
		for i, hay := range s.hay {
			s.hit[i] = matches(hay, words)
		}
	}
	s.words = words
	s.arrange()
}

// narrows reports that whatever matches the new words matched the old ones.
func narrows(old, new []string) bool {
	for _, o := range old {
		if !slices.ContainsFunc(new, func(n string) bool { return strings.Contains(n, o) }) {
			return false
		}
	}
	return true
}

func matches(hay string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(hay, w) {
			return false
		}
	}
	return true
}

// arrange computes what shows, in its order.
func (s *store) arrange() {
	s.view, s.hits = s.view[:0], 0
	add := func(i int32, want bool) {
		if want && s.hit[i] && (!s.onlineOnly || s.sims[i].Online || s.sims[i].State() == access.Unknown) {
			s.view = append(s.view, i)
		}
	}
	for _, hit := range s.hit {
		if hit {
			s.hits++
		}
	}
	if s.sorting == byState {
		for i := range s.sims {
			add(int32(i), s.sims[i].Online)
		}
		if s.onlineOnly && s.online == len(s.view) {
			return
		}
		for i := range s.sims {
			add(int32(i), !s.sims[i].Online)
		}
		return
	}
	for _, i := range s.sorted {
		add(i, true)
	}
	for i := len(s.sorted); i < len(s.sims); i++ {
		add(int32(i), true)
	}
}

// sortKeys are what a background sort needs; it must not touch the store.
type sortKeys struct {
	by    sorting
	names []string
	times []time.Time
}

func (s *store) sortKeys() sortKeys {
	k := sortKeys{by: s.sorting}
	for i := range s.sims {
		if k.by == byName {
			k.names = append(k.names, s.hay[i]) // the name comes first in it
		} else {
			k.times = append(k.times, s.sims[i].SeenAt)
		}
	}
	return k
}

// order sorts; it takes too long for a key press at 100,000 SIMs.
func (k sortKeys) order() []int32 {
	list := make([]int32, max(len(k.names), len(k.times)))
	for i := range list {
		list[i] = int32(i)
	}
	slices.SortStableFunc(list, func(a, b int32) int {
		if k.by == byName {
			return compareNames(k.names[a], k.names[b])
		}
		return k.times[b].Compare(k.times[a])
	})
	return list
}

// compareNames puts SIMs without a name last.
func compareNames(a, b string) int {
	switch noA, noB := strings.HasPrefix(a, "\n"), strings.HasPrefix(b, "\n"); {
	case noA && !noB:
		return 1
	case noB && !noA:
		return -1
	}
	return strings.Compare(a, b)
}

// find is the row of a SIM, or -1.
func (s *store) find(id string) int {
	at, ok := s.byID[id]
	if !ok {
		return -1
	}
	return slices.Index(s.view, at)
}

// at is the SIM of a row.
func (s *store) at(row int) (access.SIM, bool) {
	if row < 0 || row >= len(s.view) {
		return access.SIM{}, false
	}
	return s.sims[s.view[row]], true
}

func (s *store) get(id string) (access.SIM, bool) {
	i, ok := s.byID[id]
	if !ok {
		return access.SIM{}, false
	}
	return s.sims[i], true
}

// force shows SIMs that the server found by something that is not in our texts,
// until the query changes.
func (s *store) force(list []access.SIM) {
	for i := range list {
		if at, ok := s.byID[list[i].ID]; ok {
			s.hit[at] = true
		}
	}
	s.arrange()
}
