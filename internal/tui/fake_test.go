package tui

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/message"
)

// fakeBackend answers at once, or not yet: what would block panics with errBlocked,
// and the driver tries it again later.
type fakeBackend struct {
	now      func() time.Time
	stream   *fakeStream
	streams  int // how many were opened
	found    map[string][]access.SIM
	searched []string
	mappings []inventory.Mapping
	deleted  []netip.AddrPort
	recent   map[string]config.Use
	defaults Defaults
	unable   map[Protocol]string
	address  Address
	account  Account
	jobs     []*fakeJob
	copied   []string

	mappingsErr, deleteErr, addressErr, accountErr, searchErr error
}

type blocked struct{}

func newFakeBackend(now func() time.Time) *fakeBackend {
	return &fakeBackend{
		now: now, stream: &fakeStream{}, found: map[string][]access.SIM{}, recent: map[string]config.Use{}, unable: map[Protocol]string{},
		address: Address{Addr: netip.MustParseAddr("203.0.113.10"), Agreed: 3, Asked: 3},
		account: Account{Profile: "default", Coverage: "jp", Operator: "OP0012345678"},
	}
}

func (f *fakeBackend) SIMs(ctx context.Context) Stream {
	f.streams++
	return &openStream{fakeStream: f.stream, ctx: ctx}
}

func (f *fakeBackend) Search(ctx context.Context, query string) ([]access.SIM, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	f.searched = append(f.searched, query)
	return f.found[query], f.searchErr
}

func (f *fakeBackend) Mappings(context.Context) ([]inventory.Mapping, error) {
	return slices.Clone(f.mappings), f.mappingsErr
}

func (f *fakeBackend) Delete(_ context.Context, m inventory.Mapping) error {
	if f.deleteErr != nil {
		return f.deleteErr
	}
	f.deleted = append(f.deleted, m.Addr)
	f.mappings = slices.DeleteFunc(f.mappings, func(x inventory.Mapping) bool { return x.Addr == m.Addr })
	return nil
}

func (f *fakeBackend) Account(context.Context) (Account, error) { return f.account, f.accountErr }
func (f *fakeBackend) Address(context.Context) (Address, error) { return f.address, f.addressErr }
func (f *fakeBackend) Recent() (map[string]config.Use, error)   { return f.recent, nil }
func (f *fakeBackend) Defaults(access.SIM) Defaults             { return f.defaults }
func (f *fakeBackend) Copy(text string) error                   { f.copied = append(f.copied, text); return nil }
func (f *fakeBackend) Able(p Protocol) string                   { return f.unable[p] }

func (f *fakeBackend) Start(r Request) Job {
	j := &fakeJob{request: r}
	f.jobs = append(f.jobs, j)
	return j
}

// fakeStream holds the pages that have arrived.
type fakeStream struct {
	pages []Page
	end   error // nil: there is more to come
}

func (s *fakeStream) send(p Page) { s.pages = append(s.pages, p) }

type openStream struct {
	*fakeStream
	ctx context.Context //nolint:containedctx // as the real one
	at  int
}

func (s *openStream) Next() (Page, error) {
	switch {
	case s.ctx.Err() != nil:
		return Page{}, s.ctx.Err()
	case s.at < len(s.pages):
		s.at++
		return s.pages[s.at-1], nil
	case s.end != nil:
		return Page{}, s.end
	}
	panic(blocked{})
}

// fakeJob tells the events that a test gives it.
type fakeJob struct {
	request   Request
	events    []JobEvent
	cancelled bool
	stats     Stats
}

func (j *fakeJob) Next() JobEvent {
	if len(j.events) == 0 {
		panic(blocked{})
	}
	e := j.events[0]
	j.events = j.events[1:]
	return e
}

func (j *fakeJob) Cancel()      { j.cancelled = true }
func (j *fakeJob) Stats() Stats { return j.stats }

