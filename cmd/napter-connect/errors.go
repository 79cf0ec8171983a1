package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/napter-connect/napter-connect/internal/hint"
)

// Exit statuses of everything but ssh and proxy.
const (
	statusOK          = 0
	statusFailed      = 1
	statusUsage       = 2
	statusInterrupted = 130
	// statusSSH is OpenSSH's own status for an error that is not the remote
	// command's.
	statusSSH = 255
)

// usageError says that the command was typed wrongly.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
func (e *usageError) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	return hint.Of(e.err)
}

func usagef(hint, format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...), hint: hint}
}

// exitError carries a status that has been explained already, such as that of
// the remote command.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// statusOf is the one place that turns an error into an exit status. own is the
// command's status for an error of our own.
func statusOf(err error, own int) int {
	var exit exitError
	var usage *usageError
	switch {
	case err == nil:
		return statusOK
	case errors.As(err, &exit):
		return int(exit)
	case own == statusSSH:
		return statusSSH
	case errors.As(err, &usage):
		return statusUsage
	case errors.Is(err, context.Canceled):
		return statusInterrupted
	}
	return own
}

// report prints an error in its two lines.
func report(w io.Writer, err error) {
	var exit exitError
	if err == nil || errors.As(err, &exit) {
		return
	}
	_, _ = fmt.Fprintf(w, "napter-connect: %s\n", safeLines(err.Error()))
	if h := hint.Of(err); h != "" {
		_, _ = fmt.Fprintf(w, "hint: %s\n", safeLines(h))
	}
}

// safeLines keeps an error to one line each of cause and hint.
func safeLines(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\n", " ") }
