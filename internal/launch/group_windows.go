package launch

import "syscall"

// ownGroup puts a program into a new process group, which Ctrl-C does not
// reach.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
