package sshclient

import (
	"context"
	"io"
	"sync"

	"golang.org/x/crypto/ssh"
)

// agentForwarder lets the device use the local agent, for as long as a session
// that asked for it runs. Every use dials the agent anew, as OpenSSH does.
type agentForwarder struct {
	mu    sync.Mutex
	users int
	taken bool // the channel type is ours
}

// use allows the device's requests until done is called.
func (a *agentForwarder) use(ctx context.Context, c *Client) (done func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.users++
	if !a.taken {
		// It is nil when the type is taken, which only this function does.
		if channels := c.conn.HandleChannelOpen("auth-agent@openssh.com"); channels != nil {
			a.taken = true
			ctx := context.WithoutCancel(ctx) // it serves later sessions, too
			go func() {
				for ch := range channels {
					go a.serve(ctx, c, ch)
				}
			}()
		}
	}
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.users--
	}
}

func (a *agentForwarder) allowed() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.users > 0
}

func (a *agentForwarder) serve(ctx context.Context, c *Client, offered ssh.NewChannel) {
	if !a.allowed() {
		_ = offered.Reject(ssh.Prohibited, "no session forwards the agent")
		return
	}
	agent, err := dialAgent(ctx, c.config.forwardSocket())
	if err != nil {
		c.config.debugf("agent forwarding: %v", err)
		_ = offered.Reject(ssh.ConnectionFailed, "no agent")
		return
	}
	ch, reqs, err := offered.Accept()
	if err != nil {
		_ = agent.Close()
		return
	}
	go ssh.DiscardRequests(reqs)
	go func() { _, _ = io.Copy(io.Discard, ch.Stderr()) }()
	pipe(agent, ch)
}
