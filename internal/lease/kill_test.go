package lease

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

// foreigners are mappings that look like ours and are not; they must survive.
func foreigners(f *fakeAPI) []client.PortMapping {
	old, other, wide, short := testSpec(), testSpec(), testSpec(), testSpec()
	other.SimID = "8942310221000054321"
	wide.Sources = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	short.Duration = time.Hour
	old.Port = 23
	for _, s := range []Spec{old, other, wide, short} {
		f.add(request(s))
	}
	list := f.open()
	// One like ours in all but age.
	f.skew -= 10 * time.Minute
	list = append(list, f.add(request(testSpec())))
	f.skew += 10 * time.Minute
	return list
}

func sameList(t *testing.T, got, want []client.PortMapping) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("open: %d mappings, want %d: %+v", len(got), len(want), got)
	}
	for i := range got {
		if got[i].Endpoint != want[i].Endpoint {
			t.Errorf("open: %s, want %s", got[i].Endpoint, want[i].Endpoint)
		}
	}
}

// gate is a hook that stops the first call of op: it tells when that is there,
// and what it answers then.
type gate struct {
	reached chan struct{}
	answer  chan error
	once    sync.Once
}

func newGate(t *testing.T, op string) (*gate, func(context.Context, string, int) error) {
	g := &gate{reached: make(chan struct{}), answer: make(chan error, 1)}
	t.Cleanup(func() { // a server must not hang at its end
		select {
		case g.answer <- errReset:
		default:
		}
	})
	return g, func(_ context.Context, o string, n int) error {
		if o != op || n != 1 {
			return nil
		}
		g.once.Do(func() { close(g.reached) })
		return <-g.answer
	}
}

func TestKilledAtEachStage(t *testing.T) {
	cases := []struct {
		name  string
		role  string
		hook  string // operation at which the server holds the child
		after bool   // after having done it
		then  error  // what the server answers once the child is dead
		want  Outcome
		calls int // deletes in all
	}{
		{name: "before the POST", role: "unsent", want: None},
		{name: "POST sent, never done", role: "hold", hook: "create", then: errReset, want: None},
		{name: "POST sent, done after the death", role: "hold", hook: "create", want: Deleted, calls: 1},
		{name: "POST done, answer not written", role: "hold", hook: "create", after: true, want: Deleted, calls: 1},
		{name: "live", role: "hold", want: Deleted, calls: 1},
		{name: "DELETE sent, never done", role: "hold", hook: "delete", then: errReset, want: Deleted, calls: 2},
		{name: "DELETE done, answer not read", role: "hold", hook: "delete", after: true, want: Expired, calls: 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, f := filepath.Join(t.TempDir(), "leases"), &fakeAPI{}
			keep := foreigners(f)
			g, hook := newGate(t, c.hook)
			if c.after {
				f.after = hook
			} else {
				f.before = hook
			}
			p := startChild(t, c.role, dir, serve(t, f))
			if c.hook != "create" {
				p.line() // "unsent" or "live"
			}
			if c.hook == "delete" {
				_ = p.stdin.Close()
			}
			if c.hook != "" {
				<-g.reached
			}
			m := open(t, dir)
			if list := entries(t, m); len(list) != 1 || !list[0].Alive || list[0].Mine || list[0].Owner.Program != "child" {
				t.Fatalf("before the death: %+v", list)
			}
			if err := m.Reap(t.Context(), func(Entry) (API, error) { return nil, errors.New("asked for a live one") }, nil); err != nil {
				t.Fatal(err)
			}
			p.kill()
			if list := entries(t, m); len(list) != 1 || list[0].Alive {
				t.Fatalf("after the death: %+v", list)
			}
			if c.hook != "" && c.then == nil && !c.after { // the server is slow
				time.AfterFunc(testSettle/3, func() { g.answer <- nil })
			} else {
				g.answer <- c.then
			}
			var outcomes []Outcome
			err := m.Reap(bounded(t, 20*time.Second), func(Entry) (API, error) { return f, nil }, func(_ Entry, o Outcome, err error) {
				outcomes = append(outcomes, o)
			})
			if err != nil || len(outcomes) != 1 || outcomes[0] != c.want {
				t.Fatal(outcomes, err)
			}
			if _, _, deletes := f.counts(); deletes != c.calls {
				t.Errorf("%d deletes, want %d", deletes, c.calls)
			}
			sameList(t, f.open(), keep)
			if list := entries(t, m); len(list) > 0 {
				t.Errorf("entries left: %+v", list)
			}
			onlyLocks(t, m)
		})
	}
}

// onlyLocks fails unless the folder holds nothing but m's own lock files.
func onlyLocks(t *testing.T, m *Manager) {
	t.Helper()
	names, err := dirNames(m.dir)
	if err != nil || len(names) != 2 || names[0] != "journal.lock" || names[1] != "owner-"+m.owner.ID+".lock" {
		t.Error("files left:", names, err)
	}
}

