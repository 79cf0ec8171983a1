package daemon

import (
	"errors"
	"net"
	"path/filepath"
	"testing"
)

// One listener has the socket, also over the socket of a dead one.
func TestPlaceIsSingle(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "k.sock")
	for range 2 {
		l, err := Listen(socket, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Listen(socket, nil); !errors.Is(err, ErrRunning) {
			t.Errorf("a second one: %v", err)
		}
		// As when the process is killed: the socket's file stays.
		l.(*lockedListener).Listener.(*ownListener).Listener.(*net.UnixListener).SetUnlinkOnClose(false)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}
