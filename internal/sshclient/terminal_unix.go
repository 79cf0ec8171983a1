//go:build unix

package sshclient

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const canSuspend = true

// prepareOutput is for Windows.
func prepareOutput(*os.File) (restore func()) { return func() {} }

// watchSize calls changed when the terminal's size may have changed. The system's
// signals are merged while a call is under way.
func watchSize(ctx context.Context, changed func()) {
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	defer signal.Stop(resized)
	for {
		changed()
		select {
		case <-ctx.Done():
			return
		case <-resized:
		}
	}
}

// suspend stops the whole job, as Ctrl-Z does for a program that leaves the
// terminal alone, and returns when it is continued.
func suspend() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	if err := unix.Kill(0, syscall.SIGTSTP); err != nil {
		return
	}
	// A job without a shell above it is not stopped by the system.
	select {
	case <-continued:
	case <-time.After(500 * time.Millisecond):
	}
	// Only the job in the foreground is told of a new size.
	_ = unix.Kill(os.Getpid(), syscall.SIGWINCH)
}
