package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/client"
)

func TestParseTarget(t *testing.T) {
	for _, c := range []struct {
		typed string
		want  target
	}{
		{"8942310022000012345", target{kind: bySimID, text: "8942310022000012345"}},
		{"sim-8942310022000012345", target{kind: bySimID, text: "8942310022000012345"}},
		{"SIM-8942310022000012345.napter", target{kind: bySimID, text: "8942310022000012345"}},
		{"440101234567890", target{kind: byIMSI, text: "440101234567890"}},
		{"gateway-001", target{text: "gateway-001"}},
		{"gateway-001.napter", target{text: "gateway-001"}},
		{"gateway-001.NAPTER", target{text: "gateway-001"}},
		{".napter", target{text: ".napter"}},
		{" gateway 1 ", target{text: " gateway 1 "}},
		{"sim-1", target{text: "sim-1"}},
		{"8942", target{text: "8942"}},
		{"第1ポンプ", target{text: "第1ポンプ"}},
	} {
		c.want.whole = c.typed
		got, err := parseTarget(c.typed)
		if err != nil || got != c.want {
			t.Errorf("parseTarget(%q) = %v, %v; want %v", c.typed, got, err, c.want)
		}
	}
	for _, typed := range []string{"", "  ", "\xff"} {
		if got, err := parseTarget(typed); err == nil {
			t.Errorf("parseTarget(%q) = %v, want an error", typed, got)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"gateway.napter", "sim-8942310022000012345", ".napter", "K.napter", "\u212a.napter"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := parseTarget(typed)
		if err == nil && got.text == "" {
			t.Errorf("parseTarget(%q) names nothing", typed)
		}
		if err == nil && !strings.Contains(strings.ToLower(typed), strings.ToLower(got.text)) {
			t.Errorf("parseTarget(%q) = %q, which was not typed", typed, got.text)
		}
	})
}

func named(names ...string) []client.Sim {
	var list []client.Sim
	for _, n := range names {
		list = append(list, client.Sim{SimID: n, Tags: map[string]string{"name": n}})
	}
	return list
}

func TestWithName(t *testing.T) {
	const composed, decomposed = "ポンプ", "ホ\u309aンフ\u309a"
	for _, c := range []struct {
		typed       string
		names, want []string
	}{
		{"gw1", []string{"gw1", "gw10", "agw1"}, []string{"gw1"}},
		{"GW1", []string{"gw1"}, []string{"gw1"}},
		{"straße", []string{"STRASSE"}, []string{"STRASSE"}},
		{composed, []string{decomposed}, []string{decomposed}},
		{decomposed, []string{composed}, []string{composed}},
		{"gw", []string{"gw-4", "", "agw"}, nil},
	} {
		var got []string
		for _, s := range withName(named(c.names...), c.typed) {
			got = append(got, s.SimID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("withName(%q, %q) = %q, want %q", c.names, c.typed, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		typed       string
		names, want []string
	}{
		{"gateway-01", []string{"gateway-011", "gateway-001", "gateway-102", "gateway-2", "gateway-001"}, []string{"gateway-001", "gateway-011", "gateway-102"}},
		{"Gatewya-001", []string{"gateway-001"}, []string{"gateway-001"}},
		{"ポンプ2", []string{"ポンプ1", "コンベア"}, []string{"ポンプ1"}},
		{"gw", []string{"", "other", "gw-0123"}, nil},
	} {
		if got := nearest(named(c.names...), c.typed); !slices.Equal(got, c.want) {
			t.Errorf("nearest(%q, %q) = %q, want %q", c.names, c.typed, got, c.want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"温度計", "圧力計", 2}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestSearchable(t *testing.T) {
	for name, want := range map[string]bool{"a": false, "川": false, "ab": true, "川口": true, "a,b": false} {
		if got := searchable(name); got != want {
			t.Errorf("searchable(%q) = %v", name, got)
		}
	}
}

func TestServiceFor(t *testing.T) {
	online := &client.SessionStatus{Online: true}
	arc := &client.ArcSessionStatus{}
	for _, c := range []struct {
		what  string
		sim   client.Sim
		asked string
		want  string
	}{
		{"cellular", client.Sim{SessionStatus: online}, "", "air"},
		{"cellular, offline", client.Sim{}, "", "air"},
		{"virtual", client.Sim{Type: "virtual"}, "", "arc"},
		{"both, online", client.Sim{SessionStatus: online, ArcSessionStatus: arc}, "", "air"},
		{"both, offline", client.Sim{ArcSessionStatus: arc}, "", "arc"},
		{"both, online, arc asked", client.Sim{SessionStatus: online, ArcSessionStatus: arc}, "arc", "arc"},
		{"virtual, air asked", client.Sim{Type: "virtual"}, "air", "air"},
	} {
		if got := serviceFor(c.sim, c.asked); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}
