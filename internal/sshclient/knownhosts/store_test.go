package knownhosts

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func newEd25519(t *testing.T) ssh.PublicKey {
	t.Helper()
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	return publicOf(t, pub, err)
}

func newECDSA(t *testing.T) ssh.PublicKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return publicOf(t, key.Public(), err)
}

func publicOf(t *testing.T, key any, err error) ssh.PublicKey {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	pub, err := ssh.NewPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pub
}

func entryFor(name string, key ssh.PublicKey, comment string) string {
	return strings.TrimSpace(name+" "+strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))+" "+comment) + "\n"
}

func writeKnown(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "known_hosts")
	store := OpenStore(path, nil)
	if list, err := store.List(); err != nil || len(list) != 0 {
		t.Errorf("no file: %v, %v", list, err)
	}
	if n, err := store.Forget(t.Context(), "sim-1"); n != 0 || err != nil {
		t.Errorf("no file: %d, %v", n, err)
	}
	k1, k2 := newEd25519(t), newECDSA(t)
	rest := "# by hand\n" + entryFor("sim-11", k1, "") + "@revoked " + entryFor("sim-1", k2, "")
	writeKnown(t, path, rest+entryFor("sim-1", k1, "imei=42")+entryFor("[sim-1]:2222", k2, ""))
	list, err := store.Lookup("SIM-1")
	if err != nil || len(list) != 2 {
		t.Fatalf("found %v, %v", list, err)
	}
	if e := list[0]; e.Alias != "sim-1" || e.Port != 22 || e.Type != "ED25519" || e.DeviceID != "42" || e.Fingerprint != ssh.FingerprintSHA256(k1) || e.Line != 4 {
		t.Errorf("first is %+v", e)
	}
	if e := list[1]; e.Alias != "sim-1" || e.Port != 2222 || e.Type != "ECDSA" {
		t.Errorf("second is %+v", e)
	}
	if n, err := store.Forget(t.Context(), "[sim-1]:2222"); n != 1 || err != nil {
		t.Errorf("one port: %d, %v", n, err)
	}
	if n, err := store.Forget(t.Context(), "sim-1"); n != 1 || err != nil {
		t.Errorf("the rest: %d, %v", n, err)
	}
	if got := readText(t, path); got != rest {
		t.Errorf("left: %q", got)
	}
}

// trust is what a person who said yes has done for the alias.
func trust(t *testing.T, file, alias string, key ssh.PublicKey) error {
	t.Helper()
	check := &Check{ctx: t.Context(), cfg: &Options{Host: "gateway-001", Alias: alias, Port: 22, File: file}}
	return check.remember(key)
}

// Two connections that trust the same new device at once, and many others.
func TestStoreUnderContention(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "known_hosts")
	key := newEd25519(t)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			alias := "sim-1"
			if i%2 == 0 {
				alias = "sim-" + string(rune('a'+i))
			}
			if err := trust(t, file, alias, key); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := strings.Count(readText(t, file), "\n"); n != 11 {
		t.Errorf("%d lines, want 11", n)
	}
	var changed *ChangedError
	if err := trust(t, file, "sim-1", newEd25519(t)); !errors.As(err, &changed) {
		t.Errorf("another key for a known alias: %v", err)
	}
}

func TestStoreWritesThroughALink(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	writeKnown(t, real, "# dotfiles\n")
	if err := os.Symlink(real, link); err != nil {
		sshdtest.OnlyWindows(t, err)
	}
	if err := trust(t, link, "sim-1", newEd25519(t)); err != nil {
		t.Fatal(err)
	}
	if got := readText(t, real); !strings.HasPrefix(got, "# dotfiles\nsim-1 ") {
		t.Errorf("file is %q", got)
	}
}

// Whatever a known_hosts file holds, it can be read, no line changes its number,
// and only an unreadable revocation is an error.
func FuzzKnownHosts(f *testing.F) {
	pub, err := base64.StdEncoding.DecodeString("AAAAC3NzaC1lZDI1NTE5AAAAIJWdp2xc2Cz4a5LdK0rVdQx0xj2N1F8v0m3m6T2ylnQ4")
	if err != nil {
		f.Fatal(err)
	}
	key, err := ssh.ParsePublicKey(pub)
	if err != nil {
		f.Fatal(err)
	}
	good := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
	for _, s := range []string{
		"", "# c\n", "sim-1 " + good, "[sim-1]:22 " + good + " imei=1\n", "@revoked * " + good, "@revoked x", "@cert-authority *,!a " + good,
		"|1|a|b " + good, xknownhosts.HashHostname("sim-1") + " " + good, "! " + good, "[a " + good, "[a]:b,c " + good, "a,,b " + good, ", " + good,
		"sim-1  " + good, "sim-1\t" + good + "\r\n", "@@x a " + good, "@cert-authority @revoked a " + good, "a ssh-rsa " + good, "\x00", "sim-1 " + good + "\x0bx",
		"\x0c" + good, "\u00a0sim-1 " + good, "sim-1 \"" + good, "command=\"x\" " + good,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "known_hosts")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := Load(Options{Alias: "sim-1", Port: 22, ReadOnly: []string{path}})
		if err != nil {
			if !strings.Contains(strings.ToLower(text), "@revoked") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		_ = h.NewCheck(t.Context()).check(key)
		if _, err := OpenStore(path, nil).List(); err != nil {
			t.Fatal(err)
		}
	})
}
