package client

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// paged serves three pages of SIMs, the second one empty.
func paged(w http.ResponseWriter, r *http.Request) {
	switch key := r.URL.Query().Get("last_evaluated_key"); key {
	case "":
		w.Header().Set("x-soracom-next-key", "key 1/&=é")
		answer(200, `[{"simId":"1"},{"simId":"2"}]`)(w, r)
	case "key 1/&=é":
		w.Header().Set("x-soracom-next-key", "k2")
		answer(200, `[]`)(w, r)
	case "k2":
		answer(200, `[{"simId":"3"}]`)(w, r)
	default:
		answer(400, fmt.Sprintf(`{"message":"key %q"}`, key))(w, r)
	}
}

func ids(t *testing.T, s *Session, stopAfter int) (list string, failure error) {
	t.Helper()
	for sim, err := range s.SearchSims(context.Background(), SearchSimsQuery{Name: []string{"gw"}}) {
		if err != nil {
			return list, err
		}
		if list += sim.SimID; len(list) == stopAfter {
			break
		}
	}
	return list, nil
}

func TestAllPages(t *testing.T) {
	srv := newServer(t, paged)
	s := newSession(t, srv.URL)
	got, err := ids(t, s, 0)
	equal(t, "SIMs", got, "123")
	equal(t, "error", err, nil)
	calls := srv.seen()
	equal(t, "calls", len(calls), 3)
	for _, c := range calls {
		if !strings.Contains(c.Query, "name=gw") || !strings.Contains(c.Query, "limit=100") {
			t.Errorf("page asked with %q", c.Query)
		}
	}
	// An iterator may be used again.
	again, err := ids(t, s, 0)
	equal(t, "SIMs again", again, "123")
	equal(t, "error", err, nil)
}

func TestStopEarly(t *testing.T) {
	srv := newServer(t, paged)
	got, err := ids(t, newSession(t, srv.URL), 2)
	equal(t, "SIMs", got, "12")
	equal(t, "error", err, nil)
	equal(t, "calls", len(srv.seen()), 1)
}

func TestPagesInACircle(t *testing.T) {
	srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		next := map[string]string{"": "a", "a": "b", "b": "a"}[r.URL.Query().Get("last_evaluated_key")]
		w.Header().Set("x-soracom-next-key", next)
		answer(200, `[{"simId":"1"}]`)(w, r)
	})
	got, err := ids(t, newSession(t, srv.URL), 0)
	equal(t, "SIMs", got, "111")
	if err == nil || !strings.Contains(err.Error(), "read before") {
		t.Errorf("got %v", err)
	}
	equal(t, "calls", len(srv.seen()), 3)
}

func TestErrorOnALaterPage(t *testing.T) {
	srv := newServer(t, paged, answer(403, `{"code":"X","message":"no more"}`))
	got, err := ids(t, newSession(t, srv.URL), 0)
	equal(t, "SIMs", got, "12")
	if err == nil || !strings.Contains(err.Error(), "no more") {
		t.Errorf("got %v", err)
	}
}

func TestNoMappings(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		reply http.HandlerFunc
		fails bool
	}{
		"empty list": {answer(200, `[]`), false},
		"null":       {answer(200, `null`), false},
		"404":        {answer(404, `{"code":"NAP1","message":"none"}`), false},
		"bare 404":   {answer(404, ``), false},
		"web 404":    {page(404, "text/html", "<html>not found</html>"), true},
		"403":        {answer(403, ``), true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, newServer(t, c.reply).URL)
			one, err := s.ListPortMappingsForSim(ctx, "89")
			if len(one) != 0 || (err != nil) != c.fails {
				t.Errorf("for SIM: %v, %v", one, err)
			}
			other, err := s.ListPortMappingsForSubscriber(ctx, "4401")
			if len(other) != 0 || (err != nil) != c.fails {
				t.Errorf("for subscriber: %v, %v", other, err)
			}
		})
	}
}
