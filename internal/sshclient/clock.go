package sshclient

import (
	"sync"
	"time"
)

// clock is a time limit that stands still while a person is asked.
type clock struct {
	mu      sync.Mutex
	timer   *time.Timer
	left    time.Duration
	started time.Time
	paused  int
	done    bool
	expire  func()
}

func newClock(limit time.Duration, expire func()) *clock {
	c := &clock{left: limit, expire: expire}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.start()
	return c
}

// start runs the rest of the limit. The caller holds mu.
func (c *clock) start() {
	c.started = time.Now()
	var t *time.Timer
	t = time.AfterFunc(c.left, func() {
		c.mu.Lock()
		current := c.timer == t && c.paused == 0 && !c.done
		c.done = c.done || current
		c.mu.Unlock()
		if current {
			c.expire()
		}
	})
	c.timer = t
}

// pause stops the clock until the returned function is called.
func (c *clock) pause() (resume func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused++; c.paused == 1 && !c.done {
		c.timer.Stop()
		c.left -= time.Since(c.started)
	}
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.paused--; c.paused == 0 && !c.done {
			c.start()
		}
	})
}

// reset gives a new limit from now on.
func (c *clock) reset(limit time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left = limit; c.paused == 0 && !c.done {
		c.timer.Stop()
		c.start()
	}
}

func (c *clock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done = true
	c.timer.Stop()
}
