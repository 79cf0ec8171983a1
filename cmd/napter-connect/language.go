package main

import (
	"strings"

	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
)

// languageFlag is --lang.
type languageFlag i18n.Lang

func (f *languageFlag) String() string { return string(*f) }
func (f *languageFlag) Type() string   { return "language" }
func (f *languageFlag) Set(text string) error {
	l, ok := i18n.Parse(text)
	if !ok {
		return message.Errorf("%q is not one of %v", text, i18n.Languages())
	}
	*f = languageFlag(l)
	return nil
}

// languageIn finds --lang in a command line that could not be read to its end.
func languageIn(args []string) (f languageFlag) {
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

// lang is the language that the person reads. What is said to people comes in it,
// errors and help too; heads of tables and JSON are English in every language,
// since scripts read those.
func (a *app) lang() i18n.Lang { return i18n.Choose(string(a.language), a.getenv) }

func (a *app) texts() *i18n.Texts { return i18n.For(a.lang()) }
