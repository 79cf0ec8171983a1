//go:build unix

package simulator

import (
	"net"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// hold keeps an address from others while nobody listens there: connections are
// refused as at any closed port. It does its best; where it fails, the address is
// free for anybody.
func hold(addr *net.TCPAddr) (release func()) {
	family, sockaddr := unix.AF_INET6, unix.Sockaddr(&unix.SockaddrInet6{Port: addr.Port, Addr: [16]byte(addr.IP.To16())})
	if ip := addr.IP.To4(); ip != nil {
		family, sockaddr = unix.AF_INET, &unix.SockaddrInet4{Port: addr.Port, Addr: [4]byte(ip)}
	}
	// A process that is started in between would inherit the socket, and hold the
	// address for as long as it lives. (SOCK_CLOEXEC is not there on macOS.)
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return func() {}
	}
	// Connections of before may still be there, which only a socket may share that
	// says so; afterwards it shares with nobody.
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	_ = unix.Bind(fd, sockaddr)
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 0)
	return sync.OnceFunc(func() { _ = unix.Close(fd) })
}
