package tsv

import (
	"strings"
	"testing"
)

func FuzzField(f *testing.F) {
	for _, s := range []string{"", "plain", "\t\n\\", `\t`, `\\n`, "工場\r", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		field := string(Append([]byte("x"), s))[1:]
		if strings.ContainsAny(field, "\t\n") || Field(field) != s {
			t.Errorf("%q is written as %q and read as %q", s, field, Field(field))
		}
	})
}
