package client

import "syscall"

// errRefused is WSAECONNREFUSED, which the syscall package does not name.
const errRefused = syscall.Errno(10061)
