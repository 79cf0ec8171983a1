package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/charmbracelet/x/ansi"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
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

// usageError is a fault in the command line: exit status 2.
type usageError struct {
	err  error
	hint message.Text
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
func (e *usageError) Hint() message.Text {
	if !e.hint.IsZero() {
		return e.hint
	}
	return message.Hint(e.err)
}

func usagef(hint message.Text, format string, args ...any) error {
	return &usageError{err: message.Errorf(format, args...), hint: hint}
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
	var request *access.RequestError
	switch {
	case err == nil:
		return statusOK
	case errors.As(err, &exit):
		return int(exit)
	case own == statusSSH:
		return statusSSH
	case errors.As(err, &usage), errors.As(err, &request):
		return statusUsage
	case errors.Is(err, context.Canceled):
		return statusInterrupted
	}
	return own
}

// report prints an error in its two lines: the cause and, where there is one, the
// next step, which may go on in further lines.
func report(w io.Writer, texts *i18n.Texts, err error) {
	var exit exitError
	if err == nil || errors.As(err, &exit) || readerGone(err) {
		return
	}
	_, _ = fmt.Fprintf(w, "napter-connect: %s\n", oneLine(texts.Error(err)))
	reportHint(w, texts, err)
}

// reportHint prints an error's next step.
func reportHint(w io.Writer, texts *i18n.Texts, err error) {
	printHint(w, texts, "", message.Hint(err))
}

// printHint prints a next step behind a margin; its further lines begin below the
// first.
func printHint(w io.Writer, texts *i18n.Texts, margin string, hint message.Text) {
	head := texts.Sprintf("hint: ")
	start := head
	for line := range strings.Lines(texts.Say(hint)) {
		_, _ = fmt.Fprintf(w, "%s%s%s\n", margin, start, oneLine(line))
		start = strings.Repeat(" ", ansi.StringWidth(head))
	}
}

// readerGone reports that the reader of our output has closed it, as in
// `napter-connect sims | head`: nothing to complain about.
func readerGone(err error) bool {
	var write *fs.PathError
	return errors.As(err, &write) && write.Op == "write" && write.Path == os.Stdout.Name() && errors.Is(err, syscall.EPIPE)
}

// oneLine makes a message one line without anything that a terminal would obey.
func oneLine(s string) string {
	return safetext.Line(strings.ReplaceAll(strings.TrimSpace(s), "\n", " "))
}
