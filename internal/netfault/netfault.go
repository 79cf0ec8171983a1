// Package netfault tells the network's failures apart, with one test a kind for
// all systems.
package netfault

import (
	"errors"
	"runtime"
	"syscall"
)

// The numbers of Windows' socket library. There, the syscall package's own
// ECONNREFUSED and so on are numbers that Go made up and no socket returns.
const (
	wsaENetUnreach  syscall.Errno = 10051
	wsaEConnReset   syscall.Errno = 10054
	wsaEConnRefused syscall.Errno = 10061
	wsaEHostUnreach syscall.Errno = 10065
)

// Refused reports whether the connection was refused: nothing listens on the port.
func Refused(err error) bool { return is(err, syscall.ECONNREFUSED, wsaEConnRefused) }

// Reset reports whether the other side cut the connection.
func Reset(err error) bool { return is(err, syscall.ECONNRESET, wsaEConnReset) }

// Unreachable reports whether no route leads to the host or its network.
func Unreachable(err error) bool {
	return is(err, syscall.ENETUNREACH, wsaENetUnreach) || is(err, syscall.EHOSTUNREACH, wsaEHostUnreach)
}

func is(err error, posix, windows syscall.Errno) bool {
	return errors.Is(err, posix) || runtime.GOOS == "windows" && errors.Is(err, windows)
}
