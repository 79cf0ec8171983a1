//go:build !windows

package myip

import "syscall"

// The kernel's words for what keeps a connection from being made.
const (
	errRefused         = syscall.ECONNREFUSED
	errNetUnreachable  = syscall.ENETUNREACH
	errHostUnreachable = syscall.EHOSTUNREACH
)
