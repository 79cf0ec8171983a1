package cli

import (
	"encoding/json"
	"io"

	"github.com/spf13/cobra"
)

// JSONFlag registers --json.
func JSONFlag(c *cobra.Command, v *bool) {
	c.Flags().BoolVar(v, "json", false, "print JSON")
}

// WriteJSON prints one indented value. JSON escapes control characters, so that
// text from outside is safe in it.
func WriteJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
