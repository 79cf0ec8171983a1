package table_test

import (
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/table"
)

// Columns are as wide as what a terminal shows, and nothing in a cell is obeyed.
func TestWrite(t *testing.T) {
	var b strings.Builder
	if err := table.Write(&b, [][]string{
		{"NAME", "ID"}, {"東京", "1"}, {"a\x1b[2J\nb", "2"}, {strings.Repeat("x", 60), ""},
	}); err != nil {
		t.Fatal(err)
	}
	wide := strings.Repeat("x", 49) + "…"
	want := "NAME" + strings.Repeat(" ", 48) + "ID\n東京" + strings.Repeat(" ", 48) + "1\n"
	lines := strings.SplitAfter(b.String(), "\n")
	if got := lines[0] + lines[1]; got != want || lines[3] != wide+"\n" {
		t.Errorf("%q", lines)
	}
	if len(lines) != 5 || strings.ContainsRune(b.String(), '\x1b') {
		t.Errorf("a cell reached the terminal as it was: %q", b.String())
	}
}
