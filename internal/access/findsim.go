package access

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// simAPI is what finding a SIM needs of a session.
type simAPI interface {
	GetSim(ctx context.Context, simID string) (client.Sim, error)
	SearchSims(ctx context.Context, q client.SearchSimsQuery) iter.Seq2[client.Sim, error]
	ListSims(ctx context.Context, limit int) iter.Seq2[client.Sim, error]
}

// subscriberAPI finds a SIM by its IMSI for a user who may not search.
type subscriberAPI interface {
	GetSubscriber(ctx context.Context, imsi string) (simID string, err error)
}

type findAPI interface {
	simAPI
	subscriberAPI
}

// found is the SIM that a target means. Known says whether the API described it:
// a user may be allowed to create mappings to a SIM but not to read it.
type found struct {
	sim   client.Sim
	known bool
	imsi  string // set when the target was an IMSI
}

// FindSIM finds the one SIM that typed means: a SIM ID, an IMSI or the exact
// name. imsis are all that the SIM has had, the one in use first; none when the
// user may not read it. For such a user SIM holds no more than what was typed.
func FindSIM(ctx context.Context, api *client.Session, typed string, now time.Time) (sim SIM, imsis []string, err error) {
	t, err := parseTarget(typed)
	if err != nil {
		return SIM{}, nil, err
	}
	f, err := findSIM(ctx, api, t, now)
	if err != nil {
		return SIM{}, nil, err
	}
	sim, imsis = Describe(f.sim), f.sim.IMSIs()
	if !f.known && f.imsi != "" {
		sim.IMSI, imsis = f.imsi, []string{f.imsi}
	}
	return sim, imsis, nil
}

// findSIM finds the one SIM that a target means.
func findSIM(ctx context.Context, api findAPI, t target, now time.Time) (found, error) {
	switch t.kind {
	case bySimID:
		return findByID(ctx, api, t.text)
	case byIMSI:
		f, err := findByIMSI(ctx, api, t.text)
		var none *NotFoundError
		if !errors.As(err, &none) {
			return f, err
		}
	}
	return findByName(ctx, api, t, now)
}

func findByID(ctx context.Context, api simAPI, id string) (found, error) {
	sim, err := api.GetSim(ctx, id)
	switch {
	case isForbidden(err):
		return found{sim: client.Sim{SimID: id}}, nil
	case hasStatus(err, http.StatusNotFound):
		return found{}, &NotFoundError{Target: id}
	case err != nil:
		return found{}, message.Errorf("reading SIM %s: %w", id, err)
	}
	return found{sim: sim, known: true}, nil
}

func findByIMSI(ctx context.Context, api findAPI, imsi string) (found, error) {
	sims, err := collect(api.SearchSims(ctx, client.SearchSimsQuery{IMSI: []string{imsi}}))
	if isForbidden(err) {
		return findBySubscriber(ctx, api, imsi)
	}
	if err != nil {
		return found{}, message.Errorf("searching IMSI %s: %w", imsi, err)
	}
	switch same := withIMSI(sims, imsi); len(same) {
	case 0:
		return found{}, &NotFoundError{Target: imsi}
	default:
		return found{sim: same[0], known: true, imsi: imsi}, nil
	}
}

// findBySubscriber does without the right to search; at worst with the IMSI
// alone.
func findBySubscriber(ctx context.Context, api findAPI, imsi string) (found, error) {
	id, err := api.GetSubscriber(ctx, imsi)
	switch {
	case isForbidden(err):
		return found{imsi: imsi}, nil
	case hasStatus(err, http.StatusNotFound):
		return found{}, &NotFoundError{Target: imsi}
	case err != nil:
		return found{}, message.Errorf("reading IMSI %s: %w", imsi, err)
	}
	f, err := findByID(ctx, api, id)
	f.imsi = imsi
	return f, err
}

// findByName compares exactly what the API searches partially. Who may not
// search may still be allowed to list.
func findByName(ctx context.Context, api simAPI, t target, now time.Time) (found, error) {
	name := t.text
	var sims []client.Sim
	var err error
	if searchable(name) {
		sims, err = collect(api.SearchSims(ctx, client.SearchSimsQuery{Name: []string{name}}))
	}
	if !searchable(name) || isForbidden(err) {
		denied := err
		if sims, err = collect(api.ListSims(ctx, 0)); isForbidden(err) && denied != nil {
			err = denied
		}
	}
	if isForbidden(err) {
		err = message.WithHint(err, "give the SIM ID instead of the name; %s", message.Hint(err))
	}
	if err != nil {
		return found{}, message.Errorf("searching SIM %q: %w", name, err)
	}
	same := withName(sims, name)
	if len(same) == 0 {
		same = withName(sims, t.whole)
	}
	switch len(same) {
	case 0:
		return found{}, &NotFoundError{Target: name, Near: similar(ctx, api, sims, name)}
	case 1:
		return found{sim: same[0], known: true}, nil
	}
	return found{}, ambiguous(name, same, now)
}

func ambiguous(name string, same []client.Sim, now time.Time) error {
	e := &AmbiguousError{Target: name, Now: now}
	for _, s := range same {
		e.SIMs = append(e.SIMs, Describe(s))
	}
	slices.SortFunc(e.SIMs, func(a, b SIM) int {
		if a.Online != b.Online {
			if a.Online {
				return -1
			}
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
	return e
}

// collect reads an iterator to its end or first error.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var list []T
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func hasStatus(err error, status int) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Status == status
}

func isForbidden(err error) bool { return hasStatus(err, http.StatusForbidden) }
