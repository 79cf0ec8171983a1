//go:build unix

package launch

import "syscall"

// ownGroup puts a program into a new process group, which the terminal's
// signals do not reach.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
