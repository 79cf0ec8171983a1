//go:build !linux && !darwin && !freebsd && !windows

package daemon

import "net"

// checkPeer trusts the folder's mode, which is 0700.
func checkPeer(net.Conn) error { return nil }
