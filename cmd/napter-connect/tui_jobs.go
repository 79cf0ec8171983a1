package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// Able implements tui.Starter.
func (b *uiBackend) Able(p tui.Protocol) string {
	if p == tui.SSH {
		return ""
	}
	return b.app.texts().Cannot.NotHere
}

// uiJob is a job that the UI started.
type uiJob struct {
	backend *uiBackend
	request tui.Request
	events  chan tui.JobEvent
	cancel  context.CancelFunc

	mu      sync.Mutex
	notes   []string
	info    *access.Info
	outcome access.Outcome
	ran     bool
}

// Start implements tui.Starter.
func (b *uiBackend) Start(r tui.Request) tui.Job {
	ctx, cancel := context.WithCancel(b.ctx)
	j := &uiJob{backend: b, request: r, cancel: cancel, events: make(chan tui.JobEvent, 1024)}
	b.jobs.Go(func() {
		defer cancel()
		j.send(j.ssh(ctx))
	})
	return j
}

// send passes an event on; there is room for all that a job can say before the
// UI takes it, and nobody takes it when the UI is over.
func (j *uiJob) send(e tui.JobEvent) {
	select {
	case j.events <- e:
	default:
	}
}

// Next implements tui.Job.
func (j *uiJob) Next() tui.JobEvent { return <-j.events }

// Cancel implements tui.Job.
func (j *uiJob) Cancel() { j.cancel() }

// Stats implements tui.Job.
func (j *uiJob) Stats() tui.Stats { return tui.Stats{} }

// ssh runs one shell.
func (j *uiJob) ssh(ctx context.Context) tui.Ended {
	a, s, r := j.backend.app, j.backend.api.settings, j.request
	c := a.connector(s, j.backend.api.job)
	c.Opener, c.Progress, c.Notice = j, j.progress, j.notice
	status, err := c.SSH(ctx, connect.SSHOptions{
		Request: access.Request{
			Account: s.account, Network: s.network, Target: r.SIM.ID, Port: r.Port, Service: r.Service,
			Sources: r.Sources, Duration: r.Duration, Keep: s.file.Keep, NoReuse: s.file.NoReuse, Command: "ssh " + r.SIM.ID,
		},
		User: r.User, LocalUser: a.localUser(), AgentSocket: a.getenv("SSH_AUTH_SOCK"),
		KnownHosts: knownHosts(s.dirs), ReadOnlyKnownHosts: a.userKnownHosts(), ConfigFile: a.sshConfig(""),
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

// remember is for the next time: what was asked for here.
func (j *uiJob) remember(ctx context.Context, info access.Info) {
	r := j.request
	err := j.backend.recent.Update(ctx, r.SIM.ID, func(u *config.Use) {
		u.Protocol, u.Port = string(r.Protocol), info.Mapping.DevicePort
		u.User, u.Service, u.TLS, u.Duration = firstOf(r.User, u.User), r.Service, r.TLS, r.Duration
	})
	if err != nil {
		j.backend.app.debugf("%v", err)
	}
}

func (j *uiJob) ended(ctx context.Context, status int, err error) tui.Ended {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := tui.Ended{Err: err, Ran: j.ran, Status: status, Notes: j.notes, Outcome: j.outcome}
	if j.info != nil {
		e.Mapping = j.info.Mapping.Addr.String()
	}
	if err != nil && ctx.Err() != nil {
		e.Err = context.Canceled
	}
	return e
}

func (j *uiJob) progress(e access.Event) { j.send(tui.Progress{Event: e}) }

func (j *uiJob) notice(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.notes = append(j.notes, line)
}

// Open implements access.Opener: it notes what is opened and what becomes of it.
func (j *uiJob) Open(ctx context.Context, r access.Request, p access.Progress) (access.Access, error) {
	way, err := j.backend.api.Open(ctx, r, p)
	if err != nil {
		return nil, err
	}
	info := way.Info()
	j.mu.Lock()
	j.info = &info
	j.mu.Unlock()
	return &notedWay{way, j}, nil
}

type notedWay struct {
	access.Access
	job *uiJob
}

func (w *notedWay) Close(ctx context.Context) (access.Outcome, error) {
	outcome, err := w.Access.Close(ctx)
	w.job.mu.Lock()
	w.job.outcome = outcome
	w.job.mu.Unlock()
	return outcome, err
}

// uiPrompter asks in the UI.
type uiPrompter struct {
	job  *uiJob
	text strings.Builder
}

// errNoAnswer says that the person closed a question.
var errNoAnswer = errors.New("no answer was given")

// Show implements sshclient.Prompter: it is shown with the next question.
func (p *uiPrompter) Show(text string) { p.text.WriteString(strings.TrimRight(text, "\r\n") + "\n") }

// Line implements sshclient.Prompter.
func (p *uiPrompter) Line(ctx context.Context, prompt string) (string, error) {
	return p.ask(ctx, prompt, false)
}

// Secret implements sshclient.Prompter.
func (p *uiPrompter) Secret(ctx context.Context, prompt string) (string, error) {
	return p.ask(ctx, prompt, true)
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
