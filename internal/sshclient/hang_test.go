package sshclient

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
)

// TestHangs: a device that answers keepalives, but not what was asked, is given up
// at each stage after the login's time.
func TestHangs(t *testing.T) {
	tests := []struct {
		stage string
		serve func(ssh.NewChannel)
	}{
		{"opening a session", func(ssh.NewChannel) {}},
		{"starting the session", func(nc ssh.NewChannel) {
			if _, requests, err := nc.Accept(); err == nil {
				for range requests { // and never an answer
				}
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.stage, func(t *testing.T) {
			c := configFor(t, listen(t, func(conn net.Conn) { serveChannels(t, conn, tt.serve) }))
			c.KeepAlive = 20 * time.Millisecond
			client := mustDial(t, c)
			client.config.ConnectTimeout = 200 * time.Millisecond
			_, err := client.Run(t.Context(), SessionOptions{Command: "true"})
			var timeout *TimeoutError
			if !errors.As(err, &timeout) || timeout.Stage != tt.stage {
				t.Fatalf("got %v", err)
			}
			if want := "gateway-001: no answer within 200ms while " + tt.stage; err.Error() != want {
				t.Errorf("got %q, want %q", err, want)
			}
			if hint := message.Hint(err).String(); !strings.Contains(hint, "the login succeeded") {
				t.Errorf("hint is %q", hint)
			}
		})
	}
}

// serveChannels lets everybody in, answers keepalives and leaves channels to serve.
func serveChannels(t *testing.T, conn net.Conn, serve func(ssh.NewChannel)) {
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(newEd25519(t))
	server, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	go func() {
		for nc := range channels {
			go serve(nc)
		}
	}()
	_ = server.Wait()
}

func TestHangInAuthentication(t *testing.T) {
	asked := make(chan bool)
	d := startDevice(t, func(_ *device, c *ssh.ServerConfig) {
		c.NoClientAuth = true
		c.NoClientAuthCallback = func(ssh.ConnMetadata) (*ssh.Permissions, error) {
			<-asked
			return nil, errors.New("too late")
		}
	})
	t.Cleanup(func() { close(asked) })
	c := configFor(t, d.addr)
	c.ConnectTimeout = 300 * time.Millisecond
	_, err := Dial(t.Context(), c)
	var timeout *TimeoutError
	if !errors.As(err, &timeout) || timeout.Stage != "authenticating" {
		t.Fatalf("got %v", err)
	}
	if hint := message.Hint(err).String(); !strings.Contains(hint, "its login hangs") || strings.Contains(hint, "signal") {
		t.Errorf("hint is %q", hint)
	}
}
