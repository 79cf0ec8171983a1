//go:build unix

package sshclient

import (
	"os"
	"syscall"

	"github.com/napter-connect/napter-connect/internal/message"
)

// checkKeyMode refuses our private key if others can read it, as OpenSSH
// does (sshkey_perm_ok in authfile.c).
func checkKeyMode(path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	owner, ok := st.Sys().(*syscall.Stat_t)
	if ok && int(owner.Uid) == os.Getuid() && st.Mode().Perm()&0o077 != 0 {
		return message.WithHint(
			message.Errorf("%s: not used, because others can read it (mode %04o)", path, st.Mode().Perm()),
			"chmod 600 %s", path)
	}
	return nil
}
