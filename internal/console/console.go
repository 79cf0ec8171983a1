// Package console asks a person on a terminal.
package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// Console asks on a terminal: on the controlling one, as OpenSSH does, so that
// stdin stays free for data.
type Console struct {
	in    *os.File
	out   io.Writer
	texts *i18n.Texts
}

// New asks on the terminal in, in words of texts.
func New(in *os.File, out io.Writer, texts *i18n.Texts) *Console {
	return &Console{in: in, out: out, texts: texts}
}

// Open asks on the terminal that in and out are, else on the controlling one,
// unless in is not this process's stdin. It is nil when there is no terminal.
func Open(in *os.File, out io.Writer, texts *i18n.Texts) *Console {
	if IsTerminal(in) && IsTerminal(out) {
		return New(in, out, texts)
	}
	if in != os.Stdin {
		return nil // a test, or the demo of one
	}
	tty, err := openTTY()
	if err != nil {
		return nil
	}
	return New(tty, tty, texts)
}

// IsTerminal reports that f is an *os.File and a terminal.
func IsTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && file != nil && term.IsTerminal(int(file.Fd()))
}

// Show shows text of any origin.
func (c *Console) Show(text string) {
	for line := range strings.Lines(text) {
		_, _ = fmt.Fprintln(c.out, safetext.Line(strings.TrimRight(line, "\r\n")))
	}
}

// Line asks for a visible answer.
func (c *Console) Line(ctx context.Context, prompt string) (string, error) {
	return c.ask(ctx, prompt, func() (string, error) {
		text, err := bufio.NewReader(oneByte{c.in}).ReadString('\n')
		if err != nil && text == "" {
			return "", err
		}
		return strings.TrimSpace(text), nil
	})
}

// Secret asks for a hidden answer. The echo is off before the prompt shows, so
// that an answer which comes at once is not seen.
func (c *Console) Secret(ctx context.Context, prompt string) (string, error) {
	restore, err := hideInput(int(c.in.Fd()))
	if err != nil {
		return "", message.Errorf("hiding what is typed: %w", err)
	}
	defer restore()
	return c.ask(ctx, prompt, func() (string, error) {
		b, err := term.ReadPassword(int(c.in.Fd()))
		_, _ = fmt.Fprintln(c.out)
		return string(b), err
	})
}

// Prompter is a console that says what an SSH login asks in the language of the
// console. It implements sshclient.Prompter.
type Prompter struct{ *Console }

func (p Prompter) Show(text message.Text) { p.Console.Show(p.texts.Say(text)) }

func (p Prompter) Line(ctx context.Context, prompt message.Text) (string, error) {
	return p.Console.Line(ctx, p.texts.Say(prompt))
}

func (p Prompter) Secret(ctx context.Context, prompt message.Text) (string, error) {
	return p.Console.Secret(ctx, p.texts.Say(prompt))
}

// PickSIM lets the person choose among SIMs of one name.
func (c *Console) PickSIM(ctx context.Context, several *access.AmbiguousError) (id string, err error) {
	_, _ = fmt.Fprintf(c.out, c.texts.Word("%d SIMs are named %s:")+"\n", len(several.SIMs), safetext.Line(several.Target))
	for i, s := range several.SIMs {
		_, _ = fmt.Fprintf(c.out, "  %d  %s  %s  IMSI %s\n", i+1, s.ID, c.texts.Say(s.State().Text(s.Status)), s.IMSI)
	}
	for {
		text, err := c.Line(ctx, c.texts.Sprintf("Which one, 1 to %d? ", len(several.SIMs)))
		if err != nil {
			return "", err
		}
		if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(several.SIMs) {
			return several.SIMs[n-1].ID, nil
		}
	}
}

// ask reads in its own goroutine, so that Ctrl-C ends the question. The
// goroutine then stays in its read until the process ends, which is at once.
func (c *Console) ask(ctx context.Context, prompt string, read func() (string, error)) (string, error) {
	_, _ = fmt.Fprint(c.out, safetext.Line(prompt))
	state, _ := term.GetState(int(c.in.Fd()))
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := read()
		answers <- answer{text, err}
	}()
	select {
	case got := <-answers:
		if errors.Is(got.err, io.EOF) {
			return "", message.Errorf("no answer was given")
		}
		return got.text, got.err
	case <-ctx.Done():
		if state != nil {
			_ = term.Restore(int(c.in.Fd()), state)
		}
		_, _ = fmt.Fprintln(c.out)
		return "", context.Cause(ctx)
	}
}

// oneByte reads no further than asked, so that what is typed ahead stays in the
// terminal for the next reader.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }
