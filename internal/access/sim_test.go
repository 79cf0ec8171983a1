package access_test

import (
	"context"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/myip"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// world is a simulated Soracom and this program's side of it.
type world struct {
	*simulator.Simulator
	t      *testing.T
	dir    string // of the leases
	leases *lease.Manager
	local  *access.Local
	user   string
}

// newWorld starts one; 60 SIMs hold every kind there is.
func newWorld(t *testing.T, o simulator.Options) *world {
	t.Helper()
	if o.SIMs == 0 {
		o.SIMs = 60
	}
	sim, err := simulator.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	w := &world{Simulator: sim, t: t, dir: filepath.Join(t.TempDir(), "leases"), user: simulator.Engineer}
	w.local, w.leases = w.process()
	return w
}

// process is a process of the user: its own sessions, owner and shares.
func (w *world) process() (*access.Local, *lease.Manager) {
	w.t.Helper()
	leases, err := lease.Open(lease.Options{Dir: w.dir, Settle: 100 * time.Millisecond})
	if err != nil {
		w.t.Fatal(err)
	}
	sessions := access.NewSessions()
	local := access.NewLocal(access.Options{Sessions: sessions, Leases: leases, Debugf: w.t.Logf})
	w.t.Cleanup(func() {
		local.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = sessions.Close(ctx)
		_ = leases.Close()
	})
	return local, leases
}

// request is for SSH to a SIM, as the world's user.
func (w *world) request(target string) access.Request {
	w.t.Helper()
	account, ok := w.Account(w.user)
	if !ok {
		w.t.Fatalf("no account %q", w.user)
	}
	var services []myip.Service
	for _, u := range w.IPServices() {
		services = append(services, myip.Service{URL: u, Operator: u})
	}
	return access.Request{
		Account: profile.Account{Profile: "test", Endpoint: w.Endpoint(), Coverage: "jp", Credentials: client.Credentials{
			AuthKeyID: account.AuthKeyID, AuthKey: account.AuthKey,
		}},
		Network: access.Network{IPServices: services},
		Target:  target, Port: 22, Command: "test",
	}
}

func (w *world) id(name string) string {
	w.t.Helper()
	sim, ok := w.SIMByName(name)
	if !ok {
		w.t.Fatalf("no SIM %q", name)
	}
	return sim.ID
}

// open opens, and closes when the test ends.
func (w *world) open(r access.Request, progress access.Progress) access.Access {
	w.t.Helper()
	a, err := w.local.Open(w.t.Context(), r, progress)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _, _ = a.Close(context.Background()) })
	return a
}

func (w *world) close(a access.Access, want lease.Outcome) {
	w.t.Helper()
	if got, err := a.Close(w.t.Context()); got != want || err != nil {
		w.t.Errorf("closed with %q, %v; want %q", got, err, want)
	}
}

// clean checks that nothing is open and nothing in the journal.
func (w *world) clean() {
	w.t.Helper()
	if open := w.Mappings(); len(open) > 0 {
		w.t.Errorf("left open: %+v", open)
	}
	entries, problems, err := w.leases.Entries()
	if len(entries) > 0 || len(problems) > 0 || err != nil {
		w.t.Errorf("left in the journal: %+v, %v, %v", entries, problems, err)
	}
}

// fails opens what cannot be opened: the error must say cause and hint, and
// nothing may be left.
func (w *world) fails(r access.Request, cause, next string) error {
	w.t.Helper()
	a, err := w.local.Open(w.t.Context(), r, nil)
	switch {
	case err == nil:
		_, _ = a.Close(context.Background())
		w.t.Errorf("opened %q, want an error with %q", r.Target, cause)
		return nil
	case !strings.Contains(err.Error(), cause):
		w.t.Errorf("error %q, want %q in it", err, cause)
	case !strings.Contains(message.Hint(err).String(), next) || message.Hint(err).String() == "":
		w.t.Errorf("hint %q of %q, want %q in it", message.Hint(err).String(), err, next)
	case strings.ContainsAny(err.Error()+message.Hint(err).String(), "\n\x1b\x07\u202e"):
		w.t.Errorf("not one safe line each: %q, %q", err, message.Hint(err).String())
	}
	w.clean()
	return err
}

// recording collects events.
type recording struct {
	mu     sync.Mutex
	events []access.Event
}

func (r *recording) add(e access.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// ends are the finished steps.
func (r *recording) ends() []access.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.events), func(e access.Event) bool { return !e.Done })
}

func (r *recording) end(t *testing.T, step access.Step) access.Event {
	t.Helper()
	for _, e := range r.ends() {
		if e.Step == step {
			return e
		}
	}
	t.Fatalf("no step %s in %+v", step, r.ends())
	return access.Event{}
}

func prefixes(list ...string) []netip.Prefix {
	var ps []netip.Prefix
	for _, s := range list {
		ps = append(ps, netip.MustParsePrefix(s))
	}
	return ps
}
