// Package message holds what is said to people in a form that can still be put
// into their language, and attaches the next step to an error: the second line
// that a failure prints.
//
// A text is an English format and what fills it in. The format is also the key
// by which a language's table knows the text, as with gettext. Errors of any
// package join in by having a method Text() Text, for their cause, and a method
// Hint() Text, for the next step.
package message

import (
	"errors"
	"fmt"
	"strings"
)

// Translate gives the format of another language for an English one, and the
// English one itself where it knows none. It takes the same arguments.
type Translate func(english string) string

// Text is something to say. Its zero value says nothing.
type Text struct {
	english string
	format  string // "" for words that no table can know
	args    []any
}

// New is the text of a format and its arguments, as of fmt.Sprintf. Arguments
// that are a Text or an error are said in the language of the whole.
func New(format string, args ...any) Text {
	return Text{english: fmt.Sprintf(format, args...), format: format, args: args}
}

// Plural is New with the format for one where n is 1, and else with the other. A
// table knows both.
func Plural(n int, one, other string, args ...any) Text {
	if n == 1 {
		return New(one, args...)
	}
	return New(other, args...)
}

// Said is what another program or a library said, in English. A table may know the
// words.
func Said(words string) Text {
	return Text{english: words, format: strings.ReplaceAll(words, "%", "%%")}
}

// Verbatim is a text that is the same in every language: a name, a command line,
// or what another program said.
func Verbatim(words string) Text { return Text{english: words} }

// Join puts parts together, as strings.Join does.
func Join(parts []Text, separator string) Text {
	args := make([]any, len(parts))
	for i, p := range parts {
		args[i] = p
	}
	separator = strings.ReplaceAll(separator, "%", "%%")
	return New(strings.Join(slicesOf("%s", len(parts)), separator), args...)
}

// Either lists what one of is meant: a, b or c.
func Either(parts []Text) Text {
	if len(parts) < 2 {
		return Join(parts, "")
	}
	last := len(parts) - 1
	return New("%s or %s", Join(parts[:last], ", "), parts[last])
}

// EitherOf is Either for words that are the same in every language.
func EitherOf(words []string) Text {
	parts := make([]Text, len(words))
	for i, w := range words {
		parts[i] = Verbatim(w)
	}
	return Either(parts)
}

func slicesOf(s string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = s
	}
	return list
}

// String is the text in English.
func (t Text) String() string { return t.english }

// IsZero reports that there is nothing to say.
func (t Text) IsZero() bool { return t.english == "" }

// In is the text in the language of a translation; nil is English.
func (t Text) In(tr Translate) string {
	if tr == nil || t.format == "" {
		return t.english
	}
	args := make([]any, len(t.args))
	for i, arg := range t.args {
		switch arg := arg.(type) {
		case Text:
			args[i] = arg.In(tr)
		case error:
			args[i] = Of(arg).In(tr)
		default:
			args[i] = arg
		}
	}
	return fmt.Sprintf(strings.ReplaceAll(tr(t.format), "%w", "%v"), args...)
}

// failure is an error that is made of a text.
type failure struct {
	text Text
	err  error // what fmt.Errorf made of it: it knows what is wrapped
}

func (e *failure) Error() string { return e.err.Error() }
func (e *failure) Unwrap() error { return e.err }
func (e *failure) Text() Text    { return e.text }

// Errorf is fmt.Errorf for an error whose words are a Text.
func Errorf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &failure{text: Text{english: err.Error(), format: format, args: args}, err: err}
}

// Of is what an error says, as far as it and what it wraps let themselves be
// translated.
func Of(err error) Text {
	switch e := err.(type) { //nolint:errorlint // what it wraps comes afterwards
	case nil:
		return Text{}
	case interface{ Text() Text }:
		return e.Text()
	case interface{ Unwrap() error }:
		if t, ok := ending(err.Error(), e.Unwrap()); ok {
			return t
		}
	case interface{ Unwrap() []error }:
		if t := joined(e.Unwrap()); t.english == err.Error() {
			return t
		}
	}
	return Said(err.Error())
}

// Cleaned is Of for an error that may hold a stranger's words. Where clean changes
// them, they are the same in every language.
func Cleaned(err error, clean func(string) string) Text {
	words := err.Error()
	if cleaned := clean(words); cleaned != words {
		return Verbatim(cleaned)
	}
	return Of(err)
}

// ending is the text of an error whose words end with those of the one that it
// wraps, as those of nearly all do.
func ending(words string, inner error) (t Text, ok bool) {
	if inner == nil {
		return t, false
	}
	before, ok := strings.CutSuffix(words, inner.Error())
	switch {
	case !ok:
		return t, false
	case before == "":
		return Of(inner), true
	}
	return New("%s%s", Verbatim(before), Of(inner)), true
}

// joined is the text of errors.Join.
func joined(errs []error) Text {
	parts := make([]Text, len(errs))
	for i, err := range errs {
		parts[i] = Of(err)
	}
	return Join(parts, "\n")
}

type hinted struct {
	error
	hint Text
}

func (e *hinted) Unwrap() error { return e.error }
func (e *hinted) Hint() Text    { return e.hint }

// WithHint returns err with the next step, formatted as by fmt.Sprintf. It
// returns nil when err is nil.
func WithHint(err error, format string, args ...any) error {
	return WithHintText(err, New(format, args...))
}

// WithHintText is WithHint with a text that exists already.
func WithHintText(err error, hint Text) error {
	if err == nil {
		return nil
	}
	return &hinted{error: err, hint: hint}
}

// Hint returns the outermost hint of err, which may say nothing.
func Hint(err error) Text {
	var h interface{ Hint() Text }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return Text{}
}
