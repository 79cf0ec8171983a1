package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFor(t *testing.T) {
	f := File{Service: "air", SIMs: []Rule{
		{Name: "gw-*", Port: 50022},
		{Tag: "site=tokyo", User: "tokyo", Port: 2222, Identity: []string{"a", "b"}},
		{Tag: "arc", Service: "arc", Legacy: []string{"ssh-rsa"}},
		{Name: "gw-*", Tag: "site=tokyo", User: "late", Identity: []string{"c"}},
		{User: "pi"},
	}}
	for _, tc := range []struct {
		name string
		tags map[string]string
		want Rule
	}{
		{"gw-1", nil, Rule{Port: 50022, User: "pi", Service: "air"}},
		{"GW-1", map[string]string{"site": "tokyo"}, Rule{Port: 50022, User: "tokyo", Identity: []string{"a", "b"}, Service: "air"}},
		{"x", map[string]string{"site": "Tokyo"}, Rule{User: "pi", Service: "air"}},
		{"", map[string]string{"arc": ""}, Rule{User: "pi", Service: "arc", Legacy: []string{"ssh-rsa"}}},
	} {
		if diff := cmp.Diff(tc.want, f.For(tc.name, tc.tags)); diff != "" {
			t.Errorf("%s %v: %s", tc.name, tc.tags, diff)
		}
	}
}

func TestMatchPattern(t *testing.T) {
	for _, tc := range []struct {
		pattern, s string
		want       bool
	}{
		{"*", "", true}, {"*", "a/b", true}, {"?", "", false}, {"?", "界", true}, {"??", "界", false},
		{"gw", "gw1", false}, {"gw*", "gw", true}, {"*gw", "a-gw", true}, {"*gw", "gwa", false},
		{"a*b*c", "a1b2b3c", true}, {"a*b*c", "a1c2b", false}, {"**", "x", true}, {"a?c*", "ABCD", true},
		{"[a]", "a", false}, {"[a]", "[A]", true}, {`\*`, `\x`, true}, {"ゲート*", "ゲートウェイ", true},
		{"σ", "ς", true}, {"K", "\u212a", true}, // folding, as strings.EqualFold does
	} {
		if got := matchPattern(tc.pattern, tc.s); got != tc.want {
			t.Errorf("%q on %q: %v", tc.pattern, tc.s, got)
		}
	}
}

// A pattern full of stars must not take exponential time.
func TestMatchPatternIsQuick(t *testing.T) {
	start := time.Now()
	if matchPattern(strings.Repeat("*a", 200)+"b", strings.Repeat("a", 10_000)) {
		t.Fatal("matched")
	}
	if d := time.Since(start); d > 30*time.Second {
		t.Fatalf("took %v", d)
	}
}

func FuzzMatchPattern(f *testing.F) {
	f.Add("a*b?", "axxbc")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if !strings.ContainsAny(pattern, "*?") && strings.ToValidUTF8(pattern+s, "") == pattern+s {
			if got := matchPattern(pattern, s); got != strings.EqualFold(pattern, s) {
				t.Fatalf("%q on %q: %v", pattern, s, got)
			}
		}
		if !matchPattern("*"+s+"*", "<"+s+">") {
			t.Fatalf("%q does not match itself", s)
		}
	})
}
