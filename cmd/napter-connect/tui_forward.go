package main

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/connect"
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
		t := f.Tunnels()[0]
		return tui.Stats{
			Connections: int(t.Open), In: t.Received, Out: t.Sent,
			Mapping: t.Info.Mapping.Addr, Expires: t.Info.Mapping.Expires, Failure: t.Failure,
		}
	})
	<-f.Done()
	return j.ended(ctx, 0, nil)
}

// runs tells the UI, and remembers how it came to this.
func (j *uiJob) runs(ctx context.Context, started tui.Started, stats func() tui.Stats) {
	j.mu.Lock()
	j.ran, j.stats = true, stats
	j.mu.Unlock()
	j.remember(ctx, started.Info)
	j.send(started)
}
