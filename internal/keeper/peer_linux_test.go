package keeper

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// nobody is a user that is not us.
const nobody = 65534

func TestPeerOfAnotherUserIsRefused(t *testing.T) {
	if err := checkPeer(connectedBy(t, os.Geteuid())); err != nil {
		t.Errorf("our own process: %v", err)
	}
	if os.Geteuid() == 0 { // only root can be somebody else
		if err := checkPeer(connectedBy(t, nobody)); err == nil {
			t.Error("a process of another user is let in")
		}
	}
	if sameUser(nobody, 0) == nil || sameUser(0, nobody) == nil || sameUser(7, 7) != nil {
		t.Error("users are not told apart")
	}
}

// connectedBy is the server's end of a connection that a user made.
func connectedBy(t *testing.T, uid int) net.Conn {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} { // everybody may come in
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	if err := os.Chmod(path, 0o777); err != nil {
		t.Fatal(err)
	}
	client := make(chan error, 1)
	go func() {
		// The raw call changes this thread alone, which is not given back and
		// ends with the goroutine.
		runtime.LockOSThread()
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); e != 0 {
			client <- e
			return
		}
		conn, err := net.Dial("unix", path)
		client <- err
		if err == nil {
			<-t.Context().Done()
			_ = conn.Close()
		}
	}()
	if err := <-client; err != nil {
		t.Fatal(err)
	}
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
