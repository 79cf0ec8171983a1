package launch

import "syscall"

// ownGroup puts a program into a process group of its own, which Ctrl-C does not
// reach.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
