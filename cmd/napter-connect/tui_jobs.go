package main

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// Able implements tui.Starter. Where no window can be opened the address is
// still of use.
func (b *uiBackend) Able(tui.Protocol) string { return "" }

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
	stats   func() tui.Stats // nil until it runs
}

// Start implements tui.Starter.
func (b *uiBackend) Start(r tui.Request) tui.Job {
	ctx, cancel := context.WithCancel(b.ctx)
	j := &uiJob{backend: b, request: r, cancel: cancel, events: make(chan tui.JobEvent, 1024)}
	b.jobs.Go(func() {
		defer cancel()
		switch r.Protocol {
		case tui.SSH:
			j.send(j.ssh(ctx))
		case tui.TCP:
			j.send(j.forward(ctx))
		default:
			j.send(j.show(ctx))
		}
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
func (j *uiJob) Stats() tui.Stats {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stats == nil {
		return tui.Stats{}
	}
	return j.stats()
}

// connector is the job's own: it tells the UI of its steps.
func (j *uiJob) connector() *connect.Connector {
	c := j.backend.app.connector(j.backend.api.setup, j.backend.api.Opener)
	c.Opener, c.Progress, c.Notice = j, j.progress, j.notice
	return c
}

// access is what every job asks for.
func (j *uiJob) access(command string) access.Request {
	s, r := j.backend.api.setup, j.request
	return access.Request{
		Account: s.account, Network: s.network, Target: r.SIM.ID, Port: r.Port, Service: r.Service, TLS: r.TLS,
		Sources: r.Sources, Duration: r.Duration, Keep: s.file.Keep, NoReuse: s.file.NoReuse, Linger: time.Duration(s.file.Linger),
		Command: command + " " + r.SIM.ID,
	}
}

// remember is for the next time: what was asked for here.
func (j *uiJob) remember(ctx context.Context, info access.Info) {
	r := j.request
	err := j.backend.recent.Update(ctx, r.SIM.ID, func(u *config.Use) {
		u.Protocol, u.Port = string(r.Protocol), info.Mapping.DevicePort
		u.User, u.Service, u.TLS, u.Duration = cmp.Or(r.User, u.User), r.Service, r.TLS, r.Duration
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
