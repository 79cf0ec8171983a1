//go:build !unix

package connect

import (
	"os"
	"syscall"
)

// On Windows the runtime tells of Ctrl-C and Ctrl-Break as os.Interrupt, of
// close, logoff and shutdown as SIGTERM (package os/signal).
func endingSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

func pipeSignals() []os.Signal { return nil }
