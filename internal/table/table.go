// Package table prints tables for people and scripts, in English in every language.
package table

import (
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/napter-connect/napter-connect/internal/safetext"
)

// widestCell bounds a column of a table: one SIM with a name of 150 letters must
// not tear the lines of all others apart. JSON has the whole text.
const widestCell = 50 // a SHA256 fingerprint has 50 characters

// Write prints rows in columns that are as wide as their widest cell. The
// first row is the header. What a terminal would obey is taken out of the cells.
func Write(w io.Writer, rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			row[i] = ansi.Truncate(safetext.Line(cell), widestCell, "…")
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
