package sshclient

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

const canSuspend = false

// prepareOutput makes the console obey escape sequences.
func prepareOutput(out *os.File) (restore func()) {
	if out == nil {
		return func() {}
	}
	h := windows.Handle(out.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(h, &mode); err != nil {
		return func() {}
	}
	vt := mode | windows.ENABLE_PROCESSED_OUTPUT | windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING
	if err := windows.SetConsoleMode(h, vt|windows.DISABLE_NEWLINE_AUTO_RETURN); err != nil {
		_ = windows.SetConsoleMode(h, vt)
	}
	return func() { _ = windows.SetConsoleMode(h, mode) }
}

// watchSize calls changed four times a second: Windows has no signal for it.
func watchSize(ctx context.Context, changed func()) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		changed()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func suspend() {}

// modes: a console has none that the protocol knows.
func (t *terminal) modes() []byte { return []byte{ttyOpEnd} }
