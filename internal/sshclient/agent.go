package sshclient

import (
	"context"
	"net"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/napter-connect/napter-connect/internal/message"
)

const (
	agentDialTimeout = time.Second
	// agentListTimeout: an agent may have to start, but not for ever.
	agentListTimeout = 5 * time.Second
)

// hasAgent says whether socket names an agent at all.
func hasAgent(socket string) bool { return socket != "" && socket != "none" }

// dialAgent connects to the agent at a Unix socket or, on Windows, a named pipe.
func dialAgent(ctx context.Context, socket string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, agentDialTimeout)
	defer cancel()
	conn, err := dialAgentSocket(ctx, socket)
	if err != nil {
		return nil, message.Errorf("connecting to the SSH agent: %w", err)
	}
	return conn, nil
}

// agentSigners lists the agent's keys. They can sign until ctx ends.
func agentSigners(ctx context.Context, socket string) ([]ssh.Signer, error) {
	conn, err := dialAgent(ctx, socket)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(agentListTimeout))
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		_ = conn.Close()
		return nil, message.Errorf("listing the SSH agent's keys: %w", err)
	}
	// Signing may wait for a person to confirm it or to touch a key.
	_ = conn.SetDeadline(time.Time{})
	return signers, nil
}

// AgentKeys is how many keys the agent at a socket or named pipe has.
func AgentKeys(ctx context.Context, socket string) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	signers, err := agentSigners(ctx, socket)
	return len(signers), err
}
