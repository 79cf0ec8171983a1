//go:build linux || darwin || freebsd

package daemon

import (
	"errors"
	"net"

	"github.com/napter-connect/napter-connect/internal/message"
)

// control runs f on the connection's descriptor.
func control(conn net.Conn, f func(fd int) error) error {
	c, ok := conn.(*net.UnixConn)
	if !ok {
		return message.Errorf("%T is not a Unix socket", conn)
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	return errors.Join(raw.Control(func(fd uintptr) { inner = f(int(fd)) }), inner)
}

func sameUser(peer, us int) error {
	if peer != us {
		return message.Errorf("the process at the other end belongs to user %d, not %d", peer, us)
	}
	return nil
}
