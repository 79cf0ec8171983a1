package sshclient

import (
	"context"
	"net"
	"slices"
	"sync"

	"github.com/napter-connect/napter-connect/internal/message"
)

// connections are those that go through forwards, in the order in which they came.
type connections struct {
	mu   sync.Mutex
	open []*forwarded
	none chan struct{} // closed when open is empty; nil when nobody waits
}

// forwarded is a connection that came from somewhere to a forward.
type forwarded struct {
	forward Forward
	from    net.Addr
}

// add takes a connection in until done.
func (c *connections) add(f Forward, from net.Addr) (done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one := &forwarded{f, from}
	c.open = append(c.open, one)
	return func() { c.remove(one) }
}

func (c *connections) remove(one *forwarded) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = slices.DeleteFunc(c.open, func(other *forwarded) bool { return other == one })
	if len(c.open) == 0 && c.none != nil {
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
	if len(c.open) == 0 {
		close(none)
		c.none = nil
	}
	return none
}

// Forwarding is how many connections go through the client's forwards.
func (c *Client) Forwarding() int {
	c.forwarding.mu.Lock()
	defer c.forwarding.mu.Unlock()
	return len(c.forwarding.open)
}

// text is the answer to ~#.
func (c *connections) text() message.Text {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) == 0 {
		return message.New("no connection goes through a forward")
	}
	lines := []message.Text{message.New("Forwarded connections:")}
	for _, one := range c.open {
		target := message.Verbatim(one.forward.Target)
		if one.forward.Target == "" {
			target = message.Verbatim("SOCKS")
		}
		lines = append(lines, message.New(" -%c %s: from %s to %s", one.forward.Kind, one.forward.Listen, one.from, target))
	}
	return message.Join(lines, "\n")
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
