package backend

import (
	"context"
	"fmt"
	"strings"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// ssh runs one shell.
func (c *connection) ssh(ctx context.Context) tui.Ended {
	o := c.backend.o.SSH
	o.Request, o.User = c.access("ssh"), c.request.User
	o.Prompt, o.Lend = &prompter{of: c}, c.shell
	o.Session.TTY, o.Session.Escapes = true, true
	status, err := c.connector().SSH(ctx, o)
	return c.ended(ctx, status, err)
}

// shell is the session while it has the terminal.
func (c *connection) shell(ctx context.Context, use func() error) error {
	c.mu.Lock()
	info := *c.info // it was opened before anything could run
	c.ran = true
	c.mu.Unlock()
	c.remember(ctx, info)
	c.send(tui.Started{Info: info})
	b := c.backend
	t := b.texts()
	return b.o.Terminal.Lend(ctx, func() error {
		out := b.o.UI.Out
		until := info.Mapping.Expires.In(b.o.UI.Now().Location()).Format("15:04")
		_, _ = fmt.Fprintf(out, t.Word("%s via %s, open until %s.")+"\n%s\n", safetext.Line(info.SIM.Label()), info.Mapping.Addr, until, t.Word("Enter ~ . ends the session, Enter ~ ? lists the escapes."))
		defer c.send(tui.Returned{}) // before the UI has the terminal again
		return use()
	})
}

// prompter asks in the UI.
type prompter struct {
	of   *connection
	text strings.Builder
}

// errNoAnswer says that the person closed a question.
var errNoAnswer = message.Errorf("no answer was given")

// Show implements sshclient.Prompter: it is shown with the next question.
func (p *prompter) Show(text message.Text) {
	p.text.WriteString(strings.TrimRight(p.say(text), "\r\n") + "\n")
}

func (p *prompter) say(text message.Text) string { return p.of.backend.texts().Say(text) }

// Line implements sshclient.Prompter.
func (p *prompter) Line(ctx context.Context, prompt message.Text) (string, error) {
	return p.ask(ctx, p.say(prompt), false)
}

// Secret implements sshclient.Prompter.
func (p *prompter) Secret(ctx context.Context, prompt message.Text) (string, error) {
	return p.ask(ctx, p.say(prompt), true)
}

func (p *prompter) ask(ctx context.Context, prompt string, secret bool) (string, error) {
	type answer struct {
		text string
		ok   bool
	}
	answers := make(chan answer, 1)
	p.of.send(tui.Question{
		Text: p.text.String(), Prompt: prompt, Secret: secret,
		Answer: func(text string, ok bool) { answers <- answer{text, ok} },
	})
	p.text.Reset()
	select {
	case a := <-answers:
		if !a.ok {
			return "", errNoAnswer
		}
		return a.text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
