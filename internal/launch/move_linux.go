package launch

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// spliceMost is the most in one call, and the size that pipes are asked to have;
// the system's limits may leave them smaller.
const spliceMost = 1 << 20

// splice lets the kernel move bytes between a TCP connection and a pipe, which is
// about twice as fast as copying them. Other pairs are not done. The standard
// library splices too, but through a further pipe, and not out of one.
func splice(dst io.Writer, src io.Reader, moved func(int64)) (done bool, read, write error) {
	if conn, pipe, ok := ends(src, dst); ok {
		done, err := spliceAll(conn.Read, func(socket int) (int64, error) {
			return wide(unix.Splice(socket, nil, pipe, nil, spliceMost, unix.SPLICE_F_MOVE))
		}, moved)
		if errors.Is(err, unix.EPIPE) {
			return done, nil, err
		}
		return done, err, nil
	}
	if conn, pipe, ok := ends(dst, src); ok {
		done, err := spliceAll(conn.Write, func(socket int) (int64, error) {
			return wide(unix.Splice(pipe, nil, socket, nil, spliceMost, unix.SPLICE_F_MOVE))
		}, moved)
		return done, nil, err
	}
	return false, nil, nil
}

// wide is what splice returns, whose count is an int on 32 bits and an int64 on 64.
func wide[N int | int64](n N, err error) (int64, error) { return int64(n), err }

// ends are a TCP connection and a pipe, if that is what the two are.
func ends(connection, other any) (conn syscall.RawConn, pipe int, ok bool) {
	tcp, ok := connection.(*net.TCPConn)
	if !ok {
		return nil, 0, false
	}
	if pipe, ok = blockingPipe(other); !ok {
		return nil, 0, false
	}
	conn, err := tcp.SyscallConn()
	return conn, pipe, err == nil
}

// blockingPipe is the descriptor of a pipe that blocks: from one that does not,
// splice's "try again" would not tell which side to wait for.
func blockingPipe(end any) (fd int, ok bool) {
	f, ok := end.(*os.File)
	if !ok {
		return 0, false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return 0, false
	}
	fd = int(f.Fd())
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK != 0 {
		return 0, false
	}
	_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, spliceMost)
	return fd, true
}

// spliceAll splices until the source ends. wait runs a function until it reports
// that the socket was ready. When the first call is refused as not possible, it is
// not done.
func spliceAll(wait func(func(fd uintptr) bool) error, once func(socket int) (int64, error), moved func(int64)) (done bool, err error) {
	for first := true; ; first = false {
		var n int64
		var failed error
		err := wait(func(fd uintptr) bool {
			n, failed = once(int(fd))
			return !errors.Is(failed, unix.EAGAIN)
		})
		switch {
		case err != nil:
			return true, err
		case errors.Is(failed, unix.EINTR):
			continue
		case first && errors.Is(failed, unix.EINVAL):
			return false, nil
		case failed != nil:
			return true, os.NewSyscallError("splice", failed)
		case n == 0:
			return true, nil
		}
		moved(n)
	}
}
