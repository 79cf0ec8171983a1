package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// explanation is what stands beside a command in an example.
var explanation = regexp.MustCompile(`(?m)(\S {3,})(\S.*)$`)

// helpTexts are what --help of any command shows.
func helpTexts(root *cobra.Command) map[string]string {
	found := map[string]string{}
	add := func(text, where string) {
		if strings.ContainsFunc(text, unicode.IsLetter) {
			found[text] = where
		}
	}
	for _, head := range append(slices.Clone(helpHeads), helpFor, helpDefault) {
		add(head, "every command")
	}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		add(c.Short, c.CommandPath())
		add(c.Long, c.CommandPath())
		if explanation.MatchString(c.Example) {
			add(c.Example, c.CommandPath())
		}
		eachFlag(c, func(f *pflag.Flag) {
			if f.Name != "help" {
				add(f.Usage, c.CommandPath()+" --"+f.Name)
			}
		})
		for _, child := range c.Commands() {
			if !child.Hidden {
				walk(child)
			}
		}
	}
	walk(root)
	return found
}

func TestHelpIsTranslated(t *testing.T) {
	root := newRoot(&app{system: osSystem()})
	japanese := i18n.For(i18n.Japanese)
	shown := helpTexts(root)
	for text, where := range shown {
		if japanese.Translate(text) == text {
			t.Errorf("%s: no Japanese for %q", where, text)
		}
	}
	for _, text := range i18n.HelpTexts() {
		if shown[text] == "" {
			t.Errorf("no help says %q any more", text)
		}
	}
}

func TestHelpSpeaksTheLanguage(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"ssh", "--help"}, {"help", "mappings"}, {"mappings", "create", "-h"}} {
		for lang, want := range map[string]string{"en": "Usage:", "ja": "使い方:"} {
			var out bytes.Buffer
			sys := osSystem()
			sys.out, sys.err = &out, &out
			if status := run(append([]string{"--lang", lang}, args...), sys); status != statusOK {
				t.Fatalf("%v: status %d: %s", args, status, out.String())
			}
			if !strings.Contains(out.String(), want) {
				t.Errorf("%v in %s:\n%s", args, lang, out.String())
			}
		}
	}
}
