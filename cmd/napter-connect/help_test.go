package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
)

// Every command explains itself to somebody who has never seen it.
func TestHelpOfEveryCommand(t *testing.T) {
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, child := range c.Commands() {
			walk(child)
		}
		if c.Hidden {
			return
		}
		t.Run(c.CommandPath(), func(t *testing.T) {
			if c.Short == "" || !unicode.IsUpper([]rune(c.Short)[0]) || strings.HasSuffix(c.Short, ".") {
				t.Errorf("the summary should be a phrase that begins with a capital: %q", c.Short)
			}
			if c.Long != "" && !unicode.IsUpper([]rune(c.Long)[0]) && c.HasParent() {
				t.Errorf("the text should begin with a capital: %q", c.Long)
			}
			if c.Example == "" {
				t.Error("there is no example")
			}
			for line := range strings.Lines(c.Example) {
				if !strings.HasPrefix(line, "  ") || !strings.Contains(c.Example, c.CommandPath()) {
					t.Errorf("an example should be indented by two and show %s: %q", c.CommandPath(), line)
				}
			}
			help := runForTest(t, append(words(c), "--help")...)
			if help.status != 0 || help.err != "" || !strings.Contains(help.out, "Examples:") || strings.Contains(help.out, "\t") {
				t.Errorf("--help gave status %d, stderr %q:\n%s", help.status, help.err, help.out)
			}
			for line := range strings.Lines(help.out) {
				if n := len([]rune(line)); n > 160 {
					t.Errorf("a line of %d letters: %q", n, line)
				}
			}
		})
	}
	walk(newRoot(&app{system: osSystem()}))
}

type testRun struct {
	status   int
	out, err string
}

// runForTest runs a command line in this process, with nothing of the user's
// environment.
func runForTest(t *testing.T, args ...string) testRun {
	t.Helper()
	var out, errs bytes.Buffer
	sys := osSystem()
	sys.in, sys.out, sys.err = nil, &out, &errs
	home := t.TempDir()
	sys.getenv = func(name string) string {
		return map[string]string{"HOME": home, "USERPROFILE": home}[name]
	}
	status := runContext(context.Background(), args, sys, nil)
	return testRun{status, out.String(), errs.String()}
}
