package daemon

import (
	"net"
	"os"

	"golang.org/x/sys/unix"

	"github.com/napter-connect/napter-connect/internal/message"
)

// checkPeer refuses a process of another user, though the folder's mode should
// have kept it out.
func checkPeer(conn net.Conn) error {
	var cred *unix.Ucred
	err := control(conn, func(fd int) (err error) {
		cred, err = unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		return err
	})
	if err != nil {
		return message.Errorf("asking who is at the other end: %w", err)
	}
	return sameUser(int(cred.Uid), os.Geteuid())
}
