package sshclient

import (
	"context"
	"net"
	"strings"

	"github.com/Microsoft/go-winio"
)

func dialAgentSocket(ctx context.Context, socket string) (net.Conn, error) {
	if pipe := strings.ReplaceAll(socket, "/", `\`); strings.HasPrefix(pipe, `\\.\pipe\`) {
		return winio.DialPipeContext(ctx, pipe)
	}
	return new(net.Dialer).DialContext(ctx, "unix", socket)
}
