package sshclient

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

// device is an SSH server in this process.
type device struct {
	addr string
	keys []ssh.Signer

	mu    sync.Mutex
	tried []string // "method fingerprint" of every key that was offered
}

// startDevice runs a server that lets in whom configure allows. Without host
// keys it makes an Ed25519 one.
func startDevice(t *testing.T, configure func(d *device, c *ssh.ServerConfig), keys ...ssh.Signer) *device {
	t.Helper()
	if len(keys) == 0 {
		keys = []ssh.Signer{newEd25519(t)}
	}
	d := &device{keys: keys}
	c := &ssh.ServerConfig{MaxAuthTries: -1}
	for _, k := range keys {
		c.AddHostKey(k)
	}
	configure(d, c)
	d.addr = listen(t, func(conn net.Conn) {
		server, channels, requests, err := ssh.NewServerConn(conn, c)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		go func() {
			for ch := range channels {
				_ = ch.Reject(ssh.Prohibited, "nothing here")
			}
		}()
		_ = server.Wait()
	})
	return d
}

// listen serves each connection in a goroutine until the test ends.
func listen(t *testing.T, serve func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			wg.Go(func() {
				defer func() { _ = conn.Close() }()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, conn := range open {
			_ = conn.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().String()
}

// allowKeys lets in whoever has one of the keys, and records what was offered.
func allowKeys(keys ...ssh.PublicKey) func(*device, *ssh.ServerConfig) {
	return func(d *device, c *ssh.ServerConfig) {
		c.PublicKeyCallback = func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			if n := len(d.tried); n == 0 || d.tried[n-1] != ssh.FingerprintSHA256(key) {
				d.tried = append(d.tried, ssh.FingerprintSHA256(key))
			}
			for _, k := range keys {
				if sshkey.Same(k, key) {
					return &ssh.Permissions{}, nil
				}
			}
			return nil, fmt.Errorf("no")
		}
	}
}

func (d *device) offered() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.tried...)
}

// person answers from a list and records what it was asked and told.
type person struct {
	mu      sync.Mutex
	answers []string
	log     []string
}

func (p *person) answer(kind, prompt string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, kind+": "+prompt)
	if len(p.answers) == 0 {
		return "", fmt.Errorf("interrupted")
	}
	a := p.answers[0]
	p.answers = p.answers[1:]
	return a, nil
}

func (p *person) Line(_ context.Context, prompt message.Text) (string, error) {
	return p.answer("line", prompt.String())
}

func (p *person) Secret(_ context.Context, prompt message.Text) (string, error) {
	return p.answer("secret", prompt.String())
}

func (p *person) Show(text message.Text) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, "show: "+text.String())
}

func (p *person) heard() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.log, "\n")
}

const testAlias = "sim-8981100000000000001"

// configFor is a connection to addr with a home of its own and no keys.
func configFor(t *testing.T, addr string) Config {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	return Config{
		Addr: addr, Name: "gateway-001", Alias: testAlias, DevicePort: 22,
		KnownHosts: filepath.Join(home, "state", "known_hosts"), HostKeyPolicy: knownhosts.AcceptNew,
		User: "pi", IdentityFiles: []string{"none"}, ConnectTimeout: 10 * time.Second,
	}
}

func mustDial(t *testing.T, c Config) *Client {
	t.Helper()
	client, err := Dial(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func newEd25519(t *testing.T) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return signerFrom(t, key, err)
}

func newECDSA(t *testing.T) ssh.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return signerFrom(t, key, err)
}

func newRSA(t *testing.T) ssh.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	return signerFrom(t, key, err)
}

func signerFrom(t *testing.T, key any, err error) ssh.Signer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// writeKey makes an Ed25519 key file, encrypted when there is a passphrase.
func writeKey(t *testing.T, path, passphrase string) ssh.PublicKey {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(key, "test")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "test", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := ssh.NewPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
