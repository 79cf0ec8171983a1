package keeper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Location is where a user's keeper lives.
type Location struct {
	// State is the folder of the journal and of keeper.log.
	State string
	// Socket is the keeper's socket, in a 0700 folder.
	Socket string
}

// FindLocation names the socket for the folders and this version of the protocol.
// The state folder is part of the name: a keeper serves one journal.
func FindLocation(d config.Dirs) (Location, error) {
	sum := sha256.Sum256([]byte(d.State))
	socket, err := d.SocketPath(fmt.Sprintf("keeper-%d-%s.sock", Protocol, hex.EncodeToString(sum[:4])))
	return Location{State: d.State, Socket: socket}, err
}

// dialLimit bounds the connect to a socket on this machine.
const dialLimit = 2 * time.Second

func (l Location) dial(ctx context.Context) (net.Conn, error) {
	d := net.Dialer{Timeout: dialLimit}
	conn, err := d.DialContext(ctx, "unix", l.Socket)
	if err != nil {
		return nil, err
	}
	if err := checkPeer(conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// ErrRunning says that another keeper has the socket.
var ErrRunning = message.Errorf("a keeper is running already")

// Listen takes the socket: the error is ErrRunning when another keeper has it. The
// lock, not the socket's file, says who that is: a file outlives its keeper.
func (l Location) Listen() (net.Listener, error) {
	if err := config.MakeDir(filepath.Dir(l.Socket)); err != nil {
		return nil, err
	}
	lock := flock.New(l.Socket+".lock", flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err != nil {
		return nil, message.Errorf("locking %s: %w", lock.Path(), err)
	}
	if !got {
		return nil, ErrRunning
	}
	if err := os.Remove(l.Socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, errors.Join(message.Errorf("removing an old socket: %w", err), lock.Unlock())
	}
	listener, err := net.Listen("unix", l.Socket) //nolint:noctx // it does not wait for anybody
	if err != nil {
		return nil, errors.Join(message.Errorf("listening: %w", err), lock.Unlock())
	}
	if err := os.Chmod(l.Socket, 0o600); err != nil {
		return nil, errors.Join(message.Errorf("listening: %w", err), listener.Close(), lock.Unlock())
	}
	return &lockedListener{Listener: listener, lock: lock}, nil
}

// lockedListener gives up the socket when it is closed, so that the next keeper
// can start while this one still cleans up.
type lockedListener struct {
	net.Listener
	lock *flock.Flock
}

func (l *lockedListener) Close() error {
	return errors.Join(l.Listener.Close(), l.lock.Unlock())
}
