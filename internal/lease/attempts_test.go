package lease

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/napter-connect/napter-connect/internal/client"
)

// answering gives each create its own answer and notes which call it was; 0 is
// the mapping.
type answering struct {
	*fakeAPI
	t       *testing.T
	m       *Manager
	answers []int
	calls   []string
}

func (a *answering) CreatePortMapping(ctx context.Context, r client.CreatePortMappingRequest) (client.PortMapping, error) {
	if r.SimID != "" {
		return a.answer(ctx, "generic SIM", r)
	}
	return a.answer(ctx, "generic IMSI", r)
}

func (a *answering) CreatePortMappingForSim(ctx context.Context, simID string, r client.CreatePortMappingRequest) (client.PortMapping, error) {
	r.SimID, r.IMSI = simID, ""
	return a.answer(ctx, "for SIM", r)
}

func (a *answering) answer(ctx context.Context, call string, r client.CreatePortMappingRequest) (client.PortMapping, error) {
	a.t.Helper()
	list := entries(a.t, a.m)
	if len(list) != 1 || list[0].State != Intent || list[0].Spec.SimID != r.SimID || list[0].Spec.IMSI != r.IMSI {
		a.t.Errorf("the journal at the call %q: %+v", call, list)
	}
	n := len(a.calls)
	a.calls = append(a.calls, call)
	if status := a.answers[n]; status != 0 {
		return client.PortMapping{}, apiError(call, status)
	}
	return a.create(ctx, r)
}

// A call that is not allowed is followed by the other one that there is, each
// is tried once, and the intent is on disk before each.
func TestAttempts(t *testing.T) {
	const simID, imsi = "8942310221000012345", "440101234567890"
	both := func(s *Spec) { s.SimID, s.IMSI = simID, imsi }
	named := func(s *Spec) { s.SimID, s.IMSI = simID, "" }
	for _, c := range []struct {
		what    string
		target  func(*Spec)
		answers []int
		calls   []string
		failure string // "" is success
	}{
		{"by SIM", named, []int{0}, []string{"for SIM"}, ""},
		{"by SIM, the generic call alone", named, []int{403, 0}, []string{"for SIM", "generic SIM"}, ""},
		{"by SIM, nothing", named, []int{403, 403}, []string{"for SIM", "generic SIM"}, "for SIM 403"},
		{"by SIM, then refused", named, []int{403, 400}, []string{"for SIM", "generic SIM"}, "generic SIM 400"},
		{"by SIM, refused", named, []int{400}, []string{"for SIM"}, "for SIM 400"},
		{"by IMSI", both, []int{0}, []string{"generic IMSI"}, ""},
		{"by IMSI, the SIM's call alone", both, []int{403, 0}, []string{"generic IMSI", "for SIM"}, ""},
		{"by IMSI, nothing", both, []int{403, 403}, []string{"generic IMSI", "for SIM"}, "generic IMSI 403"},
		{"by IMSI, then refused", both, []int{403, 404}, []string{"generic IMSI", "for SIM"}, "for SIM 404"},
		{"by IMSI, refused", both, []int{404}, []string{"generic IMSI"}, "generic IMSI 404"},
		{"Arc by IMSI", func(s *Spec) { both(s); s.Service = "arc" }, []int{403, 0}, []string{"for SIM", "generic SIM"}, ""},
		{"IMSI alone", func(s *Spec) { s.SimID, s.IMSI = "", imsi }, []int{403}, []string{"generic IMSI"}, "generic IMSI 403"},
	} {
		t.Run(c.what, func(t *testing.T) {
			m := open(t, t.TempDir())
			api := &answering{fakeAPI: &fakeAPI{}, t: t, m: m, answers: c.answers}
			s := testSpec()
			c.target(&s)
			l, err := m.Create(t.Context(), api, s)
			if !slices.Equal(api.calls, c.calls) {
				t.Errorf("calls %q, want %q", api.calls, c.calls)
			}
			if c.failure != "" {
				if want := fmt.Sprintf("creating the port mapping: %v", failure(c.failure)); err == nil || err.Error() != want {
					t.Errorf("error %v, want %v", err, want)
				}
				allGone(t, m, api.fakeAPI)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if o, err := l.Delete(t.Context(), api); o != Deleted || err != nil {
				t.Error(o, err)
			}
			allGone(t, m, api.fakeAPI)
		})
	}
}

func failure(text string) error {
	call, status := text[:len(text)-4], 0
	_, _ = fmt.Sscan(text[len(text)-3:], &status)
	return apiError(call, status)
}

// A cancelled user asks no second time.
func TestCancelledBetweenAttempts(t *testing.T) {
	m, f := open(t, t.TempDir()), &fakeAPI{}
	ctx, cancel := context.WithCancel(t.Context())
	f.before = func(context.Context, string, int) error {
		cancel()
		return apiError("createPortMappingForSim", 403)
	}
	if _, err := m.Create(ctx, f, testSpec()); status(err) != 403 {
		t.Fatal(err)
	}
	if creates, _, _ := f.counts(); creates != 1 {
		t.Errorf("%d creates", creates)
	}
	allGone(t, m, f)
}
