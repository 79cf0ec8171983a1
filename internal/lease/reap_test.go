package lease

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

// orphan leaves a live entry without an owner in dir.
func orphan(t *testing.T, dir string, f *fakeAPI) {
	t.Helper()
	m, err := Open(Options{Dir: dir, Settle: testSettle})
	if err != nil {
		t.Fatal(err)
	}
	create(t, m, f)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
}

// always gives f for every entry.
func always(f API) func(Entry) (API, error) {
	return func(Entry) (API, error) { return f, nil }
}

// reap runs m's reaper and returns what it reported.
func reap(t *testing.T, ctx context.Context, m *Manager, f API) ([]Outcome, error) {
	t.Helper()
	var list []Outcome
	err := m.Reap(ctx, always(f), func(_ Entry, o Outcome, _ error) { list = append(list, o) })
	return list, err
}

// The mapping has ended, and its ip:port leads elsewhere now.
func TestReapSparesWhoHasTheAddressNow(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*client.PortMapping){
		"another SIM":  func(p *client.PortMapping) { p.SimID, p.Destination.SimID = "other", "other" },
		"created anew": func(p *client.PortMapping) { p.CreatedTime += 60_000 },
	} {
		t.Run(name, func(t *testing.T) {
			dir, f := t.TempDir(), &fakeAPI{}
			orphan(t, dir, f)
			change(&f.mappings[0])
			want := f.open()
			m := open(t, dir)
			list, err := reap(t, bounded(t, 10*time.Second), m, f)
			if err != nil || !slices.Equal(list, []Outcome{Expired}) {
				t.Fatal(list, err)
			}
			sameList(t, f.open(), want)
			if _, _, deletes := f.counts(); deletes != 0 || len(entries(t, m)) != 0 {
				t.Error(deletes, "deletes", entries(t, m))
			}
		})
	}
}

// A list that does not show a mapping of a moment ago is not believed at once.
func TestReapWaitsForAMappingToShow(t *testing.T) {
	t.Parallel()
	dir, f := t.TempDir(), &fakeAPI{}
	orphan(t, dir, f)
	hidden := f.mappings
	f.mappings = nil
	f.before = func(_ context.Context, op string, n int) error {
		if op == "list" && n == 2 {
			f.mu.Lock()
			f.mappings = hidden
			f.mu.Unlock()
		}
		return nil
	}
	m, err := Open(Options{Dir: dir, Settle: time.Minute, Program: "test", Logf: t.Logf}) // longer than a busy machine stops for
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Close() }()
	list, err := reap(t, bounded(t, 10*time.Second), m, f)
	if err != nil || !slices.Equal(list, []Outcome{Deleted}) {
		t.Fatal(list, err)
	}
	allGone(t, m, f)
}

// No network, then tokens that have expired, then success.
func TestReapGoesOn(t *testing.T) {
	t.Parallel()
	dir, f := t.TempDir(), &fakeAPI{}
	orphan(t, dir, f)
	f.before = func(_ context.Context, op string, n int) error {
		switch {
		case op == "list" && n == 1:
			return errReset
		case op == "list" && n == 2:
			return apiError("listPortMappingsForSim", 401)
		case op == "delete" && n == 1:
			return apiError("deletePortMapping", 503)
		}
		return nil
	}
	m := open(t, dir)
	list, err := reap(t, bounded(t, 20*time.Second), m, f)
	if err != nil || !slices.Equal(list, []Outcome{Deleted}) {
		t.Fatal(list, err)
	}
	allGone(t, m, f)
}

func TestReapGivesBackWhatItCannotDo(t *testing.T) {
	t.Parallel()
	dir, f := t.TempDir(), &fakeAPI{}
	orphan(t, dir, f)
	f.before = failing("list", 1, apiError("listPortMappingsForSim", 403))
	m := open(t, dir)
	list, err := reap(t, bounded(t, 10*time.Second), m, f)
	if status(err) != 403 || !slices.Equal(list, []Outcome{Pending}) {
		t.Fatal(list, err)
	}
	left := entries(t, m)
	if len(left) != 1 || left[0].Alive || left[0].Mine || !left[0].Deleting || m.Pending() != 0 {
		t.Fatalf("%+v", left)
	}
	other := open(t, dir) // while m lives
	if list, err = reap(t, bounded(t, 10*time.Second), other, f); err != nil || !slices.Equal(list, []Outcome{Deleted}) {
		t.Fatal(list, err)
	}
	allGone(t, m, f)
}

