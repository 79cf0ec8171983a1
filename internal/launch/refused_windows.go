package launch

import (
	"errors"
	"syscall"
)

// wsaeconnrefused is the socket library's own number; syscall.ECONNREFUSED is one
// that Go made up for Windows.
const wsaeconnrefused = syscall.Errno(10061)

func isRefused(err error) bool { return errors.Is(err, wsaeconnrefused) }
