package lease

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

// fakeAPI is the API in memory, with faults. Hooks run without the lock held.
type fakeAPI struct {
	mu       sync.Mutex
	mappings []client.PortMapping
	nextPort int
	creates  int
	lists    int
	deletes  int
	skew     time.Duration

	// before and after, where set, are called around each operation ("create",
	// "list", "delete") with the number of its call; an error is its answer.
	before, after func(ctx context.Context, op string, n int) error
	// grant, if set, changes what a create grants.
	grant func(*client.PortMapping)
}

func (f *fakeAPI) hook(ctx context.Context, h func(context.Context, string, int) error, op string, n int) error {
	if h == nil {
		return nil
	}
	return h(ctx, op, n)
}

func (f *fakeAPI) CreatePortMappingForSim(ctx context.Context, simID string, r client.CreatePortMappingRequest) (client.PortMapping, error) {
	r.SimID = simID
	return f.create(ctx, r)
}

func (f *fakeAPI) CreatePortMapping(ctx context.Context, r client.CreatePortMappingRequest) (client.PortMapping, error) {
	return f.create(ctx, r)
}

func (f *fakeAPI) create(ctx context.Context, r client.CreatePortMappingRequest) (client.PortMapping, error) {
	f.mu.Lock()
	f.creates++
	n := f.creates
	f.mu.Unlock()
	if err := f.hook(ctx, f.before, "create", n); err != nil {
		return client.PortMapping{}, err
	}
	p := f.add(r)
	if err := f.hook(ctx, f.after, "create", n); err != nil {
		return client.PortMapping{}, err
	}
	return p, nil
}

// add makes a mapping, as the console would.
func (f *fakeAPI) add(r client.CreatePortMappingRequest) client.PortMapping {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nextPort++
	strategy := map[string]string{"air": client.AirPrioritized, "arc": client.ArcPrioritized, "": client.Dynamic}[r.Service]
	if r.SimID == "" {
		strategy = client.IMSIPrioritized
	}
	now := time.Now().Add(f.skew)
	p := client.PortMapping{
		OperatorID: "OP0012345678", SimID: r.SimID, IPAddress: "203.0.113.7", Port: client.Number(30000 + f.nextPort),
		Hostname: "203-0-113-7.napter.soracom.io", TLSRequired: r.TLSRequired, Duration: client.Number(r.Duration / time.Second),
		CreatedTime: client.Millis(now.UnixMilli()), ExpiredTime: client.Millis(now.Add(r.Duration).UnixMilli()),
		Destination: client.Destination{SimID: r.SimID, Port: client.Number(r.Port), Strategy: strategy},
	}
	if r.SimID == "" {
		p.IMSI, p.Destination.IMSI = r.IMSI, r.IMSI
	}
	for _, s := range r.SourceRanges {
		p.Source.IPRanges = append(p.Source.IPRanges, s.String())
	}
	if f.grant != nil {
		f.grant(&p)
	}
	p.Endpoint = fmt.Sprintf("%s:%d", p.IPAddress, p.Port)
	f.mappings = append(f.mappings, p)
	return p
}

func (f *fakeAPI) ListPortMappingsOnce(ctx context.Context, simID, imsi string) ([]client.PortMapping, error) {
	return f.list(ctx, func(p client.PortMapping) bool { return p.SimID == simID && (simID != "" || p.IMSI == imsi) })
}

func (f *fakeAPI) list(ctx context.Context, want func(client.PortMapping) bool) ([]client.PortMapping, error) {
	f.mu.Lock()
	f.lists++
	n := f.lists
	f.mu.Unlock()
	if err := f.hook(ctx, f.before, "list", n); err != nil {
		return nil, err
	}
	list := f.open()
	if err := f.hook(ctx, f.after, "list", n); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(p client.PortMapping) bool { return !want(p) }), nil
}

func (f *fakeAPI) DeletePortMapping(ctx context.Context, ip netip.Addr, port int) error {
	f.mu.Lock()
	f.deletes++
	n := f.deletes
	f.mu.Unlock()
	if err := f.hook(ctx, f.before, "delete", n); err != nil {
		return err
	}
	f.mu.Lock()
	f.mappings = slices.DeleteFunc(f.mappings, func(p client.PortMapping) bool {
		return p.IPAddress == ip.String() && int(p.Port) == port
	})
	f.mu.Unlock()
	return f.hook(ctx, f.after, "delete", n)
}

func (f *fakeAPI) open() []client.PortMapping {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.mappings)
}

func (f *fakeAPI) counts() (creates, lists, deletes int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.creates, f.lists, f.deletes
}

var (
	errReset = errors.New("connection reset by peer")
	errLost  = &client.LostCreateError{Err: errReset}
)

func apiError(op string, status int) error {
	return &client.Error{Operation: op, Status: status, Message: fmt.Sprintf("status %d", status)}
}

// failing answers the first n calls of op with err.
func failing(op string, n int, err error) func(context.Context, string, int) error {
	return func(_ context.Context, o string, i int) error {
		if o == op && i <= n {
			return err
		}
		return nil
	}
}

func hang(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

const testSettle = 300 * time.Millisecond

func testSpec() Spec {
	return Spec{
		SimID: "8942310221000012345", Port: 22, Service: "air",
		Sources:  []netip.Prefix{netip.MustParsePrefix("198.51.100.9/32")},
		Duration: 8 * time.Hour, Profile: "default", Endpoint: "https://api.example.test",
		OperatorID: "OP0012345678", Command: "ssh gateway",
	}
}

func request(s Spec) client.CreatePortMappingRequest {
	return client.CreatePortMappingRequest{
		SimID: s.SimID, IMSI: s.IMSI, Port: s.Port, Service: s.Service,
		Duration: s.Duration, SourceRanges: s.Sources, TLSRequired: s.TLS,
	}
}

func open(t *testing.T, dir string) *Manager {
	t.Helper()
	m, err := Open(Options{Dir: dir, Settle: testSettle, Program: "test", Command: "open", Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	m.pause = 10 * time.Millisecond
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func create(t *testing.T, m *Manager, api API) *Lease {
	t.Helper()
	l, err := m.Create(t.Context(), api, testSpec())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func entries(t *testing.T, m *Manager) []Entry {
	t.Helper()
	list, problems, err := m.Entries()
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return list
}

// allGone fails unless nothing is open and the journal is empty.
func allGone(t *testing.T, m *Manager, f *fakeAPI) {
	t.Helper()
	if list := entries(t, m); len(list) > 0 {
		t.Errorf("entries left: %+v", list)
	}
	if list := f.open(); len(list) > 0 {
		t.Errorf("mappings left: %+v", list)
	}
}

func bounded(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
