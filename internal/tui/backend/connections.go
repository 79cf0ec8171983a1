package backend

import (
	"context"
	"sync"

	"github.com/napter-connect/napter-connect/internal/lease"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// Able implements tui.Starter. Where no window can be opened the address is
// still of use.
func (b *Backend) Able(tui.Protocol) string { return "" }

// connection is one that the UI started. It implements tui.Job.
type connection struct {
	backend *Backend
	request tui.Request
	events  chan tui.JobEvent
	cancel  context.CancelFunc

	mu      sync.Mutex
	notes   []string
	info    *access.Info
	outcome lease.Outcome
	ran     bool
	stats   func() tui.Stats // nil until it runs
}

// Start implements tui.Starter.
func (b *Backend) Start(r tui.Request) tui.Job {
	ctx, cancel := context.WithCancel(b.ctx)
	c := &connection{backend: b, request: r, cancel: cancel, events: make(chan tui.JobEvent, 1024)}
	b.connections.Go(func() {
		defer cancel()
		switch r.Protocol {
		case tui.SSH:
			c.send(c.ssh(ctx))
		case tui.TCP:
			c.send(c.forward(ctx))
		default:
			c.send(c.show(ctx))
		}
	})
	return c
}

// send passes an event on; there is room for all that there can be to say before the
// UI takes it, and nobody takes it when the UI is over.
func (c *connection) send(e tui.JobEvent) {
	select {
	case c.events <- e:
	default:
	}
}

// Next implements tui.Job.
func (c *connection) Next() tui.JobEvent { return <-c.events }

// Cancel implements tui.Job.
func (c *connection) Cancel() { c.cancel() }

// Stats implements tui.Job.
func (c *connection) Stats() tui.Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stats == nil {
		return tui.Stats{}
	}
	return c.stats()
}

// connector is the connection's own: it tells the UI of its steps.
func (c *connection) connector() *connect.Connector {
	own := c.backend.o.Connector
	own.Opener, own.Progress, own.Notice = c, c.progress, c.notice
	return &own
}

// access is what every connection asks for.
func (c *connection) access(command string) access.Request {
	r, a := c.request, c.backend.o.Request
	a.Target, a.Port, a.Service, a.TLS = r.SIM.ID, r.Port, r.Service, r.TLS
	a.Sources, a.Duration, a.Command = r.Sources, r.Duration, command+" "+r.SIM.ID
	return a
}

// remember is for the next time: what the person chose here. What config.yaml says
// anyway is no choice, and may say something else then.
func (c *connection) remember(ctx context.Context, info access.Info) {
	r, configured := c.request, c.backend.Defaults(c.request.SIM)
	err := c.backend.o.Recent.Update(ctx, r.SIM.ID, func(u *config.Use) {
		u.Protocol, u.Port, u.TLS = string(r.Protocol), info.Mapping.DevicePort, r.TLS
		u.Service, u.Duration = unless(r.Service, configured.Service), unless(r.Duration, configured.Duration)
		if r.Protocol == tui.SSH {
			u.User = unless(r.User, configured.User)
		}
	})
	if err != nil {
		c.backend.debugf("%v", err)
	}
}

// unless is v, or nothing where it is what was configured.
func unless[T comparable](v, configured T) (chosen T) {
	if v != configured {
		chosen = v
	}
	return chosen
}

func (c *connection) ended(ctx context.Context, status int, err error) tui.Ended {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := tui.Ended{Err: err, Ran: c.ran, Status: status, Notes: c.notes, Outcome: c.outcome}
	if c.info != nil {
		e.Mapping = c.info.Mapping.Addr.String()
	}
	if err != nil && ctx.Err() != nil {
		e.Err = context.Canceled
	}
	return e
}

func (c *connection) progress(e access.Event) { c.send(tui.Progress{Event: e}) }

func (c *connection) notice(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notes = append(c.notes, line)
}

// Open implements access.Opener: it notes what is opened and what becomes of it.
func (c *connection) Open(ctx context.Context, r access.Request, p access.Progress) (access.Access, error) {
	opened, err := c.backend.o.Connector.Opener.Open(ctx, r, p)
	if err != nil {
		return nil, err
	}
	info := opened.Info()
	c.mu.Lock()
	c.info = &info
	c.mu.Unlock()
	return &noted{opened, c}, nil
}

type noted struct {
	access.Access
	by *connection
}

func (n *noted) Close(ctx context.Context) (lease.Outcome, error) {
	outcome, err := n.Access.Close(ctx)
	n.by.mu.Lock()
	n.by.outcome = outcome
	n.by.mu.Unlock()
	return outcome, err
}
