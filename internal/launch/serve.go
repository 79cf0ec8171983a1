package launch

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/napter-connect/napter-connect/internal/wait"
)

// acceptPause is how long a listener that cannot accept waits for descriptors to
// be given back.
const acceptPause = time.Second

// Counts are the live figures of a forward.
type Counts struct {
	Open, Total    atomic.Int64 // connections
	Sent, Received atomic.Int64 // bytes to and from the device
}

// Forward joins each connection that it accepts with one to the device.
type Forward struct {
	Listener net.Listener
	// Connect makes a connection to the device. It is called concurrently.
	Connect func(context.Context) (Conn, error)
	// Failed is told of connections that did not come about, with Connect's error,
	// and with ErrSilent of those that ended before the device sent anything. It
	// is called concurrently.
	Failed func(context.Context, error)
	Counts *Counts
}

// Serve runs until ctx ends, then closes the listener and all connections, and
// waits for their end.
func (f Forward) Serve(ctx context.Context) {
	defer context.AfterFunc(ctx, func() { _ = f.Listener.Close() })()
	var running sync.WaitGroup
	defer running.Wait()
	for {
		conn, err := f.Listener.Accept()
		switch {
		case err == nil:
			running.Go(func() { f.serve(ctx, conn) })
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return
		default: // out of descriptors, mostly
			f.Failed(ctx, err)
			if wait.For(ctx, acceptPause) != nil {
				return
			}
		}
	}
}

func (f Forward) serve(ctx context.Context, accepted net.Conn) {
	defer func() { _ = accepted.Close() }()
	local, ok := accepted.(Conn)
	if !ok {
		return
	}
	f.Counts.Total.Add(1)
	f.Counts.Open.Add(1)
	defer f.Counts.Open.Add(-1)
	device, err := f.Connect(ctx)
	switch {
	case err == nil:
		f.join(ctx, local, device)
	case ctx.Err() == nil:
		f.Failed(ctx, err)
	}
}

// join copies both ways until both have ended. The end of one direction is passed
// on as a half-close; an error ends both.
func (f Forward) join(ctx context.Context, local, device Conn) {
	closeBoth := func() { _, _ = local.Close(), device.Close() }
	defer closeBoth()
	defer context.AfterFunc(ctx, closeBoth)()
	var localEnded atomic.Bool
	var up sync.WaitGroup
	up.Go(func() {
		read, write := move(device, local, func(n int64) { f.Counts.Sent.Add(n) })
		localEnded.Store(write == nil)
		if read != nil || write != nil || device.CloseWrite() != nil {
			closeBoth()
		}
	})
	answered := int64(0)
	read, write := move(local, device, func(n int64) { f.Counts.Received.Add(n); answered += n })
	silent := answered == 0 && !localEnded.Load()
	if read != nil || write != nil || local.CloseWrite() != nil {
		closeBoth()
	}
	if silent && ctx.Err() == nil {
		f.Failed(ctx, ErrSilent)
	}
	up.Wait()
}
