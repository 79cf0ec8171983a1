package lease

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

// The answer is lost, the mapping is in the list: it is used, and the request is
// not repeated.
func TestLostCreateIsFound(t *testing.T) {
	for name, cause := range map[string]error{"reset": errReset, "502": apiError("createPortMappingForSim", 502)} {
		t.Run(name, func(t *testing.T) {
			fault := &client.LostCreateError{Since: time.Now(), Slack: time.Second, Err: cause}
			m, f := open(t, t.TempDir()), &fakeAPI{after: failing("create", 1, fault)}
			l := create(t, m, f)
			if list := entries(t, m); len(list) != 1 || list[0].State != Live || list[0].Deleting || list[0].Port != int(l.Mapping().Port) {
				t.Errorf("entries: %+v", list)
			}
			if creates, lists, deletes := f.counts(); creates != 1 || lists != 1 || deletes != 0 {
				t.Errorf("%d creates, %d lists, %d deletes", creates, lists, deletes)
			}
			if o, err := l.Delete(t.Context(), f); o != Deleted || err != nil {
				t.Fatal(o, err)
			}
			allGone(t, m, f)
		})
	}
}

func TestLostCreateShowsUpLate(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{}
	f.before = func(_ context.Context, op string, n int) error {
		switch {
		case op == "create":
			return errLost
		case op == "list" && n == 2:
			return apiError("listPortMappingsForSim", 500)
		case op == "list" && n == 3:
			f.add(request(testSpec()))
		}
		return nil
	}
	l := create(t, m, f)
	if creates, lists, _ := f.counts(); creates != 1 || lists != 3 {
		t.Errorf("%d creates, %d lists", creates, lists)
	}
	sameList(t, f.open(), []client.PortMapping{l.Mapping()})
}

