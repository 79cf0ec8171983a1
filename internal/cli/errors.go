// Package cli is what all commands share: exit statuses, errors in two lines, flags,
// arguments and help in the person's language.
package cli

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
	OK          = 0
	Failed      = 1
	Usage       = 2
	Interrupted = 130
	// statusSSH is OpenSSH's own status for an error that is not the remote
	// command's.
	SSHFailed = 255
)

// UsageError is a fault in the command line: exit status 2.
type UsageError struct {
	err  error
	hint message.Text
}

func (e *UsageError) Error() string { return e.err.Error() }
func (e *UsageError) Unwrap() error { return e.err }

// Hint is the next step.
func (e *UsageError) Hint() message.Text {
	if !e.hint.IsZero() {
		return e.hint
	}
	return message.Hint(e.err)
}

// Misuse makes err a fault in the command line.
func Misuse(err error) error { return &UsageError{err: err} }

// Usagef is a fault in the command line, and the next step.
func Usagef(hint message.Text, format string, args ...any) error {
	return &UsageError{err: message.Errorf(format, args...), hint: hint}
}

// ExitError carries a status that has been explained already, such as that of
// the remote command.
type ExitError int

func (e ExitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// StatusOf is the one place that turns an error into an exit status. own is the
// command's status for an error of our own.
func StatusOf(err error, own int) int {
	var exit ExitError
	var usage *UsageError
	var request *access.RequestError
	switch {
	case err == nil:
		return OK
	case errors.As(err, &exit):
		return int(exit)
	case own == SSHFailed:
		return SSHFailed
	case errors.As(err, &usage), errors.As(err, &request):
		return Usage
	case errors.Is(err, context.Canceled):
		return Interrupted
	}
	return own
}

// Report prints an error in its two lines: the cause and, where there is one, the
// next step, which may go on in further lines.
func Report(w io.Writer, texts *i18n.Texts, err error) {
	var exit ExitError
	if err == nil || errors.As(err, &exit) || readerGone(err) {
		return
	}
	_, _ = fmt.Fprintf(w, "napter-connect: %s\n", OneLine(texts.Error(err)))
	ReportHint(w, texts, err)
}

// ReportHint prints an error's next step.
func ReportHint(w io.Writer, texts *i18n.Texts, err error) {
	PrintHint(w, texts, "", message.Hint(err))
}

// PrintHint prints a next step behind a margin; its further lines begin below the
// first.
func PrintHint(w io.Writer, texts *i18n.Texts, margin string, hint message.Text) {
	head := texts.Sprintf("hint: ")
	start := head
	for line := range strings.Lines(texts.Say(hint)) {
		_, _ = fmt.Fprintf(w, "%s%s%s\n", margin, start, OneLine(line))
		start = strings.Repeat(" ", ansi.StringWidth(head))
	}
}

// readerGone reports that the reader of our output has closed it, as in
// `napter-connect sims | head`: nothing to complain about.
func readerGone(err error) bool {
	var write *fs.PathError
	return errors.As(err, &write) && write.Op == "write" && write.Path == os.Stdout.Name() && errors.Is(err, syscall.EPIPE)
}

// OneLine makes a message one line without anything that a terminal would obey.
func OneLine(s string) string {
	return safetext.Line(strings.ReplaceAll(strings.TrimSpace(s), "\n", " "))
}
