package sshclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"
)

func noAuth(_ *device, c *ssh.ServerConfig) { c.NoClientAuth = true }

func TestDialWithAKeyFile(t *testing.T) {
	c := configFor(t, "")
	path := filepath.Join(t.TempDir(), "id")
	pub := writeKey(t, path, "")
	d := startDevice(t, allowKeys(pub))
	c.Addr, c.IdentityFiles = d.addr, []string{path}
	var used string
	var steps []string
	c.KeyUsed = func(f string) { used = f }
	c.OnStep = func(step string, done bool, err error) { steps = append(steps, fmt.Sprint(step, done, err)) }
	client := mustDial(t, c)
	if _, _, err := client.conn.SendRequest("keepalive@openssh.com", true, nil); err != nil {
		t.Error(err)
	}
	if want := ssh.FingerprintSHA256(pub); used != want {
		t.Errorf("KeyUsed was told %q, want %q", used, want)
	}
	want := "dialfalse <nil> dialtrue <nil> sshfalse <nil> sshtrue <nil>"
	if got := strings.Join(steps, " "); got != want {
		t.Errorf("steps: %s, want %s", got, want)
	}
}

func TestDialRefused(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	_, err = Dial(t.Context(), configFor(t, addr))
	var refused *RefusedError
	if !errors.As(err, &refused) || message.Hint(err).String() == "" {
		t.Errorf("got %v", err)
	}
}

func TestDialBeforeTheBanner(t *testing.T) {
	hang := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	say := func(text string, then func(net.Conn)) func(net.Conn) {
		return func(c net.Conn) {
			_, _ = io.WriteString(c, text)
			then(c)
		}
	}
	// Closing with unread input would reset the connection and lose what was sent.
	drain := func(c net.Conn) {
		_ = c.(*net.TCPConn).CloseWrite()
		hang(c)
	}
	tests := []struct {
		name  string
		serve func(net.Conn)
		want  string
		hint  string
	}{
		{"says nothing", hang, "gateway-001: no answer within 200ms while waiting for the SSH banner", "-p"},
		{"hangs in the banner", say("SSH-2.0-Open", hang), "no answer within 200ms while waiting for the SSH banner", "-p"},
		{"hangs after the banner", say("SSH-2.0-OpenSSH_9\r\n", hang), "no answer within 200ms while exchanging keys", "ConnectTimeout"},
		{"closes at once", drain, "the connection was closed while waiting for the SSH banner", "SSH server"},
		{"closes after the banner", say("SSH-2.0-x\r\n", drain), "the connection was closed while exchanging keys", "again"},
		{"is a web server", say("HTTP/1.1 400 Bad Request\r\n\r\n", drain), `does not speak SSH on this port: it sent "HTTP/1.1 400 Bad Request"`, "napter-connect open"},
		{"is a mail server that waits", say("220 mail.example ESMTP\r\n", hang), `does not speak SSH on this port: it sent "220 mail.example ESMTP"`, "-p"},
		{"is something else that waits", say("login: \r\n", hang), `does not speak SSH on this port: it sent "login:"`, "-p"},
		{"is busy", say("Exceeded MaxStartups\r\n", drain), `accepts no connection for now: it sent "Exceeded MaxStartups"`, "wait a minute"},
		{"punishes this address", say("Not allowed at this time\r\n", drain), `it sent "Not allowed at this time"`, "wait a minute"},
		{"speaks SSH 1", say("SSH-1.5-Cisco-1.25\n", hang), `speaks only SSH protocol 1 ("SSH-1.5-Cisco-1.25")`, "PuTTY"},
		{"speaks SSH 1 and 2", say("SSH-1.99-Cisco-1.25\n", hang), "no answer within 200ms while exchanging keys", "ConnectTimeout"},
		{"greets before its banner", say("Welcome\r\nSSH-2.0-x\r\n", hang), "no answer within 200ms while exchanging keys", "ConnectTimeout"},
		{"is something else", say("220 \x1b[31mmail\r\n", drain), `it sent "220 \x1b[31mmail"`, "-p"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := configFor(t, listen(t, tt.serve))
			c.ConnectTimeout = 200 * time.Millisecond
			start := time.Now()
			_, err := Dial(t.Context(), c)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(message.Hint(err).String(), tt.hint) {
				t.Errorf("got %v, hint %q", err, message.Hint(err).String())
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestDialEndsWithItsContext(t *testing.T) {
	reached := make(chan bool, 1)
	c := configFor(t, listen(t, func(conn net.Conn) {
		reached <- true
		_, _ = io.Copy(io.Discard, conn)
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-reached
		cancel()
	}()
	if _, err := Dial(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestClientOutlivesItsContext(t *testing.T) {
	d := startDevice(t, noAuth)
	ctx, cancel := context.WithCancel(t.Context())
	client, err := Dial(ctx, configFor(t, d.addr))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	cancel()
	if _, _, err := client.conn.SendRequest("keepalive@openssh.com", true, nil); err != nil {
		t.Error(err)
	}
}

func TestOldDeviceNamesTheSetting(t *testing.T) {
	d := startDevice(t, func(_ *device, c *ssh.ServerConfig) {
		c.NoClientAuth = true
		c.KeyExchanges = []string{ssh.InsecureKeyExchangeDH1SHA1}
		c.Ciphers = []string{ssh.InsecureCipherAES128CBC}
		c.MACs = []string{ssh.InsecureHMACSHA196}
	})
	c := configFor(t, d.addr)
	_, err := Dial(t.Context(), c)
	var e *AlgorithmError
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if want := "legacy: [diffie-hellman-group1-sha1, aes128-cbc, hmac-sha1-96]"; !strings.Contains(e.Hint().String(), want) {
		t.Errorf("hint is %q, want %q in it", e.Hint().String(), want)
	}
	if !strings.Contains(e.Error(), "gateway-001") || !strings.Contains(e.Error(), "diffie-hellman-group1-sha1") {
		t.Errorf("error is %q", e)
	}
	c.Legacy = e.Legacy
	mustDial(t, c)
}

func TestUnknownLegacyName(t *testing.T) {
	if _, err := algorithms([]string{"ssh-rsa", "3des-cbc", "aes128-ctr"}, hostconfig.Algorithms{}); err != nil {
		t.Error(err)
	}
	_, err := algorithms([]string{"rot13"}, hostconfig.Algorithms{})
	if err == nil || !strings.Contains(message.Hint(err).String(), "ssh-rsa") {
		t.Errorf("got %v", err)
	}
}

func TestConnectionAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for attempts, want := range map[int]int{0: 1, 1: 1, 3: 3} {
			tried, began := 0, time.Now()
			c := Config{Addr: "192.0.2.1:1", Alias: testAlias, IdentityFiles: []string{"none"}, ConnectionAttempts: attempts}
			c.Dial = func(context.Context, string, string) (net.Conn, error) {
				tried++
				return nil, errors.New("down")
			}
			_, err := Dial(t.Context(), c)
			if err == nil || tried != want || time.Since(began) != time.Duration(want-1)*time.Second {
				t.Errorf("%d: %v, tried %d times in %s", attempts, err, tried, time.Since(began))
			}
		}
	})
}
