package sshclient

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// certify makes a user certificate that an authority signed.
func certify(t *testing.T, ca ssh.Signer, key ssh.PublicKey, user string) *ssh.Certificate {
	t.Helper()
	cert := &ssh.Certificate{Key: key, CertType: ssh.UserCert, ValidPrincipals: []string{user}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, ca); err != nil {
		t.Fatal(err)
	}
	return cert
}

// A passphrase is asked for when the device wants that key, never before.
func TestEncryptedKeyIsOpenedLate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "id")
	pub := writeKey(t, path, "secret")
	t.Run("refused key", func(t *testing.T) {
		d := startDevice(t, allowKeys())
		c, p := configFor(t, d.addr), &person{}
		c.IdentityFiles, c.Prompt = []string{path}, p
		_, err := Dial(t.Context(), c)
		if err == nil || strings.Contains(p.heard(), "passphrase") || len(d.offered()) != 1 {
			t.Errorf("%v; offered %v; %s", err, d.offered(), p.heard())
		}
	})
	tests := []struct {
		name    string
		answers []string
		ok      bool
		asked   int
	}{
		{"right at once", []string{"secret"}, true, 1},
		{"right in the third try", []string{"a", "b", "secret"}, true, 3},
		{"wrong three times", []string{"a", "b", "c", "secret"}, false, 3},
		{"given up", []string{""}, false, 1},
		{"interrupted", nil, false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := startDevice(t, allowKeys(pub))
			c, p := configFor(t, d.addr), &person{answers: tt.answers}
			c.IdentityFiles, c.Prompt = []string{path}, p
			client, err := Dial(t.Context(), c)
			if err == nil {
				_ = client.Close()
			}
			if asked := strings.Count(p.heard(), "secret: Enter passphrase for key '"+path+"': "); (err == nil) != tt.ok || asked != tt.asked {
				t.Errorf("%v\n%s", err, p.heard())
			}
			if tt.name == "interrupted" && !strings.Contains(err.Error(), "interrupted") {
				t.Errorf("got %v", err)
			}
			if tt.name == "wrong three times" && !strings.Contains(message.Hint(err).String(), "no right passphrase") {
				t.Errorf("hint is %q", message.Hint(err).String())
			}
		})
	}
	t.Run("nobody to ask", func(t *testing.T) {
		d := startDevice(t, allowKeys(pub))
		c := configFor(t, d.addr)
		c.IdentityFiles = []string{path}
		_, err := Dial(t.Context(), c)
		if len(d.offered()) != 0 || !strings.Contains(message.Hint(err).String(), "ssh-add") {
			t.Errorf("%v, %q, offered %v", err, message.Hint(err).String(), d.offered())
		}
	})
}

// The old PEM format hides the public half: it comes from .pub, or the passphrase
// is asked for when the key's turn comes.
func TestEncryptedKeyOfTheOldFormat(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	//nolint:staticcheck // insecure, which is why it is old
	block, err := x509.EncryptPEMBlock(rand.Reader, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), []byte("secret"), x509.PEMCipherAES128)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "id")
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, withPublic := range []bool{false, true} {
		if withPublic {
			writePublic(t, path+".pub", publicOf(t, key))
		}
		for _, known := range []bool{false, true} {
			allowed := []ssh.PublicKey{}
			if known {
				allowed = append(allowed, publicOf(t, key))
			}
			d := startDevice(t, allowKeys(allowed...))
			c, p := configFor(t, d.addr), &person{answers: []string{"wrong", "secret"}}
			c.IdentityFiles, c.Prompt = []string{path}, p
			client, err := Dial(t.Context(), c)
			if err == nil {
				_ = client.Close()
			}
			wantAsked := known || !withPublic
			if (err == nil) != known || strings.Contains(p.heard(), "passphrase") != wantAsked {
				t.Errorf(".pub %v, known %v: %v\n%s", withPublic, known, err, p.heard())
			}
		}
	}
}

func TestKeyFilesThatCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	path := func(name, text string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	open := filepath.Join(dir, "open")
	writeKey(t, open, "")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	alone := filepath.Join(dir, "alone")
	writePublic(t, alone, newEd25519(t).PublicKey())
	tests := map[string]string{
		open:                                    "because others can read it (mode 0644)",
		filepath.Join(dir, "absent"):            "no such file",
		path("garbage", "hello\x1b[31m", 0o600): "not a private key",
		dir:                                     "is a folder",
		alone:                                   "only the public half",
		path("fido", string(fidoKey(t)), 0o600): "FIDO key, which works only through an SSH agent",
	}
	for file, want := range tests {
		d := startDevice(t, allowKeys())
		c := configFor(t, d.addr)
		c.IdentityFiles = []string{file}
		_, err := Dial(t.Context(), c)
		if err == nil || !strings.Contains(message.Hint(err).String(), want) || strings.Contains(message.Hint(err).String(), "\x1b") {
			t.Errorf("%s: %v, %q", file, err, message.Hint(err).String())
		}
	}
}

// fidoKey is a private key file of a FIDO token, as far as anyone reads it.
func fidoKey(t *testing.T) []byte {
	t.Helper()
	text := func(b []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...) }
	pub := slices.Concat(text([]byte(ssh.KeyAlgoSKED25519)), text(make([]byte, 32)), text([]byte("ssh:")))
	inner := slices.Concat([]byte{0, 0, 0, 1, 0, 0, 0, 1}, pub, []byte{1}, text(nil), text(nil), text(nil))
	for i := byte(1); len(inner)%8 != 0; i++ {
		inner = append(inner, i)
	}
	body := slices.Concat([]byte("openssh-key-v1\x00"), text([]byte("none")), text([]byte("none")), text(nil), []byte{0, 0, 0, 1}, text(pub), text(inner))
	return pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: body})
}

func TestCertificates(t *testing.T) {
	ca := newEd25519(t)
	dir := t.TempDir()
	checker := &ssh.CertChecker{IsUserAuthority: func(k ssh.PublicKey) bool { return sshkey.Same(k, ca.PublicKey()) }}
	d := startDevice(t, func(_ *device, c *ssh.ServerConfig) {
		c.PublicKeyCallback = checker.Authenticate
	})
	inAgent, inFile := sshdtest.NewKey(t, "rsa"), sshdtest.NewKey(t, "rsa")
	sshdtest.WriteKey(t, filepath.Join(dir, "id"), inFile)
	writePublic(t, filepath.Join(dir, "id-cert.pub"), certify(t, ca, publicOf(t, inFile), "pi"))
	writePublic(t, filepath.Join(dir, "apart.pub"), certify(t, ca, publicOf(t, inAgent), "pi"))
	t.Run("beside its key", func(t *testing.T) {
		c := configFor(t, d.addr)
		c.IdentityFiles = []string{filepath.Join(dir, "id")}
		mustDial(t, c)
	})
	t.Run("named, with the key in the agent", func(t *testing.T) {
		c := configFor(t, d.addr)
		c.CertFiles, c.AgentSocket = []string{filepath.Join(dir, "apart.pub")}, sshdtest.Agent(t, inAgent)
		mustDial(t, c)
	})
	t.Run("without its key", func(t *testing.T) {
		c := configFor(t, d.addr)
		c.CertFiles = []string{filepath.Join(dir, "apart.pub")}
		if _, err := Dial(t.Context(), c); !strings.Contains(message.Hint(err).String(), "neither in the agent nor in a file") {
			t.Errorf("%v, %q", err, message.Hint(err).String())
		}
	})
}
