package inventory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// SIMs are what the API was asked for, and what of it was wanted.
type SIMs struct {
	Fetched  []client.Sim
	All      bool // Fetched are all that there are
	Matching []client.Sim
}

// FindSIMs lists the SIMs that a query finds, "" being all, the online ones first;
// with online no others.
func FindSIMs(ctx context.Context, s *client.Session, query string, online bool) (f SIMs, err error) {
	source, match := s.ListSims(ctx, 0), func(client.Sim) bool { return true }
	switch q, ok := Query(query); {
	case query == "":
		f.All = true
	case !ok:
		f.All = true
		match = func(sim client.Sim) bool {
			return strings.Contains(strings.ToLower(sim.Name()), strings.ToLower(query))
		}
	default:
		source = s.SearchSims(ctx, q)
	}
	for sim, err := range source {
		if err != nil {
			return f, message.Errorf("listing SIMs: %w", err)
		}
		f.Fetched = append(f.Fetched, sim)
		if (!online || sim.Online()) && match(sim) {
			f.Matching = append(f.Matching, sim)
		}
	}
	slices.SortStableFunc(f.Matching, func(x, y client.Sim) int { return cmp.Compare(rank(x), rank(y)) })
	return f, nil
}

func rank(s client.Sim) int {
	if s.Online() {
		return 0
	}
	return 1
}

// Query is a search for what a person typed, in all that the server looks at; ok is
// false for what it cannot search for (API definition, searchSims).
func Query(text string) (query client.SearchSimsQuery, ok bool) {
	if utf8.RuneCountInString(text) < 2 || strings.Contains(text, ",") {
		return query, false
	}
	q := []string{text}
	return client.SearchSimsQuery{
		Name: q, SimID: q, IMSI: q, ICCID: q, MSISDN: q, SerialNumber: q, Tag: q, SearchType: "or",
	}, true
}
