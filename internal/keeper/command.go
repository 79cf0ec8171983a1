package keeper

import (
	"cmp"
	"os"
	"time"

	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/message"
)

// NewCommand is how to start this program as the keeper of a journal's folder, to
// stay for idle (0 is DefaultIdle) without work.
func NewCommand(l Location, leases string, idle time.Duration, getenv func(string) string) (*daemon.Command, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, message.Errorf("finding this program: %w", err)
	}
	return &daemon.Command{
		Path: self,
		Args: []string{"keeper", "run", "--state", l.State, "--leases", leases, "--socket", l.Socket,
			"--idle", cmp.Or(idle, DefaultIdle).String()},
		Env: environment(getenv),
	}, nil
}

// environment holds what the Go runtime and the certificate store need. All else
// comes with the requests: the keeper serves commands of different environments,
// and its own may be read by others.
func environment(getenv func(string) string) []string {
	list := []string{} // not nil, which would mean all
	for _, name := range []string{
		"SSL_CERT_FILE", "SSL_CERT_DIR", "TZ", "TMPDIR", "SystemRoot", "SystemDrive", "GOCOVERDIR", "GORACE",
	} {
		if v := getenv(name); v != "" {
			list = append(list, name+"="+v)
		}
	}
	return list
}
