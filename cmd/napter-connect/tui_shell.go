package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// ssh runs one shell.
func (j *uiJob) ssh(ctx context.Context) tui.Ended {
	a, s, r := j.backend.app, j.backend.api.setup, j.request
	status, err := j.connector().SSH(ctx, connect.SSHOptions{
		Request: j.access("ssh"),
		User:    r.User, LocalUser: a.localUser(), AgentSocket: a.getenv("SSH_AUTH_SOCK"),
		KnownHosts: s.dirs.KnownHosts(), ReadOnlyKnownHosts: a.userKnownHosts(), ConfigFile: a.sshConfig(""),
		Prompt: &uiPrompter{job: j},
		Lend:   j.shell,
		Session: sshclient.SessionOptions{
			TTY: true, Escapes: true, Stdin: a.in, Stdout: a.out, Stderr: j.backend.console.err,
			Term: a.getenv("TERM"), Env: localeVariables(a.environ()),
		},
	})
	return j.ended(ctx, status, err)
}

// shell is the session while it has the terminal.
func (j *uiJob) shell(ctx context.Context, use func() error) error {
	j.mu.Lock()
	info := *j.info // it was opened before anything could run
	j.ran = true
	j.mu.Unlock()
	j.remember(ctx, info)
	j.send(tui.Started{Info: info})
	t := j.backend.app.texts().Shell
	return j.backend.terminal.Lend(ctx, func() error {
		out := j.backend.console.out
		until := info.Mapping.Expires.In(j.backend.app.now().Location()).Format("15:04")
		_, _ = fmt.Fprintf(out, t.Banner+"\n%s\n", safetext.Line(launch.Name(info.SIM)), info.Mapping.Addr, until, t.Leave)
		defer j.send(tui.Returned{}) // before the UI has the terminal again
		return use()
	})
}

// uiPrompter asks in the UI.
type uiPrompter struct {
	job  *uiJob
	text strings.Builder
}

// errNoAnswer says that the person closed a question.
var errNoAnswer = message.Errorf("no answer was given")

// Show implements sshclient.Prompter: it is shown with the next question.
func (p *uiPrompter) Show(text message.Text) {
	p.text.WriteString(strings.TrimRight(p.say(text), "\r\n") + "\n")
}

func (p *uiPrompter) say(text message.Text) string { return p.job.backend.app.texts().Say(text) }

// Line implements sshclient.Prompter.
func (p *uiPrompter) Line(ctx context.Context, prompt message.Text) (string, error) {
	return p.ask(ctx, p.say(prompt), false)
}

// Secret implements sshclient.Prompter.
func (p *uiPrompter) Secret(ctx context.Context, prompt message.Text) (string, error) {
	return p.ask(ctx, p.say(prompt), true)
}

func (p *uiPrompter) ask(ctx context.Context, prompt string, secret bool) (string, error) {
	type answer struct {
		text string
		ok   bool
	}
	answers := make(chan answer, 1)
	p.job.send(tui.Question{
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
