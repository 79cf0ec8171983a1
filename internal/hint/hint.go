// Package hint attaches the next step to an error: the second line that a
// failure prints. Errors of other packages may carry one without importing this
// package, by having a method Hint() string.
package hint

import (
	"errors"
	"fmt"
)

type hinted struct {
	err  error
	hint string
}

func (e *hinted) Error() string { return e.err.Error() }
func (e *hinted) Unwrap() error { return e.err }
func (e *hinted) Hint() string  { return e.hint }

// New returns an error with the text of message and the next step hint.
func New(message, hint string) error {
	return &hinted{err: errors.New(message), hint: hint}
}

// Wrap returns err with the next step, formatted as by fmt.Sprintf. It returns
// nil when err is nil.
func Wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &hinted{err: err, hint: fmt.Sprintf(format, args...)}
}

// Of returns the outermost hint of err, or "".
func Of(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}
