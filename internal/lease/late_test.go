package lease

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The same when our own process comes late to it.
func TestDeleteAfterHoursLooksFirst(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{}
	l := create(t, m, f)
	f.mappings[0].SimID, f.mappings[0].Destination.SimID = "other", "other"
	m.now = func() time.Time { return time.Now().Add(time.Hour) }
	if o, err := l.Delete(t.Context(), f); o != Expired || err != nil {
		t.Error(o, err)
	}
	if len(f.open()) != 1 {
		t.Error("deleted somebody else's mapping")
	}
}

func TestDeleteThatHangs(t *testing.T) {
	t.Parallel()
	m, f := open(t, t.TempDir()), &fakeAPI{}
	l := create(t, m, f)
	f.before = func(ctx context.Context, op string, n int) error {
		if op == "delete" && n == 1 {
			return hang(ctx)
		}
		return nil
	}
	// Within the five seconds of an orderly end.
	if o, err := l.Delete(bounded(t, 5*time.Second), f); o != Deleted || err != nil {
		t.Fatal(o, err)
	}
	allGone(t, m, f)
}

func TestDeleteOffline(t *testing.T) {
	t.Parallel()
	m, f := open(t, t.TempDir()), &fakeAPI{}
	l := create(t, m, f)
	var online atomic.Bool
	f.before = func(context.Context, string, int) error {
		if online.Load() {
			return nil
		}
		return errReset
	}
	o, err := l.Delete(bounded(t, 400*time.Millisecond), f)
	if o != Pending || !errors.Is(err, errReset) || !strings.Contains(err.Error(), l.Mapping().Endpoint) {
		t.Fatal(o, err)
	}
	l.DeleteLater(f)
	l.DeleteLater(f)
	if n := m.Pending(); n != 1 {
		t.Error(n, "pending")
	}
	if err := m.Settle(bounded(t, 50*time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	online.Store(true)
	if err := m.Settle(bounded(t, 20*time.Second)); err != nil || m.Pending() != 0 {
		t.Fatal(err)
	}
	allGone(t, m, f)
}

// A deletion that the API refuses for good is left to whoever may do it.
func TestDeleteLaterGivesUp(t *testing.T) {
	dir, f := t.TempDir(), &fakeAPI{}
	m := open(t, dir)
	l := create(t, m, f)
	refused := &fakeAPI{before: func(_ context.Context, op string, _ int) error { return apiError(op, 403) }}
	l.DeleteLater(refused)
	if err := m.Settle(bounded(t, 10*time.Second)); status(err) != 403 {
		t.Fatal(err)
	}
	if left := entries(t, m); len(left) != 1 || left[0].Alive || !left[0].Deleting {
		t.Fatalf("%+v", left)
	}
	if list, err := reap(t, bounded(t, 10*time.Second), open(t, dir), f); err != nil || !slices.Equal(list, []Outcome{Deleted}) {
		t.Fatal(list, err)
	}
	if o, err := l.Delete(bounded(t, 10*time.Second), f); o != Deleted || err != nil {
		t.Error(o, err)
	}
	if err := m.Settle(t.Context()); err != nil {
		t.Error("still said to be open:", err)
	}
	allGone(t, m, f)
}

func TestUserWhoMayNotList(t *testing.T) {
	t.Parallel()
	m, f := open(t, t.TempDir()), &fakeAPI{}
	l := create(t, m, f)
	f.before = func(_ context.Context, op string, n int) error {
		if op == "list" {
			return apiError("listPortMappingsForSim", 403)
		}
		if n == 1 {
			return apiError("deletePortMapping", 500)
		}
		return nil
	}
	if o, err := l.Delete(bounded(t, 10*time.Second), f); o != Deleted || err != nil {
		t.Fatal(o, err)
	}
	allGone(t, m, f)
}

func TestDeletesAtOnce(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{}
	l := create(t, m, f)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if o, err := l.Delete(t.Context(), f); o != Deleted || err != nil {
				t.Error(o, err)
			}
		})
	}
	wg.Wait()
	if _, _, deletes := f.counts(); deletes != 1 {
		t.Error(deletes, "deletes")
	}
}

// A server whose clock is hours off: expiry and lost creates go by its clock.
func TestServerClock(t *testing.T) {
	for _, skew := range []time.Duration{-5 * time.Hour, 5 * time.Hour} {
		m, f := open(t, t.TempDir()), &fakeAPI{skew: skew}
		l := create(t, m, f)
		m.now = func() time.Time { return time.Now().Add(7 * time.Hour) }
		if o, err := l.Delete(t.Context(), f); o != Deleted || err != nil {
			t.Fatal(skew, o, err)
		}
		m.now = time.Now
		f.after = failing("create", 2, errLost)
		if o, err := create(t, m, f).Delete(t.Context(), f); o != Deleted || err != nil {
			t.Fatal(skew, o, err)
		}
		allGone(t, m, f)
	}
}

func TestByIMSI(t *testing.T) {
	t.Parallel()
	m, f := open(t, t.TempDir()), &fakeAPI{}
	s := testSpec()
	s.SimID, s.IMSI = "", "440101234567890"
	l, err := m.Create(t.Context(), f, s)
	if err != nil {
		t.Fatal(err)
	}
	f.before = failing("delete", 1, errReset) // so that it must list
	if o, err := l.Delete(bounded(t, 10*time.Second), f); o != Deleted || err != nil {
		t.Fatal(o, err)
	}
	f.before, f.after = nil, failing("create", 2, errLost)
	if l, err = m.Create(t.Context(), f, s); err != nil {
		t.Fatal(err)
	}
	if o, err := l.Delete(t.Context(), f); o != Deleted || err != nil {
		t.Fatal(o, err)
	}
	allGone(t, m, f)
}

func TestCreateChecksTheSpec(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{}
	for name, change := range map[string]func(*Spec){
		"no SIM": func(s *Spec) { s.SimID = "" }, "port": func(s *Spec) { s.Port = 70000 },
		"no source": func(s *Spec) { s.Sources = nil }, "bad source": func(s *Spec) { s.Sources = []netip.Prefix{{}} },
		"duration": func(s *Spec) { s.Duration = 0 },
	} {
		s := testSpec()
		change(&s)
		if _, err := m.Create(t.Context(), f, s); err == nil {
			t.Error(name)
		}
	}
	allGone(t, m, f)
}

func TestForget(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{}
	create(t, m, f)
	if err := m.Forget(entries(t, m)[0]); err != nil {
		t.Fatal(err)
	}
	if list := entries(t, m); len(list) != 0 {
		t.Error(list)
	}
}
