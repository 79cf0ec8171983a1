package sshclient

import (
	"context"
	"errors"
	"io"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
)

// newClient starts to watch over conn. idle is Transport's.
func newClient(conn *ssh.Client, cfg Config, idle func() time.Duration) *Client {
	c := &Client{conn: conn, config: cfg, dead: make(chan struct{})}
	go func() {
		c.setCause(conn.Wait())
		close(c.dead)
	}()
	startKeepAlive(cfg, &keepalive{conn: conn, idle: idle, measured: c.setRTT, dead: c.dead, giveUp: c.setCause})
	return c
}

func (c *Client) setRTT(d time.Duration) { c.rtt.Store(int64(d)) }

// setCause notes why the connection ended; the first reason stays.
func (c *Client) setCause(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		c.cause = err
	}
}

// dropped returns the error of a connection that is over.
func (c *Client) dropped() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(c.cause, io.EOF) {
		return &DroppedError{Err: message.Errorf("it was closed from the other side")}
	}
	return &DroppedError{Err: c.cause}
}

// explain returns a *DroppedError in place of err when the connection is over.
func (c *Client) explain(err error) error {
	if err != nil && c.over() {
		return c.dropped()
	}
	return err
}

// over reports whether the connection is over. The library ends a connection's
// channels a moment before it says so, hence the wait.
func (c *Client) over() bool {
	timer := time.NewTimer(200 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-c.dead:
		return true
	case <-timer.C:
		return false
	}
}

// Wait waits, as ssh -N does, until the connection is over, which is a
// *DroppedError, or ctx is done, which is its cause.
func (c *Client) Wait(ctx context.Context) error {
	select {
	case <-c.dead:
		return c.dropped()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// answer is await for what the device answers at once when it is well. It has
// as long as the login had: a device may answer keepalives and nothing else.
func answer[T any](ctx context.Context, c *Client, stage string, f func() (T, error), late func(T)) (T, error) {
	limit := c.config.connectTimeout()
	limited, cancel := context.WithTimeoutCause(ctx, limit, &TimeoutError{Host: c.config.host(), Stage: stage, After: limit})
	defer cancel()
	return await(limited, f, late)
}

// await runs f, which cannot be interrupted, and stops waiting for it when ctx is
// done. late is then told f's result, to undo it.
func await[T any](ctx context.Context, f func() (T, error), late func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		go func() {
			if r := <-done; r.err == nil {
				late(r.value)
			}
		}()
		var zero T
		return zero, context.Cause(ctx)
	}
}
