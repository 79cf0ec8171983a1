package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/napter-connect/napter-connect/internal/message"
)

// SearchSimsQuery selects SIMs; every value matches partially, ignores case, has
// 2 characters or more and no comma. Zero fields are not sent.
type SearchSimsQuery struct {
	Name, SimID, IMSI, ICCID, MSISDN, SerialNumber, Tag, Group []string
	// SessionStatus is ONLINE, OFFLINE or "" for both.
	SessionStatus string
	// SearchType is "and" (default) or "or".
	SearchType string
	Limit      int // per page, 1 to 100; 0 is 100
}

// values checks the query against the definition's limits and writes it down.
func (q SearchSimsQuery) values() (url.Values, error) {
	v := url.Values{}
	for name, list := range map[string][]string{
		"name": q.Name, "sim_id": q.SimID, "imsi": q.IMSI, "iccid": q.ICCID, "msisdn": q.MSISDN,
		"serial_number": q.SerialNumber, "tag": q.Tag, "group": q.Group,
	} {
		for _, s := range list {
			if err := checkSearchValue(s); err != nil {
				return nil, err
			}
			v.Add(name, s)
		}
	}
	switch status := q.SessionStatus; status {
	case "":
	case "ONLINE", "OFFLINE", "NA":
		v.Set("session_status", status)
	default:
		return nil, message.Errorf("the session status to search for must be ONLINE or OFFLINE, not %q", status)
	}
	switch kind := strings.ToLower(q.SearchType); kind {
	case "":
	case "and", "or":
		v.Set("search_type", kind)
	default:
		return nil, message.Errorf("the search type must be and or or, not %q", q.SearchType)
	}
	limit, err := pageLimit(q.Limit, 100, 100)
	v.Set("limit", limit)
	return v, err
}

func checkSearchValue(s string) error {
	switch {
	case utf8.RuneCountInString(s) < 2:
		return message.Errorf("can't search for %q: the API wants 2 characters or more", s)
	case strings.Contains(s, ","):
		return message.Errorf("can't search for %q: the API takes a comma for the end of a word", s)
	}
	return nil
}

// pageLimit writes down a page's length; most 0 means that none is documented.
func pageLimit(n, standard, most int) (string, error) {
	switch {
	case n == 0:
		n = standard
	case n < 0, most > 0 && n > most:
		return "", message.Errorf("a page of %d items can't be asked for (1 to %d)", n, most)
	}
	return strconv.Itoa(n), nil
}

// SearchSims is GET /query/sims, all pages.
func (s *Session) SearchSims(ctx context.Context, q SearchSimsQuery) iter.Seq2[Sim, error] {
	v, err := q.values()
	if err != nil {
		return failed[Sim](err)
	}
	return pages[Sim](ctx, s, request{
		op: opSearchSims, method: http.MethodGet, path: "/query/sims", query: v, policy: idempotent,
	})
}

// ListSims is GET /sims, all pages of limit SIMs (0: 1000).
func (s *Session) ListSims(ctx context.Context, limit int) iter.Seq2[Sim, error] {
	n, err := pageLimit(limit, 1000, 0)
	if err != nil {
		return failed[Sim](err)
	}
	return pages[Sim](ctx, s, request{
		op: opListSims, method: http.MethodGet, path: "/sims", query: url.Values{"limit": {n}}, policy: idempotent,
	})
}

// GetSim is GET /sims/{sim_id}.
func (s *Session) GetSim(ctx context.Context, simID string) (Sim, error) {
	path, err := segments("sims", simID)
	if err != nil {
		return Sim{}, err
	}
	return get[Sim](ctx, s, request{op: opGetSim, method: http.MethodGet, path: path, policy: idempotent})
}

// GetSubscriber is GET /subscribers/{imsi}; it returns the SIM ID.
func (s *Session) GetSubscriber(ctx context.Context, imsi string) (simID string, err error) {
	path, err := segments("subscribers", imsi)
	if err != nil {
		return "", err
	}
	sub, err := get[struct {
		SimID string `json:"simId"`
	}](ctx, s, request{op: opGetSubscriber, method: http.MethodGet, path: path, policy: idempotent})
	return sub.SimID, err
}
