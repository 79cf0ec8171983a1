//go:build unix

package sshclient

import (
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// keepaliveServer counts the keepalive requests and, if answer is true, answers
// them as sshd does: with a refusal.
func keepaliveServer(t testing.TB, answer bool, serve func(ssh.Channel)) (addr string, key ssh.Signer, asked *atomic.Int32) {
	asked = new(atomic.Int32)
	addr, key = fakeServer(t, func(_ *ssh.ServerConn, channels <-chan ssh.NewChannel, requests <-chan *ssh.Request) {
		go func() {
			for r := range requests {
				if r.Type != "keepalive@openssh.com" || !r.WantReply {
					t.Errorf("request %q, reply wanted: %v", r.Type, r.WantReply)
				}
				asked.Add(1)
				if answer {
					_ = r.Reply(false, nil)
				}
			}
		}()
		for offered := range channels {
			ch, reqs, err := offered.Accept()
			if err != nil {
				return
			}
			go func() {
				for r := range reqs {
					_ = r.Reply(true, nil)
				}
			}()
			if serve != nil {
				go serve(ch)
			}
		}
	})
	return addr, key, asked
}

func TestKeepaliveGivesUp(t *testing.T) {
	addr, key, asked := keepaliveServer(t, false, nil)
	c := dialFake(t, addr, key, Config{KeepAlive: 30 * time.Millisecond, KeepAliveMax: 3})
	began := time.Now()
	r := wait(t, start(t.Context(), c, SessionOptions{}))
	var dropped *DroppedError
	if r.status != 255 || !errors.As(r.err, &dropped) || !strings.Contains(r.err.Error(), "no answer from the device for 90ms") {
		t.Errorf("%+v", r)
	}
	if d := time.Since(began); d < 90*time.Millisecond {
		t.Errorf("given up after %v", d)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestKeepaliveMeasures(t *testing.T) {
	addr, key, asked := keepaliveServer(t, true, nil)
	relay, _ := sshdtest.Delayed(t, addr, 20*time.Millisecond)
	c := dialFake(t, relay, key, Config{KeepAlive: 10 * time.Millisecond, KeepAliveMax: 1000})
	eventually(t, "three answers", func() bool { return asked.Load() >= 3 })
	if rtt := c.RTT(); rtt < 20*time.Millisecond || rtt > 2*time.Second {
		t.Errorf("RTT %v", rtt)
	}
	select {
	case <-c.dead:
		t.Error("the connection was given up")
	default:
	}
}

// A device that talks needs no keepalive, even one that answers none.
func TestNoKeepaliveWhileBusy(t *testing.T) {
	stop := make(chan struct{})
	addr, key, asked := keepaliveServer(t, false, func(ch ssh.Channel) {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				exitWith(ch, 0)
				return
			case <-tick.C:
				_, _ = ch.Write([]byte("x"))
			}
		}
	})
	c := dialFake(t, addr, key, Config{KeepAlive: time.Second})
	done := start(t.Context(), c, SessionOptions{})
	time.AfterFunc(1300*time.Millisecond, func() { close(stop) })
	if r := wait(t, done); r.err != nil || asked.Load() != 0 {
		t.Errorf("%+v, %d requests", r, asked.Load())
	}
}

// fakeConn answers every request at once, and counts them.
type fakeConn struct {
	ssh.Conn
	asked int
	ended chan struct{}
}

func (c *fakeConn) Wait() error { <-c.ended; return io.EOF }

func (c *fakeConn) SendRequest(string, bool, []byte) (bool, []byte, error) {
	c.asked++
	return false, nil, nil
}

// An hour in which the device says nothing by itself.
func TestKeepaliveInterval(t *testing.T) {
	for interval, want := range map[time.Duration]int{-1: 0, 0: 240, time.Minute: 60} {
		synctest.Test(t, func(t *testing.T) {
			c := &fakeConn{ended: make(chan struct{})}
			newClient(&ssh.Client{Conn: c}, Config{KeepAlive: interval}, func() time.Duration { return time.Hour })
			time.Sleep(time.Hour + time.Second)
			synctest.Wait()
			if c.asked != want {
				t.Errorf("interval %v: %d requests, want %d", interval, c.asked, want)
			}
			close(c.ended)
		})
	}
}

func TestWaitEndsWithTheConnection(t *testing.T) {
	addr, key, _ := keepaliveServer(t, false, nil)
	relay, cut := sshdtest.Delayed(t, addr, 0)
	c := dialFake(t, relay, key, Config{})
	ended := make(chan error, 1)
	go func() { ended <- c.Wait(t.Context()) }()
	cut()
	var dropped *DroppedError
	if err := <-ended; !errors.As(err, &dropped) {
		t.Errorf("%v", err)
	}
}
