package launch

import (
	"io"
	"os"
	"sync/atomic"

	"golang.org/x/sys/windows"
)

// parentPoll is how long stop may have to wait, in ms.
const parentPoll = 500

// watchReader calls gone when the program that started this one has ended: a
// pipe says nothing until it is used.
func watchReader(_ io.Writer, gone func()) (stop func()) {
	parent, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(os.Getppid()))
	if err != nil {
		return func() {}
	}
	var stopped atomic.Bool
	go func() {
		defer func() { _ = windows.CloseHandle(parent) }()
		for !stopped.Load() {
			event, err := windows.WaitForSingleObject(parent, parentPoll)
			if err != nil {
				return
			}
			if event == windows.WAIT_OBJECT_0 {
				gone()
				return
			}
		}
	}()
	return func() { stopped.Store(true) }
}
