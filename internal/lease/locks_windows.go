package lease

import (
	"errors"
	"syscall"
)

// noLocks reports whether err says that the file system has no locks.
func noLocks(err error) bool {
	const invalidFunction, notSupported = syscall.Errno(1), syscall.Errno(50)
	return errors.Is(err, invalidFunction) || errors.Is(err, notSupported)
}