// A mapping that shows up only after nobody waits for it any more is deleted.
func TestLostCreateThatComesTooLate(t *testing.T) {
	t.Parallel()
	m, f := open(t, t.TempDir()), &fakeAPI{before: failing("create", 1, errLost)}
	_, err := m.Create(t.Context(), f, testSpec())
	if e, ok := errors.AsType[*LostError](err); !ok || e.Resolved || !errors.Is(err, errReset) {
		t.Fatal(err)
	}
	if creates, lists, _ := f.counts(); creates != 1 || lists < findTries {
		t.Errorf("%d creates, %d lists", creates, lists)
	}
	list := entries(t, m)
	if len(list) != 1 || list[0].State != Intent || !list[0].Deleting {
		t.Fatalf("entries: %+v", list)
	}
	f.add(request(testSpec()))
	if err := m.Settle(bounded(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	allGone(t, m, f)
}

// By what is known: nothing came of it.
func TestLostCreateThatDidNothing(t *testing.T) {
	t.Parallel()
	m, f := open(t, t.TempDir()), &fakeAPI{before: failing("create", 1, errLost)}
	if _, err := m.Create(t.Context(), f, testSpec()); !errors.Is(err, errLost) {
		t.Fatal(err)
	}
	if err := m.Settle(bounded(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	if creates, _, deletes := f.counts(); creates != 1 || deletes != 0 {
		t.Errorf("%d creates, %d deletes", creates, deletes)
	}
	allGone(t, m, f)
}

// Who may not list can't find anything: that takes no time, and the intent stays.
func TestLostCreateOfAUserWhoMayNotList(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{after: failing("create", 1, errLost)}
	f.before = failing("list", 100, apiError("listPortMappingsForSim", 403))
	_, err := m.Create(t.Context(), f, testSpec())
	if e, ok := errors.AsType[*LostError](err); !ok || e.Resolved {
		t.Fatal(err)
	}
	if _, lists, _ := f.counts(); lists != 2 {
		t.Errorf("%d lists, want one to use it and one to delete it", lists)
	}
	if err := m.Settle(bounded(t, 10*time.Second)); status(err) != 403 {
		t.Fatal(err)
	}
	if list := entries(t, m); len(list) != 1 || list[0].State != Intent || list[0].Alive {
		t.Errorf("entries: %+v", list)
	}
}

// Of many mappings of the SIM only that which is what was asked for, and new, is
// taken for ours.
func TestLostCreateTakesNobodyElses(t *testing.T) {
	dir := t.TempDir()
	m, other, f := open(t, dir), open(t, dir), &fakeAPI{}
	theirs := []client.PortMapping{create(t, other, f).Mapping()}
	for _, change := range []func(*client.PortMapping){
		func(p *client.PortMapping) { p.CreatedTime = client.Millis(time.Now().Add(-time.Minute).UnixMilli()) },
		func(p *client.PortMapping) { p.CreatedTime = 0 },
		func(p *client.PortMapping) { p.Expired = true },
		func(p *client.PortMapping) { p.TLSRequired = true },
		func(p *client.PortMapping) { p.Duration = 1800 },
		func(p *client.PortMapping) { p.IPAddress = "?" },
		func(p *client.PortMapping) { p.Destination.Port = 23 },
		func(p *client.PortMapping) { p.Destination.Strategy = client.ArcPrioritized },
		func(p *client.PortMapping) { p.Destination.Strategy = client.Dynamic },
		func(p *client.PortMapping) { p.Source.IPRanges = []string{"198.51.100.0/24"} },
		func(p *client.PortMapping) { p.Source.IPRanges = append(p.Source.IPRanges, "0.0.0.0/0") },
		func(p *client.PortMapping) { p.Source.IPRanges = []string{"everywhere"} },
		func(p *client.PortMapping) { p.Source.IPRanges = nil },
	} {
		f.grant = change
		theirs = append(theirs, f.add(request(testSpec())))
	}
	// Another way to write the same range.
	f.grant = func(p *client.PortMapping) { p.Source.IPRanges = []string{"198.51.100.9"} }
	f.after = failing("create", 2, &client.LostCreateError{Since: time.Now(), Slack: 5 * time.Second, Err: errReset})
	l := create(t, m, f)
	ours := l.Mapping()
	if slices.ContainsFunc(theirs, func(p client.PortMapping) bool { return sameMapping(p, ours) }) {
		t.Fatalf("took %+v", ours)
	}
	if o, err := l.Delete(t.Context(), f); o != Deleted || err != nil {
		t.Fatal(o, err)
	}
	sameList(t, f.open(), theirs)
}

// Two of a whole network can't be told apart: neither is used, nor deleted.
func TestLostCreateThatIsAmbiguous(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{after: failing("create", 1, errLost)}
	s := testSpec()
	s.Sources = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	theirs := f.add(request(s))
	if _, err := m.Create(t.Context(), f, s); !errors.Is(err, errLost) {
		t.Fatal(err)
	}
	if _, lists, _ := f.counts(); lists != 2 {
		t.Errorf("%d lists: waiting tells no more", lists)
	}
	if err := m.Settle(bounded(t, 10*time.Second)); !errors.Is(err, ErrAmbiguous) {
		t.Fatal(err)
	}
	if list := f.open(); len(list) != 2 || list[0].Port != theirs.Port {
		t.Errorf("open: %+v", list)
	}
}

// The API's clock may be far from ours, and its answers tell.
func TestLostCreateByServersClock(t *testing.T) {
	for _, skew := range []time.Duration{-time.Hour, time.Hour} {
		m, f := open(t, t.TempDir()), &fakeAPI{skew: skew}
		f.after = func(_ context.Context, op string, _ int) error {
			if op == "create" {
				return &client.LostCreateError{Since: time.Now().Add(skew), Slack: 5 * time.Second, Err: errReset}
			}
			return nil
		}
		if o, err := create(t, m, f).Delete(t.Context(), f); o != Deleted || err != nil {
			t.Fatal(skew, o, err)
		}
		allGone(t, m, f)
	}
}

// Two processes ask for the same; one loses its answer. It must leave the
// other's mapping alone, though nothing but the journal tells the two apart.
func TestLostCreateBesideATwin(t *testing.T) {
	t.Parallel()
	dir, f := t.TempDir(), &fakeAPI{}
	m, twin := open(t, dir), open(t, dir)
	inside, finish := make(chan struct{}), make(chan struct{})
	f.after = func(_ context.Context, op string, n int) error {
		switch {
		case op == "create" && n == 1: // the twin's: done, but the answer takes its time
			close(inside)
			<-finish
		case op == "create":
			return errLost
		case op == "list" && n == 2:
			close(finish)
		}
		return nil
	}
	m.pause = 100 * time.Millisecond // the twin needs a moment
	var theirs *Lease
	created := make(chan error, 1)
	go func() {
		var err error
		theirs, err = twin.Create(t.Context(), f, testSpec())
		created <- err
	}()
	<-inside
	ours := create(t, m, f)
	if err := <-created; err != nil {
		t.Fatal(err)
	}
	if sameMapping(ours.Mapping(), theirs.Mapping()) {
		t.Fatal("took the twin's mapping")
	}
	if o, err := ours.Delete(t.Context(), f); o != Deleted || err != nil {
		t.Fatal(o, err)
	}
	sameList(t, f.open(), []client.PortMapping{theirs.Mapping()})
}

// As long as the twin has no answer none of the two mappings can be told to be
// ours: neither is used.
func TestLostCreateBesideASilentTwin(t *testing.T) {
	t.Parallel()
	dir, f := t.TempDir(), &fakeAPI{}
	m, twin := open(t, dir), open(t, dir)
	inside, finish := make(chan struct{}), make(chan struct{})
	f.after = func(_ context.Context, op string, n int) error {
		switch {
		case op == "create" && n == 1:
			close(inside)
			<-finish
		case op == "create":
			return errLost
		}
		return nil
	}
	created := make(chan error, 1)
	var theirs *Lease
	go func() {
		var err error
		theirs, err = twin.Create(t.Context(), f, testSpec())
		created <- err
	}()
	<-inside
	_, err := m.Create(t.Context(), f, testSpec())
	if e, ok := errors.AsType[*LostError](err); !ok || e.Resolved {
		t.Fatal(err)
	}
	close(finish)
	if err := m.Settle(bounded(t, 20*time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := <-created; err != nil {
		t.Fatal(err)
	}
	sameList(t, f.open(), []client.PortMapping{theirs.Mapping()})
}
