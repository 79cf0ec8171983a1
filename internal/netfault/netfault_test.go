package netfault_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/napter-connect/napter-connect/internal/netfault"
)

// TestRefused asks the system itself.
func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	_, err = net.Dial("tcp4", addr)
	check(t, fmt.Errorf("calling: %w", err), true, false, false)
}

// TestReset has the other side cut a connection that is in use.
func TestReset(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	conn, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if err := peer.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	_ = peer.Close()
	_, err = conn.Read(make([]byte, 1))
	check(t, err, false, true, false)
}

func TestUnreachable(t *testing.T) {
	for _, number := range []syscall.Errno{syscall.ENETUNREACH, syscall.EHOSTUNREACH} {
		check(t, &net.OpError{Op: "dial", Net: "tcp4", Err: os.NewSyscallError("connect", number)}, false, false, true)
	}
}

func TestOthers(t *testing.T) {
	for _, err := range []error{nil, io.EOF, errors.New("connection refused"), syscall.EPIPE, os.ErrDeadlineExceeded} {
		check(t, err, false, false, false)
	}
}

func check(t *testing.T, err error, refused, reset, unreachable bool) {
	t.Helper()
	if netfault.Refused(err) != refused || netfault.Reset(err) != reset || netfault.Unreachable(err) != unreachable {
		t.Errorf("%v: refused %v, reset %v, unreachable %v", err,
			netfault.Refused(err), netfault.Reset(err), netfault.Unreachable(err))
	}
}
