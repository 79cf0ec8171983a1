package daemon

import "net"

// checkPeer trusts the folder: Windows tells nothing about the peer of a Unix
// socket, and the socket's folder is in the user's profile.
func checkPeer(net.Conn) error { return nil }
