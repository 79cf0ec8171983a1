package safetext

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"gateway-001", "gateway-001"},
		{"倉庫　２号機 é 👩‍🔧", "倉庫　２号機 é 👩‍🔧"},
		{"a\x1b[31mred", `a\x1b[31mred`},
		{"title\x1b]0;pwned\a", `title\x1b]0;pwned\x07`},
		{"c1 \u009b31m", `c1 \x9b31m`},
		{"one\r\ntwo\tthree", `one\x0d\x0atwo\x09three`},
		{"del\x7f nul\x00", `del\x7f nul\x00`},
		{"exe\u202egpj", `exe\u202egpj`},
		{"\u2066\u2067\u2068\u2069\u200e\u200f\u061c", `\u2066\u2067\u2068\u2069\u200e\u200f\u061c`},
		{"\u2028\u2029", `\u2028\u2029`},
		{"\ufeffbom", `\ufeffbom`},
		{"bad \xff\xc3 utf8", `bad \xff\xc3 utf8`},
		{"tag \U000e0041", `tag \U000e0041`},
		{"real replacement \ufffd", "real replacement \ufffd"},
		{`back\slash`, `back\slash`},
	} {
		if got := Line(c.in); got != c.want {
			t.Errorf("Line(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b[2J", "\u202e", "\xff\xfe", "日本\u2028語", "\U000e0001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Line(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Line(%q) = %q is not UTF-8", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029 {
				t.Fatalf("Line(%q) = %q holds %U", s, got, r)
			}
		}
		if again := Line(got); again != got {
			t.Fatalf("Line is not stable: %q, then %q", got, again)
		}
	})
}
