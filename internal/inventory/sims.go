package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// SIMs are what the API was asked for, and what of it was wanted.
type SIMs struct {
	Fetched  []client.Sim
	All      bool // Fetched are all that there are
	Matching []SIM
}

// SIM is a SIM of a list.
type SIM struct {
	access.SIM
	tags map[string]string
	kind string
}

// MarshalJSON gives it the form that scripts read. since is when the session began
// or was last updated; offline, when it ended. It is absent for a SIM that never
// connected.
func (s SIM) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ID     string            `json:"id"`
		Name   string            `json:"name"`
		IMSI   string            `json:"imsi,omitempty"`
		Status string            `json:"status"`
		Online bool              `json:"online"`
		Arc    bool              `json:"arc"`
		IP     string            `json:"ip,omitempty"`
		IMEI   string            `json:"imei,omitempty"`
		Type   string            `json:"type,omitempty"`
		Since  time.Time         `json:"since,omitzero"`
		Tags   map[string]string `json:"tags,omitempty"`
	}{s.ID, s.Name, s.IMSI, s.Status, s.Online, s.Arc, s.IP, s.IMEI, s.kind, s.SeenAt, s.tags})
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
	f.Matching = []SIM{}
	for sim, err := range source {
		if err != nil {
			return f, message.Errorf("listing SIMs: %w", err)
		}
		f.Fetched = append(f.Fetched, sim)
		if (!online || sim.Online()) && match(sim) {
			f.Matching = append(f.Matching, SIM{access.Describe(sim), sim.Tags, sim.Type})
		}
	}
	slices.SortStableFunc(f.Matching, func(x, y SIM) int { return cmp.Compare(rank(x), rank(y)) })
	return f, nil
}

func rank(s SIM) int {
	if s.Online {
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
