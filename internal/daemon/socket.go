// Package daemon is what the program's background processes have in common: how a
// command starts one, in a session of its own, and the Unix socket behind which
// only processes of the same user find it.
package daemon

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/message"
)

// dialLimit bounds the connect to a socket on this machine.
const dialLimit = 2 * time.Second

// Dial connects to the process of this user that serves the socket.
func Dial(ctx context.Context, socket string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialLimit}
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, err
	}
	if err := checkPeer(conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// Listen takes the socket: the error is ErrRunning when another process has it. The
// lock, not the socket's file, says who that is: a file outlives its process.
// Processes of other users are hung up on; refused is told of them.
func Listen(socket string, refused func(error)) (net.Listener, error) {
	if err := config.MakeDir(filepath.Dir(socket)); err != nil {
		return nil, err
	}
	lock := flock.New(socket+".lock", flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err != nil {
		return nil, message.Errorf("locking %s: %w", lock.Path(), err)
	}
	if !got {
		return nil, ErrRunning
	}
	listener, err := Bind(socket, refused)
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return &lockedListener{Listener: listener, lock: lock}, nil
}

// Bind is Listen without a lock: it takes the socket, whoever had it. Its folder must
// be private.
func Bind(socket string, refused func(error)) (net.Listener, error) {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, message.Errorf("removing an old socket: %w", err)
	}
	listener, err := net.Listen("unix", socket) //nolint:noctx // it does not wait for anybody
	if err != nil {
		return nil, message.Errorf("listening: %w", err)
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(message.Errorf("listening: %w", err), listener.Close())
	}
	return &ownListener{listener, refused}, nil
}

// ownListener accepts processes of our own user only.
type ownListener struct {
	net.Listener
	refused func(error)
}

func (l *ownListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if err = checkPeer(conn); err == nil {
			return conn, nil
		}
		_ = conn.Close()
		l.refused(err)
	}
}

// lockedListener gives up the socket when it is closed, so that the next process
// can start while this one still cleans up.
type lockedListener struct {
	net.Listener
	lock *flock.Flock
}

func (l *lockedListener) Close() error {
	return errors.Join(l.Listener.Close(), l.lock.Unlock())
}
