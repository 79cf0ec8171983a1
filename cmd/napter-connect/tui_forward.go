package main

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// forward leads a local port to the device's until it is stopped.
func (j *uiJob) forward(ctx context.Context) tui.Ended {
	f, err := j.connector().Forward(ctx, connect.ForwardOptions{
		Request: j.access("forward"), Ports: []connect.PortSpec{{Local: connect.SamePort, Device: j.request.Port}},
	})
	if err != nil {
		return j.ended(ctx, 0, err)
	}
	first := f.Tunnels()[0]
	j.runs(ctx, tui.Started{Beside: true, Local: first.Listen.String(), Info: first.Info}, func() tui.Stats {
		return tunnelStats(f.Tunnels()[0])
	})
	<-f.Done()
	return j.ended(ctx, 0, nil)
}

func tunnelStats(t connect.Tunnel) tui.Stats {
	return tui.Stats{
		Connections: int(t.Open), In: t.Received, Out: t.Sent,
		Mapping: t.Info.Mapping.Addr, Expires: t.Info.Mapping.Expires, Failure: t.Failure,
	}
}

// show opens a page in the browser, or a screen in a viewer, and keeps the way
// until it is stopped, ends, or the viewer is closed.
func (j *uiJob) show(ctx context.Context) tui.Ended {
	a := j.backend.app
	p, err := j.connector().Open(ctx, connect.OpenOptions{Scheme: string(j.request.Protocol), Request: j.access("open")})
	if err != nil {
		return j.ended(ctx, 0, err)
	}
	started := tui.Started{Beside: true, URL: p.URL, Info: p.Info()}
	if p.Local.IsValid() {
		started.Local = p.Local.String()
	}
	var viewer <-chan error
	viewer, started.Problem = p.Show(launch.Desktop{Getenv: a.getenv, Environ: a.childEnvironment()})
	j.runs(ctx, started, func() tui.Stats {
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
	return j.ended(ctx, 0, err)
}

// runs tells the UI, and remembers how it came to this.
func (j *uiJob) runs(ctx context.Context, started tui.Started, stats func() tui.Stats) {
	j.mu.Lock()
	j.ran, j.stats = true, stats
	j.mu.Unlock()
	j.remember(ctx, started.Info)
	j.send(started)
}
