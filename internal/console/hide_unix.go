//go:build unix

package console

import "golang.org/x/sys/unix"

// hideInput turns a terminal's echo off and drops what was typed before, as
// OpenSSH does before it asks for a password. restore turns it on again.
func hideInput(fd int) (restore func(), err error) {
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, setTermiosFlush, &hidden); err != nil {
		return nil, err
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermiosFlush, before) }, nil
}