func TestReapEndsWithItsContext(t *testing.T) {
	dir, f := t.TempDir(), &fakeAPI{}
	orphan(t, dir, f)
	begun := make(chan struct{})
	f.before = func(ctx context.Context, op string, n int) error {
		if n == 1 {
			close(begun)
		}
		return hang(ctx)
	}
	m := open(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	list, err := reap(t, ctx, m, f)
	if !errors.Is(err, context.Canceled) || !slices.Equal(list, []Outcome{Pending}) {
		t.Fatal(list, err)
	}
	if left := entries(t, m); len(left) != 1 || left[0].Alive {
		t.Errorf("%+v", left)
	}
}

func TestReapLeavesWhatFindRefuses(t *testing.T) {
	dir, f := t.TempDir(), &fakeAPI{}
	orphan(t, dir, f)
	m := open(t, dir)
	errNoKey := errors.New("no credentials for this account")
	err := m.Reap(t.Context(), func(e Entry) (API, error) {
		if e.Spec.Profile != "default" || e.Spec.Endpoint != testSpec().Endpoint || e.Spec.OperatorID != testSpec().OperatorID {
			t.Errorf("asked for %+v", e.Spec)
		}
		return nil, errNoKey
	}, nil)
	if left := entries(t, m); !errors.Is(err, errNoKey) || len(left) != 1 || left[0].Alive || left[0].Deleting {
		t.Fatalf("%v %+v", err, left)
	}
}

func TestReapDropsTheExpiredWithoutACall(t *testing.T) {
	dir, f := t.TempDir(), &fakeAPI{}
	orphan(t, dir, f)
	m := open(t, dir)
	m.now = func() time.Time { return time.Now().Add(8*time.Hour + time.Minute) }
	err := m.Reap(t.Context(), func(Entry) (API, error) { return nil, errors.New("asked") }, nil)
	if list := entries(t, m); err != nil || len(list) != 0 {
		t.Error(err, list)
	}
}

// Several reapers of one process, and of two that share it.
func TestReapersInOneProcess(t *testing.T) {
	t.Parallel()
	dir, f := t.TempDir(), &fakeAPI{}
	const orphans = 5
	for range orphans {
		orphan(t, dir, f)
	}
	managers := []*Manager{open(t, dir), open(t, dir)}
	var reported atomic.Int32
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			err := managers[i%2].Reap(bounded(t, 20*time.Second), always(f), func(Entry, Outcome, error) { reported.Add(1) })
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, _, deletes := f.counts(); deletes != orphans || reported.Load() != orphans {
		t.Errorf("%d deletes, %d reports", deletes, reported.Load())
	}
	allGone(t, managers[0], f)
}

// The users of a dead keeper have a moment to find another one.
func TestGrace(t *testing.T) {
	t.Parallel()
	dir, f := t.TempDir(), &fakeAPI{}
	orphan(t, dir, f)
	keeper := open(t, dir)
	reaper, err := Open(Options{Dir: dir, Settle: testSettle, Grace: testSettle})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reaper.Close() }()
	reaped := make(chan error, 1)
	go func() { reaped <- reaper.Reap(t.Context(), always(f), nil) }()
	l, err := keeper.Adopt(entries(t, keeper)[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-reaped; err != nil || len(f.open()) != 1 {
		t.Fatal("the mapping was reaped under its users", err)
	}
	if _, err := l.Delete(bounded(t, 10*time.Second), f); err != nil {
		t.Fatal(err)
	}
	orphan(t, dir, f) // nobody comes for this one
	if err := reaper.Reap(t.Context(), always(f), nil); err != nil {
		t.Fatal(err)
	}
	allGone(t, keeper, f)
}
