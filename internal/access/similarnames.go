package access

import (
	"cmp"
	"context"
	"slices"
	"unicode/utf8"

	"github.com/napter-connect/napter-connect/internal/client"
)

const (
	// mostNear is how many names a hint offers.
	mostNear = 3
	// enoughSIMs is how many SIMs are looked at for a similar name: one page.
	enoughSIMs = 100
)

// similar are names that resemble one that no SIM has: those that the partial
// search gave already, else such as begin alike.
func similar(ctx context.Context, api simAPI, sims []client.Sim, name string) []string {
	if names := nearest(sims, name); len(names) > 0 {
		return names
	}
	runes := []rune(name)
	start := string(runes[:len(runes)/2])
	if !searchable(start) {
		return nil
	}
	var alike []client.Sim
	for s, err := range api.SearchSims(ctx, client.SearchSimsQuery{Name: []string{start}}) {
		if err != nil || len(alike) == enoughSIMs {
			break // a hint is worth no more than that
		}
		alike = append(alike, s)
	}
	return nearest(alike, name)
}

// nearest are the names that differ least, by no more than half of what was typed.
func nearest(sims []client.Sim, typed string) []string {
	typed = fold(typed)
	type candidate struct {
		name string
		off  int
	}
	var list []candidate
	for _, s := range sims {
		if name := s.Name(); name != "" {
			if off := distance(fold(name), typed); off <= utf8.RuneCountInString(typed)/2 {
				list = append(list, candidate{name, off})
			}
		}
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.off, b.off), cmp.Compare(a.name, b.name))
	})
	list = slices.Compact(list)
	var names []string
	for _, c := range list[:min(mostNear, len(list))] {
		names = append(names, c.name)
	}
	return names
}

// distance is Levenshtein's: how many characters to change, add or drop.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		corner := row[0]
		row[0] = i + 1
		for j, s := range to {
			change := corner
			if r != s {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
