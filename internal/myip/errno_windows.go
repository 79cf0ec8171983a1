package myip

import "syscall"

// WSAECONNREFUSED, WSAENETUNREACH and WSAEHOSTUNREACH, which the syscall package
// does not name: its ECONNREFUSED and so on are numbers of its own here.
const (
	errRefused         = syscall.Errno(10061)
	errNetUnreachable  = syscall.Errno(10051)
	errHostUnreachable = syscall.Errno(10065)
)
