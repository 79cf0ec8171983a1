package sshclient

import (
	"context"
	"sync"
)

// connections counts those that go through forwards.
type connections struct {
	mu   sync.Mutex
	open int
	none chan struct{} // closed when open is 0; nil when nobody waits
}

func (c *connections) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open++
}

func (c *connections) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	if c.open == 0 && c.none != nil {
		close(c.none)
		c.none = nil
	}
}

// ended is closed once no connection is open.
func (c *connections) ended() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.none == nil {
		c.none = make(chan struct{})
	}
	none := c.none
	if c.open == 0 {
		close(none)
		c.none = nil
	}
	return none
}

// Forwarding is how many connections go through the client's forwards.
func (c *Client) Forwarding() int {
	c.forwarding.mu.Lock()
	defer c.forwarding.mu.Unlock()
	return c.forwarding.open
}

// WaitForwards waits until no connection goes through a forward any more, as ssh
// does after its session's end. It returns a *DroppedError when the connection is
// over before that, and the cause of ctx when ctx is.
func (c *Client) WaitForwards(ctx context.Context) error {
	if c.Forwarding() == 0 {
		return nil
	}
	select {
	case <-c.forwarding.ended():
		if c.over() { // it has taken them with it
			return c.dropped()
		}
		return nil
	case <-c.dead:
		return c.dropped()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
