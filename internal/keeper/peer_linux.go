package keeper

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
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
		return fmt.Errorf("asking who is at the other end: %w", err)
	}
	return sameUser(int(cred.Uid), os.Geteuid())
}
