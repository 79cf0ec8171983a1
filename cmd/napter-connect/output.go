package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/table"
)

func jsonFlag(c *cobra.Command, v *bool) {
	c.Flags().BoolVar(v, "json", false, "print JSON")
}

// writeJSON prints one indented value. JSON escapes control characters, so that
// text from outside is safe in it.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// widestCell bounds a column of a table: one SIM with a name of 150 letters must
// not tear the lines of all others apart. JSON has the whole text.
const widestCell = 50 // a SHA256 fingerprint has 50 characters

// writeTable prints rows in columns that are as wide as their widest cell. The
// first row is the header. Cells must be free of control characters.
func writeTable(w io.Writer, rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			row[i] = ansi.Truncate(cell, widestCell, "…")
			widths[i] = max(widths[i], ansi.StringWidth(row[i]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell
			if i < len(row)-1 {
				line += strings.Repeat(" ", widths[i]-ansi.StringWidth(cell)+2)
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// yesNo is a cell of a table.
func yesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

// ago says how long since then in one unit: "42 s", "7 min", "3 h", "12 d".
func ago(then, now time.Time) string {
	if then.IsZero() {
		return "never"
	}
	return short(now.Sub(then)) + " ago"
}

// left says how long until then: "7:59:12", "4:05", or "ended".
func left(then, now time.Time) string {
	d := then.Sub(now).Round(time.Second)
	if d <= 0 {
		return "ended"
	}
	return table.Clock(d)
}

func short(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(max(d, 0).Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}
