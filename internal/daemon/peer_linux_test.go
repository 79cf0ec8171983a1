package daemon

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// users are another user, whom only root can be, and we.
func users() []int {
	if os.Geteuid() == 0 {
		return []int{nobody, 0}
	}
	return []int{os.Geteuid()}
}

// A listener hangs up on another user, says so, and goes on for us.
func TestListenerRefusesAnotherUser(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	refused := 0
	l, err := Listen(socket, func(error) { refused++ })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	admitAll(t, filepath.Dir(socket), socket)
	var conns []net.Conn
	for _, uid := range users() { // we are the last
		conns = append(conns, as(t, uid, func() (net.Conn, error) { return net.Dial("unix", socket) }))
	}
	served, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(served, "served")
	_ = served.Close()
	for i, conn := range conns {
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		got, err := io.ReadAll(conn)
		if ours := i == len(conns)-1; err != nil || (string(got) == "served") != ours || !ours && len(got) > 0 {
			t.Errorf("user %d got %q, %v", users()[i], got, err)
		}
	}
	if want := len(conns) - 1; refused != want {
		t.Errorf("%d were refused, want %d", refused, want)
	}
}

// A command tells nothing to a process of another user.
func TestDialRefusesAnotherUser(t *testing.T) {
	for _, uid := range users() {
		socket := filepath.Join(t.TempDir(), "s")
		admitAll(t, filepath.Dir(socket))
		as(t, uid, func() (net.Listener, error) { return net.Listen("unix", socket) })
		conn, err := Dial(t.Context(), socket)
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != (uid != nobody) {
			t.Errorf("a process of user %d: %v", uid, err)
		}
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
