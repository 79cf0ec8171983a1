//go:build unix

package connect

import (
	"os"
	"syscall"
)

func endingSignals() []os.Signal {
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
}

func pipeSignals() []os.Signal { return []os.Signal{syscall.SIGPIPE} }
