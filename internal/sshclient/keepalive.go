package sshclient

import (
	"cmp"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Defaults of Config.KeepAlive and KeepAliveMax.
const (
	defaultKeepAlive    = 15 * time.Second
	defaultKeepAliveMax = 3
)

// keepalive asks the device for a sign of life whenever nothing has arrived for
// the interval, and gives the connection up after max intervals without one.
//
// Only one request is under way at a time: TCP repeats it, and x/crypto answers
// global requests in order, so that a second one could only wait for the first.
type keepalive struct {
	conn     ssh.Conn
	idle     func() time.Duration // how long nothing has arrived
	interval time.Duration
	max      int
	measured func(rtt time.Duration)
	giveUp   func(error) // before conn is closed
	dead     <-chan struct{}
}

// startKeepAlive fills in and runs k as cfg says.
func startKeepAlive(cfg Config, k *keepalive) {
	k.interval, k.max = cmp.Or(cfg.KeepAlive, defaultKeepAlive), cmp.Or(cfg.KeepAliveMax, defaultKeepAliveMax)
	if k.interval > 0 && k.idle != nil {
		go k.run()
	}
}

// KeepAlive looks after a connection that has no client, until it is over. giveUp is
// told why before a dead one is closed.
func (t *Transport) KeepAlive(cfg Config, giveUp func(error)) {
	dead := make(chan struct{})
	go func() {
		_ = t.Wait()
		close(dead)
	}()
	startKeepAlive(cfg, &keepalive{conn: t.Conn, idle: t.idle, measured: func(time.Duration) {}, dead: dead, giveUp: giveUp})
}

func (k *keepalive) run() {
	timer := time.NewTimer(k.interval)
	defer timer.Stop()
	for {
		select {
		case <-k.dead:
			return
		case <-timer.C:
		}
		wait := k.interval - k.idle()
		if wait <= 0 {
			if !k.ask() {
				return
			}
			wait = k.interval
		}
		timer.Reset(wait)
	}
}

// ask sends one request and waits for its answer, or for anything else that
// arrives. It returns false when the connection is over.
func (k *keepalive) ask() bool {
	sent := time.Now()
	answered := make(chan struct{})
	go func() {
		// The name is OpenSSH's. Servers refuse what they don't know, which is
		// an answer too.
		if _, _, err := k.conn.SendRequest("keepalive@openssh.com", true, nil); err == nil {
			k.measured(time.Since(sent))
		}
		close(answered)
	}()
	limit := k.interval * time.Duration(k.max)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case <-answered:
			return true
		case <-k.dead:
			return false
		case <-timer.C:
		}
		silent := min(k.idle(), time.Since(sent))
		if silent >= limit {
			k.giveUp(message.Errorf("no answer from the device for %v", limit))
			_ = k.conn.Close()
			return false
		}
		timer.Reset(limit - silent)
	}
}
