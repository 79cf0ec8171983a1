//go:build unix

package daemon

import (
	"os/exec"
	"syscall"
)

// detach starts the process in a new session, so that no signal of our
// terminal reaches it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func rootDir() string { return "/" }
