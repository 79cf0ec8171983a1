//go:build unix

package launch

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// watchReader calls gone when the reading end of out is closed, a
// pipe or a socket: the program that started this one has died, even where its
// end of our input lives on in a process that inherited it. The parent's death
// alone would say nothing: with ControlPersist, ssh's master is a child of the
// ssh that started us.
func watchReader(out io.Writer, gone func()) (stop func()) {
	f, ok := out.(*os.File)
	if !ok || f == nil {
		return func() {}
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 {
		return func() {}
	}
	wake, waker, err := os.Pipe()
	if err != nil {
		return func() {}
	}
	fd, wakeFD := int32(f.Fd()), int32(wake.Fd())
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = wake.Close() }()
		if waitGone(fd, wakeFD) {
			gone()
		}
	}()
	return func() {
		_ = waker.Close()
		<-done
	}
}

// waitGone waits until fd has no reader, which poll reports unasked (POLLERR for a
// pipe, POLLHUP for a socket), or wake ends.
func waitGone(fd, wake int32) bool {
	for {
		fds := []unix.PollFd{{Fd: fd}, {Fd: wake}}
		_, err := unix.Poll(fds, -1)
		switch {
		case err == unix.EINTR: //nolint:errorlint // a bare errno
			continue
		case err != nil, fds[1].Revents != 0:
			return false
		case fds[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0:
			return true
		case fds[0].Revents != 0:
			return false
		}
	}
}