func (j *fakeJob) step(s access.Step, done bool, detail, err string) {
	j.events = append(j.events, Progress{access.Event{
		Step: s, Done: done, Detail: message.Verbatim(detail), Err: message.Verbatim(err), Elapsed: 300 * time.Millisecond,
	}})
}

// someSIMs are a small account with all kinds of names.
func someSIMs(now time.Time) []access.SIM {
	names := []string{
		"gateway-001", "tokyo-gw-014", "工場-温度計-03", "elevator-shibuya-2", "evil\x1b]0;pwned\x07", "safe-\u202egnp.exe",
		"", "truck-11", "ｶﾒﾗ-大阪", "pump-07", "a-very-long-name-that-goes-on-and-on-beyond-any-column", "old-arc", "sleeper",
	}
	var list []access.SIM
	for i, name := range names {
		s := access.SIM{
			ID: fmt.Sprintf("89811000000000000%02d", i), Name: name, IMSI: fmt.Sprintf("4401000000000%02d", i), IP: fmt.Sprintf("10.128.0.%d", i),
			IMEI: fmt.Sprintf("3500000000000%02d", i), Plan: "plan-D", Cell: "LTE 440-10 TAC 4393 ECI 20489876", Status: "active",
			SeenAt: now.Add(-time.Duration(i*i) * time.Hour), Online: true,
			Tags: access.NewTags(map[string]string{"role": "gateway", "site": "tokyo"}),
		}
		switch {
		case name == "old-arc":
			s.Online, s.Arc = false, true
		case name == "sleeper":
			s.Online, s.Status = false, "suspended"
		case i >= 9:
			s.Online, s.IP = false, ""
		}
		list = append(list, s)
	}
	return list
}

func someMappings(now time.Time) []inventory.Mapping {
	at := func(i, port int, left time.Duration, owner inventory.Owner, by string) inventory.Mapping {
		return inventory.Mapping{
			SIM: fmt.Sprintf("89811000000000000%02d", i), DevicePort: port, Addr: netip.MustParseAddrPort(fmt.Sprintf("198.51.100.%d:%d", i, 20000+port)),
			Hostname: fmt.Sprintf("198-51-100-%d.napter.example", i), Sources: []string{"203.0.113.10/32"},
			Created: now.Add(-time.Hour), Expires: now.Add(left), Owner: owner, By: message.Verbatim(by),
		}
	}
	web := at(1, 80, 4*time.Minute+59*time.Second, inventory.Other, "")
	web.TLS = true
	return []inventory.Mapping{
		at(0, 22, 7*time.Hour+59*time.Minute, inventory.InUse, "ssh gateway-001 (process 4711)"), web,
		at(2, 22, 29*time.Minute, inventory.LeftOver, ""), at(7, 5900, 2*time.Hour, inventory.LeftOver, ""), at(3, 3389, time.Hour, inventory.Kept, ""),
	}
}

// manySIMs are n SIMs as an API would give them, every tenth online.
func manySIMs(n int, now time.Time) []access.SIM {
	places := strings.Fields("tokyo osaka nagoya fukuoka sapporo sendai kobe naha")
	list := make([]access.SIM, n)
	for i := range list {
		list[i] = access.SIM{
			ID: fmt.Sprintf("8981100%012d", i), Name: fmt.Sprintf("%s-gateway-%06d", places[i%len(places)], i),
			IMSI: fmt.Sprintf("44010%010d", i), IMEI: fmt.Sprintf("35%013d", i), IP: fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255),
			Plan: "plan-D", Status: "active", Cell: "LTE 440-10 TAC 4393 ECI 20489876", SeenAt: now.Add(-time.Duration(i) * time.Second),
			Tags: access.NewTags(map[string]string{"site": places[i%len(places)], "line": fmt.Sprint(i % 40)}),
		}
		if i%10 == 0 {
			list[i].Online = true
		}
	}
	return list
}
