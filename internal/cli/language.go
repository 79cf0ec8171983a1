package cli

import (
	"strings"

	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
)

// LanguageFlag is --lang.
type LanguageFlag i18n.Lang

// String is the language as it was set.
func (f *LanguageFlag) String() string { return string(*f) }

// Type is what errors go by.
func (f *LanguageFlag) Type() string { return "language" }

// Set takes a language or a locale.
func (f *LanguageFlag) Set(text string) error {
	l, ok := i18n.Parse(text)
	if !ok {
		return message.Errorf("%q is not one of %v", text, i18n.Languages())
	}
	*f = LanguageFlag(l)
	return nil
}

// LanguageIn finds --lang in a command line that could not be read to its end.
func LanguageIn(args []string) (f LanguageFlag) {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		text, ok := strings.CutPrefix(arg, "--lang=")
		if arg == "--lang" && i+1 < len(args) {
			text, ok = args[i+1], true
		}
		if ok {
			_ = f.Set(text) // another error is being told
		}
	}
	return f
}
