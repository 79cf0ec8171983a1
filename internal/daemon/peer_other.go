//go:build !linux && !darwin && !freebsd && !windows

package daemon

import "net"

// CheckPeer trusts the folder's mode, which is 0700.
func CheckPeer(net.Conn) error { return nil }
