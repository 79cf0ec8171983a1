//go:build !windows

package sshclient

import (
	"context"
	"net"
)

func dialAgentSocket(ctx context.Context, socket string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "unix", socket)
}
