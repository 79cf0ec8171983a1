//go:build unix

package keeper

import (
	"os/exec"
	"syscall"
)

// detach gives the process a session of its own, so that no signal of our
// terminal reaches it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func rootDir() string { return "/" }
