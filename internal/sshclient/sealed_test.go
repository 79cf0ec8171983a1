package sshclient

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/youmark/pkcs8"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// Keys as the tools that people have write them.
func TestEncryptedPKCS8Keys(t *testing.T) {
	makers := map[string][]string{
		"rsa by ssh-keygen":   {"ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", "PKCS8", "-N", "secret", "-f"},
		"ecdsa by ssh-keygen": {"ssh-keygen", "-q", "-t", "ecdsa", "-m", "PKCS8", "-N", "secret", "-f"},
		"ed25519 by openssl":  {"openssl", "genpkey", "-algorithm", "ed25519", "-aes-256-cbc", "-pass", "pass:secret", "-out"},
		"ecdsa by openssl": {"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
			"-aes-128-cbc", "-pass", "pass:secret", "-out"},
	}
	for name, maker := range makers {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "id")
			args := append(maker[1:], path)
			if out, err := exec.Command(sshdtest.Tool(t, maker[0]), args...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			signer, err := unseal(data, "secret")
			if err != nil || sealedPKCS8(data) == nil {
				t.Fatalf("%v\n%s", err, data)
			}
			d := startDevice(t, allowKeys(signer.PublicKey()))
			c, p := configFor(t, d.addr), &person{answers: []string{"wrong", "secret"}}
			c.IdentityFiles, c.Prompt = []string{path}, p
			mustDial(t, c)
			if heard := p.heard(); strings.Count(heard, "Enter passphrase for key '"+path+"'") != 2 || !strings.Contains(heard, "Bad passphrase") {
				t.Errorf("the person heard\n%s", heard)
			}
		})
	}
}

// Nothing that a file holds ends in a panic.
func TestDamagedPKCS8(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := pkcs8.MarshalPrivateKey(key, []byte("secret"), nil)
	if err != nil {
		t.Fatal(err)
	}
	seal := func(der []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der})
	}
	if _, err := unseal(seal(der), "secret"); err != nil {
		t.Fatal(err)
	}
	if _, err := unseal(seal(der), "wrong"); !errors.Is(err, x509.IncorrectPasswordError) {
		t.Errorf("a wrong passphrase: %v", err)
	}
	if _, err := unseal(seal(der), ""); err == nil {
		t.Error("no passphrase opens it")
	}
	for n := range min(len(der), 200) {
		cut, flipped := seal(der[:n]), append([]byte(nil), der...)
		flipped[n] ^= 0x41
		for _, data := range [][]byte{cut, seal(flipped)} {
			signer, err := unseal(data, "secret")
			if (signer == nil) == (err == nil) {
				t.Errorf("byte %d: %v, %v", n, signer, err)
			}
		}
	}
}

func TestPuTTYKeyNamesTheConversion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "id.ppk")
	if err := os.WriteFile(path, []byte("PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := configFor(t, startDevice(t, allowKeys()).addr)
	c.IdentityFiles = []string{path}
	_, err := Dial(t.Context(), c)
	if want := "puttygen " + path + " -O private-openssh"; !strings.Contains(message.Hint(err).String(), want) {
		t.Errorf("%v, hint %q", err, message.Hint(err).String())
	}
}
