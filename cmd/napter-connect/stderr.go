package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// say tells a person something on stderr; stdout is for results. The format may
// be English, and is said in the person's language. Nothing in it reaches the
// terminal raw.
func (a *app) say(format string, args ...any) {
	if a.quiet {
		return
	}
	for line := range strings.SplitSeq(a.texts().Sprintf(format, args...), "\n") {
		_, _ = fmt.Fprintln(a.err, safetext.Line(line))
	}
}

// notice is say for what is no result but has to be known, under the program's
// name as an error is.
func (a *app) notice(format string, args ...any) {
	a.tell("napter-connect: " + cli.OneLine(a.texts().Sprintf(format, args...)))
}

// tell says a text that is no format.
func (a *app) tell(text string) { a.say("%s", text) }

// debugf is for -v.
func (a *app) debugf(format string, args ...any) {
	if a.verbose {
		_, _ = fmt.Fprintf(a.err, "debug: "+format+"\n", args...)
	}
}

// logTo writes what would go to stderr to the end of a file, to the program's own end.
func (a *app) logTo(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return message.Errorf("opening the log: %w", err)
	}
	a.err = f
	return nil
}

// waiting shows what takes so long, and only on a terminal. The returned function
// ends it.
func (a *app) waiting(what string) (done func()) {
	if a.quiet || !isTerminal(a.err) || a.wantsPlain(false) {
		return func() {}
	}
	return cli.Waiting(a.err, what)
}

// console is the terminal to ask on, or nil when there is none or nobody is
// to be asked.
func (a *app) console() *console.Console {
	if a.mute {
		return nil
	}
	return console.Open(a.in, a.err, a.texts())
}

// otpPrompt asks for an MFA code, or is nil when nobody can be asked.
func (a *app) otpPrompt() func(context.Context) (string, error) {
	if a.askOTP != nil {
		return a.askOTP
	}
	c := a.console()
	if c == nil {
		return nil
	}
	prompt := a.texts().Word("MFA code: ")
	return func(ctx context.Context) (string, error) { return c.Secret(ctx, prompt) }
}
