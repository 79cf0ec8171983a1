//go:build !windows

package client

import "syscall"

// errRefused is the kernel's word for a port on which nobody listens.
const errRefused = syscall.ECONNREFUSED
