package keeper

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/napter-connect/napter-connect/internal/daemon"
)

// nobody is a user that is not us.
const nobody = 65534

func TestPeerOfAnotherUserIsRefused(t *testing.T) {
	if err := daemon.CheckPeer(connectedBy(t, os.Geteuid())); err != nil {
		t.Errorf("our own process: %v", err)
	}
	if os.Geteuid() == 0 { // only root can be somebody else
		if err := daemon.CheckPeer(connectedBy(t, nobody)); err == nil {
			t.Error("a process of another user is let in")
		}
	}
}

// The keeper hangs up on another user without an answer.
func TestKeeperHangsUpOnAnotherUser(t *testing.T) {
	needRoot(t)
	s := serveFake(t, nil)
	socket := s.keeper.Location.Socket
	admitAll(t, filepath.Dir(socket), socket)
	for _, uid := range []int{os.Geteuid(), nobody} {
		conn := as(t, uid, func() (net.Conn, error) { return net.Dial("unix", socket) })
		_ = conn.SetDeadline(time.Now().Add(patience))
		_, _ = io.WriteString(conn, `{"op":"status"}`+"\n") // it may have hung up
		answer, err := io.ReadAll(conn)
		if errors.Is(err, os.ErrDeadlineExceeded) || (len(answer) > 0) != (uid != nobody) {
			t.Errorf("user %d got %q, %v", uid, answer, err)
		}
	}
}

// A command tells nothing to a keeper of another user.
func TestKeeperOfAnotherUserIsRefused(t *testing.T) {
	needRoot(t)
	for _, uid := range []int{os.Geteuid(), nobody} {
		socket := filepath.Join(t.TempDir(), "s")
		admitAll(t, filepath.Dir(socket))
		as(t, uid, func() (net.Listener, error) { return net.Listen("unix", socket) })
		conn, err := daemon.Dial(t.Context(), socket)
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != (uid != nobody) {
			t.Errorf("a keeper of user %d: %v", uid, err)
		}
	}
}

// connectedBy is the server's end of a connection that a user made.
func connectedBy(t *testing.T, uid int) net.Conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	admitAll(t, filepath.Dir(path), path)
	as(t, uid, func() (net.Conn, error) { return net.Dial("unix", path) })
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can be somebody else")
	}
}

// admitAll lets every user into the folder that t.TempDir gave, and at a socket in it.
func admitAll(t *testing.T, dir string, socket ...string) {
	t.Helper()
	for _, path := range append(socket, dir, filepath.Dir(dir)) {
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
}

// as opens something as another user, until the end of the test.
func as[C io.Closer](t *testing.T, uid int, open func() (C, error)) (opened C) {
	t.Helper()
	done := make(chan error)
	go func() {
		// The raw call changes this thread alone, which is not given back and
		// ends with the goroutine.
		runtime.LockOSThread()
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); e != 0 {
			done <- e
			return
		}
		var err error
		opened, err = open()
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}