func TestKilledAtAnyInstant(t *testing.T) {
	t.Parallel()
	const kills = 12
	dir, f := filepath.Join(t.TempDir(), "leases"), &fakeAPI{}
	slow := func(context.Context, string, int) error {
		time.Sleep(time.Duration(rand.IntN(int(4 * time.Millisecond))))
		return nil
	}
	f.before, f.after = slow, slow
	url := serve(t, f)
	m := open(t, dir)
	states := map[State]int{}
	for range kills {
		p := startChild(t, "loop", dir, url)
		p.line()
		time.Sleep(time.Duration(rand.IntN(int(80 * time.Millisecond)))) // the instant, not a wait for something
		p.kill()
		for _, e := range entries(t, m) {
			states[e.State]++
		}
	}
	// All at once: several intents of the same mapping, lost at different moments.
	if err := m.Reap(bounded(t, 30*time.Second), func(Entry) (API, error) { return f, nil }, nil); err != nil {
		t.Fatal(err)
	}
	creates, lists, deletes := f.counts()
	t.Logf("seen after %d kills: %v; %d creates, %d lists, %d deletes", kills, states, creates, lists, deletes)
	allGone(t, m, f)
	onlyLocks(t, m)
}

func TestReapersShareTheWork(t *testing.T) {
	t.Parallel()
	const orphans, reapers = 6, 3
	dir, f := filepath.Join(t.TempDir(), "leases"), &fakeAPI{}
	url := serve(t, f)
	for range orphans {
		p := startChild(t, "hold", dir, url)
		p.line()
		p.kill()
	}
	list := make([]*child, reapers)
	for i := range list {
		list[i] = startChild(t, "reap", dir, url)
		list[i].line()
	}
	for _, p := range list {
		_ = p.stdin.Close()
	}
	reaped := map[string]int{}
	for _, p := range list {
		for _, line := range p.rest() {
			fields := strings.Fields(line)
			if fields[0] != "reaped" || fields[2] != string(Deleted) {
				t.Error(line)
				continue
			}
			reaped[fields[1]]++
		}
	}
	if _, _, deletes := f.counts(); deletes != orphans || len(reaped) != orphans {
		t.Errorf("%d deletes, reaped %v", deletes, reaped)
	}
	m := open(t, dir)
	allGone(t, m, f)
	onlyLocks(t, m)
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	dir, f := filepath.Join(t.TempDir(), "leases"), &fakeAPI{}
	p := startChild(t, "hold", dir, serve(t, f))
	id := strings.Fields(p.line())[1]
	m := open(t, dir)
	if _, err := m.Adopt(id); !errors.Is(err, ErrInUse) {
		t.Fatal(err)
	}
	p.kill()
	var wg sync.WaitGroup
	leases := make([]*Lease, 4)
	for i := range leases {
		wg.Go(func() {
			var err error
			if leases[i], err = m.Adopt(id); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, l := range leases {
		if l == nil || l != leases[0] {
			t.Fatal("more than one lease of one entry")
		}
	}
	l := leases[0]
	if got, want := l.Mapping(), f.open()[0]; l.id != id || got.Endpoint != want.Endpoint || got.Hostname != want.Hostname {
		t.Errorf("%+v, want %+v", got, want)
	}
	other := open(t, dir)
	if err := other.Reap(t.Context(), func(Entry) (API, error) { return f, nil }, nil); err != nil || len(f.open()) != 1 {
		t.Fatal("the adopted mapping was reaped", err)
	}
	if _, err := other.Adopt(id); !errors.Is(err, ErrInUse) {
		t.Fatal(err)
	}
	if o, err := l.Delete(bounded(t, 10*time.Second), f); o != Deleted || err != nil {
		t.Fatal(o, err)
	}
	if _, err := m.Adopt(id); !errors.Is(err, ErrGone) {
		t.Fatal(err)
	}
	if _, err := m.Adopt("../" + id); !errors.Is(err, ErrGone) {
		t.Fatal(err)
	}
	allGone(t, m, f)
}

// Many processes that start at the same moment: each gets its lock and its
// mapping, and an orderly end leaves nothing.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	const processes = 16
	dir, f := filepath.Join(t.TempDir(), "leases"), &fakeAPI{}
	url := serve(t, f)
	list := make([]*child, processes)
	for i := range list {
		list[i] = startChild(t, "hold", dir, url)
	}
	for _, p := range list {
		p.line()
	}
	m := open(t, dir)
	for _, e := range entries(t, m) {
		if !e.Alive || e.State != Live {
			t.Errorf("%+v", e)
		}
	}
	if n := len(f.open()); n != processes {
		t.Errorf("%d mappings", n)
	}
	for _, p := range list {
		if said := p.rest(); !slices.Equal(said, []string{"deleted <nil>"}) {
			t.Error(said)
		}
	}
	allGone(t, m, f)
	onlyLocks(t, m)
}
