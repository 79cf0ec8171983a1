package sshclient

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func publicOf(t *testing.T, key crypto.Signer) ssh.PublicKey {
	t.Helper()
	pub, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pub
}

// fingerprints are the keys' SHA256:… in order.
func fingerprints(keys ...ssh.PublicKey) (out []string) {
	for _, k := range keys {
		out = append(out, ssh.FingerprintSHA256(k))
	}
	return out
}

func writePublic(t *testing.T, path string, key ssh.PublicKey) {
	t.Helper()
	if err := os.WriteFile(path, ssh.MarshalAuthorizedKey(key), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Everything at once: certificates, then the agent's keys that are named, its
// other keys, files; and the one that last worked before all.
func TestKeyOrder(t *testing.T) {
	dir := t.TempDir()
	named, other, third := sshdtest.NewKey(t, "ed25519"), sshdtest.NewKey(t, "ecdsa"), sshdtest.NewKey(t, "ed25519")
	socket := sshdtest.Agent(t, other, named)
	sshdtest.WriteKey(t, filepath.Join(dir, "certified"), third)
	cert := certify(t, newEd25519(t), publicOf(t, third), "pi")
	writePublic(t, filepath.Join(dir, "certified-cert.pub"), cert)
	writePublic(t, filepath.Join(dir, "named"), publicOf(t, named)) // only its public half is here
	file := writeKey(t, filepath.Join(dir, "file"), "")
	last := writeKey(t, filepath.Join(dir, "last"), "")
	all := []ssh.PublicKey{last, cert, publicOf(t, named), publicOf(t, other), publicOf(t, third), file}

	for _, only := range []bool{false, true} {
		d := startDevice(t, allowKeys())
		c := configFor(t, d.addr)
		c.AgentSocket, c.IdentitiesOnly = socket, only
		for _, name := range []string{"file", "certified", "named", "last"} {
			c.IdentityFiles = append(c.IdentityFiles, filepath.Join(dir, name))
		}
		c.PreferredKey = ssh.FingerprintSHA256(last)
		_, err := Dial(t.Context(), c)
		var e *AuthError
		if !errors.As(err, &e) {
			t.Fatalf("got %v", err)
		}
		want := fingerprints(all...)
		want = slices.DeleteFunc(want, func(f string) bool { return only && f == ssh.FingerprintSHA256(publicOf(t, other)) })
		want[len(want)-1], want[len(want)-2] = want[len(want)-2], want[len(want)-1] // files in the order of the configuration
		if got := d.offered(); !slices.Equal(got, want) {
			t.Errorf("IdentitiesOnly %v: offered\n%s\nwant\n%s", only, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if len(e.Refused) != len(want) {
			t.Errorf("refused %q", e.Refused)
		}
	}
}

func TestDefaultIdentities(t *testing.T) {
	d := startDevice(t, allowKeys())
	c := configFor(t, d.addr)
	c.IdentityFiles = nil
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	second := writeKey(t, filepath.Join(home, ".ssh", "id_ed25519"), "")
	first := writeKey(t, filepath.Join(home, ".ssh", "id_rsa"), "")
	_, err = Dial(t.Context(), c)
	if got, want := d.offered(), fingerprints(first, second); !slices.Equal(got, want) {
		t.Errorf("offered %v, want %v", got, want)
	}
	if strings.Contains(message.Hint(err).String(), "no such file") {
		t.Errorf("default files that are not there are spoken of: %q", message.Hint(err).String())
	}
}

// An agent that takes connections and says nothing, or refuses them, is done without.
func TestDeadAgent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "id")
	pub := writeKey(t, path, "")
	d := startDevice(t, allowKeys(pub))
	c := configFor(t, d.addr)
	c.IdentityFiles, c.AgentSocket = []string{path}, filepath.Join(t.TempDir(), "nobody")
	mustDial(t, c)
}

// While the connection is given up, a silent agent must not keep us.
func TestSilentAgentDoesNotOutliveTheContext(t *testing.T) {
	dir, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		sshdtest.OnlyWindows(t, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		cancel()
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
	}()
	d := startDevice(t, allowKeys())
	c := configFor(t, d.addr)
	c.AgentSocket = socket
	start := time.Now()
	if _, err := Dial(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > agentListTimeout {
		t.Errorf("took %s", took)
	}
}

func TestRSASignatures(t *testing.T) {
	key := sshdtest.NewKey(t, "rsa")
	path := filepath.Join(t.TempDir(), "id")
	sshdtest.WriteKey(t, path, key)
	dial := func(algorithms, legacy []string) (string, error) {
		var used string
		d := startDevice(t, func(_ *device, c *ssh.ServerConfig) {
			c.PublicKeyAuthAlgorithms = algorithms
			c.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return &ssh.Permissions{}, nil }
			c.VerifiedPublicKeyCallback = func(_ ssh.ConnMetadata, _ ssh.PublicKey, p *ssh.Permissions, algorithm string) (*ssh.Permissions, error) {
				used = algorithm
				return p, nil
			}
		})
		c := configFor(t, d.addr)
		c.IdentityFiles, c.Legacy = []string{path}, legacy
		client, err := Dial(t.Context(), c)
		if err == nil {
			_ = client.Close()
		}
		return used, err
	}
	both := []string{ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512}
	if used, err := dial(both, nil); err != nil || used != ssh.KeyAlgoRSASHA512 {
		t.Errorf("used %s, %v", used, err)
	}
	if used, err := dial([]string{ssh.KeyAlgoRSA}, nil); err == nil || !strings.Contains(message.Hint(err).String(), "legacy: [ssh-rsa]") {
		t.Errorf("used %s without being allowed to, or %v with hint %q", used, err, message.Hint(err).String())
	}
	if used, err := dial([]string{ssh.KeyAlgoRSA}, []string{"ssh-rsa"}); err != nil || used != ssh.KeyAlgoRSA {
		t.Errorf("used %s, %v", used, err)
	}
}

// The real server, whose limit is six attempts.
func TestOpenSSHServer(t *testing.T) {
	many := make([]crypto.Signer, 20)
	for i := range many {
		many[i] = sshdtest.NewKey(t, "ed25519")
	}
	good := publicOf(t, many[19])
	s := sshdtest.Start(t, sshdtest.Options{AuthorizedKeys: []ssh.PublicKey{good}, HostKeyTypes: []string{"rsa", "ecdsa", "ed25519"}})
	socket := sshdtest.Agent(t, many...)
	c := configFor(t, s.Addr)
	c.User, c.AgentSocket = s.User, socket

	_, err := Dial(t.Context(), c)
	var e *AuthError
	if !errors.As(err, &e) || !e.TooMany || !strings.Contains(message.Hint(err).String(), "IdentitiesOnly=yes") {
		t.Errorf("got %v, hint %q", err, message.Hint(err).String())
	}
	t.Run("the key that last worked", func(t *testing.T) {
		c := c
		c.PreferredKey = ssh.FingerprintSHA256(good)
		mustDial(t, c)
	})
	t.Run("IdentitiesOnly names an agent key", func(t *testing.T) {
		c := c
		public := filepath.Join(t.TempDir(), "good.pub")
		writePublic(t, public, good)
		c.IdentityFiles, c.IdentitiesOnly = []string{public}, true
		mustDial(t, c)
	})
	t.Run("encrypted file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "id")
		pub := writeKey(t, path, "secret")
		s := sshdtest.Start(t, sshdtest.Options{AuthorizedKeys: []ssh.PublicKey{pub}})
		c := configFor(t, s.Addr)
		c.User, c.IdentityFiles, c.Prompt = s.User, []string{path}, &person{answers: []string{"secret"}}
		mustDial(t, c)
	})
	t.Run("certificate", func(t *testing.T) {
		ca := newEd25519(t)
		dir := t.TempDir()
		writePublic(t, filepath.Join(dir, "ca.pub"), ca.PublicKey())
		s := sshdtest.Start(t, sshdtest.Options{Config: []string{"TrustedUserCAKeys " + filepath.Join(dir, "ca.pub")}})
		key := sshdtest.NewKey(t, "rsa")
		sshdtest.WriteKey(t, filepath.Join(dir, "id"), key)
		writePublic(t, filepath.Join(dir, "id-cert.pub"), certify(t, ca, publicOf(t, key), s.User))
		c := configFor(t, s.Addr)
		c.User, c.IdentityFiles = s.User, []string{filepath.Join(dir, "id")}
		mustDial(t, c)
	})
	t.Run("password by keyboard-interactive", func(t *testing.T) {
		s := sshdtest.Start(t, sshdtest.Options{Password: true, Config: []string{"AuthenticationMethods keyboard-interactive"}})
		c := configFor(t, s.Addr)
		p := &person{answers: []string{"wrong", s.Password}}
		c.User, c.Prompt = s.User, p
		mustDial(t, c)
		if want := fmt.Sprintf("secret: (%s@gateway-001) Password: ", s.User); strings.Count(p.heard(), want) != 2 {
			t.Errorf("heard %q", p.heard())
		}
	})
	t.Run("password", func(t *testing.T) {
		s := sshdtest.Start(t, sshdtest.Options{Password: true, Config: []string{"AuthenticationMethods password"}})
		c := configFor(t, s.Addr)
		c.User, c.Prompt = s.User, &person{answers: []string{s.Password}}
		mustDial(t, c)
	})
	t.Run("only old algorithms", func(t *testing.T) {
		s := sshdtest.Start(t, sshdtest.Options{HostKeyTypes: []string{"rsa"}, Config: []string{
			"KexAlgorithms diffie-hellman-group14-sha1", "HostKeyAlgorithms ssh-rsa", "Ciphers aes128-cbc",
		}})
		c := configFor(t, s.Addr)
		c.User, c.IdentityFiles = s.User, []string{s.UserKeyFile}
		_, err := Dial(t.Context(), c)
		var e *AlgorithmError
		if !errors.As(err, &e) || !slices.Equal(e.Legacy, []string{"diffie-hellman-group14-sha1", "ssh-rsa", "aes128-cbc"}) {
			t.Fatalf("got %v, hint %q", err, message.Hint(err).String())
		}
		c.Legacy = e.Legacy
		mustDial(t, c)
	})
}
