package keeper

import (
	"cmp"
	"time"

	"github.com/napter-connect/napter-connect/internal/daemon"
)

// NewCommand is how to start this program as the keeper of a journal's folder, to
// stay for idle (0 is DefaultIdle) without work.
func NewCommand(l Location, leases string, idle time.Duration, getenv func(string) string) (*daemon.Command, error) {
	return daemon.Self(getenv, "keeper", "run", "--state", l.State, "--leases", leases, "--socket", l.Socket,
		"--idle", cmp.Or(idle, DefaultIdle).String())
}
