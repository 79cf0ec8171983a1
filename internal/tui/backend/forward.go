package backend

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// forward leads a local port to the device's until it is stopped.
func (c *connection) forward(ctx context.Context) tui.Ended {
	f, err := c.connector().Forward(ctx, connect.ForwardOptions{
		Request: c.access("forward"), Ports: []connect.PortSpec{{Local: connect.SamePort, Device: c.request.Port}},
	})
	if err != nil {
		return c.ended(ctx, 0, err)
	}
	first := f.Tunnels()[0]
	c.runs(ctx, tui.Started{Beside: true, Local: first.Listen.String(), Info: first.Info}, func() tui.Stats {
		return tunnelStats(f.Tunnels()[0])
	})
	<-f.Done()
	return c.ended(ctx, 0, nil)
}

func tunnelStats(t connect.Tunnel) tui.Stats {
	return tui.Stats{
		Connections: int(t.Open), In: t.Received, Out: t.Sent,
		Mapping: t.Info.Mapping.Addr, Expires: t.Info.Mapping.Expires, Failure: t.Failure,
	}
}

// show opens a page in the browser, or a screen in a viewer, and keeps the way
// until it is stopped, ends, or the viewer is closed.
func (c *connection) show(ctx context.Context) tui.Ended {
	p, err := c.connector().Open(ctx, connect.OpenOptions{Scheme: string(c.request.Protocol), Request: c.access("open")})
	if err != nil {
		return c.ended(ctx, 0, err)
	}
	started := tui.Started{Beside: true, URL: p.URL, Info: p.Info()}
	if p.Local.IsValid() {
		started.Local = p.Local.String()
	}
	var viewer <-chan error
	viewer, started.Problem = p.Show(c.backend.o.Desktop)
	c.runs(ctx, started, func() tui.Stats {
		if t, ok := p.Tunnel(); ok {
			return tunnelStats(t)
		}
		m := p.Info().Mapping
		return tui.Stats{Mapping: m.Addr, Expires: m.Expires}
	})
	select {
	case <-p.Done():
	case err = <-viewer:
		p.Stop()
	}
	return c.ended(ctx, 0, err)
}

// runs tells the UI, and remembers how it came to this.
func (c *connection) runs(ctx context.Context, started tui.Started, stats func() tui.Stats) {
	c.mu.Lock()
	c.ran, c.stats = true, stats
	c.mu.Unlock()
	c.remember(ctx, started.Info)
	c.send(started)
}
