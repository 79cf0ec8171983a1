package sshclient

import (
	"net"
	"os"
	"syscall"
	"testing"
)

// What was lost is told without the addresses, which say nothing to a person.
func TestLostConnectionIsToldInShort(t *testing.T) {
	err := &DroppedError{Err: &net.OpError{
		Op: "read", Net: "tcp", Source: &net.TCPAddr{}, Addr: &net.TCPAddr{}, Err: os.NewSyscallError("read", syscall.ECONNRESET),
	}}
	if want := "the connection was lost: " + syscall.ECONNRESET.Error(); err.Error() != want {
		t.Errorf("%q, want %q", err.Error(), want)
	}
}
