package sshclient

import (
	"encoding/base64"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func TestDamagedLinesOfOurFileAreSetAside(t *testing.T) {
	d := startDevice(t, noAuth)
	c := configFor(t, d.addr)
	p := &person{}
	c.Prompt = p
	other := entryFor("sim-1", newECDSA(t).PublicKey(), "")
	writeKnown(t, c.KnownHosts, "# keep\nsim-7 ssh-ed25519 AAAAdamaged\n"+other+"half a li")
	mustDial(t, c)
	got := readText(t, c.KnownHosts)
	if !strings.HasPrefix(got, "# keep\n"+other+testAlias+" ssh-ed25519 ") || strings.Contains(got, "damaged") {
		t.Errorf("file is %q", got)
	}
	if aside := readText(t, c.KnownHosts+".damaged"); aside != "sim-7 ssh-ed25519 AAAAdamaged\nhalf a li\n" {
		t.Errorf("set aside: %q", aside)
	}
	if !strings.Contains(p.heard(), "2 damaged lines") {
		t.Errorf("told: %s", p.heard())
	}
}

// accept-new must not take a damaged entry for no entry: whoever can damage a
// line, or a full disk, would otherwise make us trust any key.
func TestDamagedEntryIsNotReplacedSilently(t *testing.T) {
	d := startDevice(t, noAuth)
	c := configFor(t, d.addr)
	writeKnown(t, c.KnownHosts, testAlias+" ssh-ed25519 AAAAdamaged\n")
	_, err := Dial(t.Context(), c)
	var e *HostKeyUnknownError
	if !errors.As(err, &e) || e.Damaged == "" || !strings.Contains(message.Hint(err).String(), "forget") {
		t.Errorf("got %v", err)
	}
	if n, err := OpenHostKeyStore(c.KnownHosts, nil).Forget(t.Context(), testAlias); n != 1 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
	mustDial(t, c)
}

// OpenSSH must accept the file that we write, and we the one that it writes.
func TestOpenSSHSharesTheFile(t *testing.T) {
	program := sshdtest.Tool(t, "ssh")
	tests := []struct {
		name, alias string
		port        int
	}{{"port 22", testAlias, 22}, {"another port", "[" + testAlias + "]:2222", 2222}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keys := []ssh.Signer{newRSA(t), newECDSA(t), newEd25519(t)}
			d := startDevice(t, noAuth, keys...)
			c := configFor(t, d.addr)
			c.DevicePort, c.DeviceID = tt.port, "359000000000001"
			mustDial(t, c)
			ask := func(file, strict string, extra ...string) string {
				host, port, _ := net.SplitHostPort(d.addr)
				args := append([]string{
					"-F", "none", "-v", "-p", port, "-o", "UserKnownHostsFile=" + file, "-o", "GlobalKnownHostsFile=none",
					"-o", "HostKeyAlias=" + tt.alias, "-o", "StrictHostKeyChecking=" + strict, "-o", "BatchMode=yes",
					"-o", "IdentityFile=none", "-o", "UpdateHostKeys=no",
				}, extra...)
				out, _ := exec.CommandContext(t.Context(), program, append(args, "x@"+host, "true")...).CombinedOutput()
				return string(out)
			}
			if out := ask(c.KnownHosts, "yes"); !strings.Contains(out, "is known and matches the ED25519 host key") {
				t.Errorf("ssh says:\n%s", out)
			}
			for _, hash := range []string{"no", "yes"} {
				file := filepath.Join(t.TempDir(), "theirs")
				ask(file, "accept-new", "-o", "HashKnownHosts="+hash)
				c.KnownHosts, c.HostKeyPolicy = file, KnownOnly
				mustDial(t, c)
				store := OpenHostKeyStore(file, nil)
				if list, err := store.Lookup(tt.alias); err != nil || len(list) != 1 {
					t.Errorf("hashed %s: found %v, %v", hash, list, err)
				}
				if n, err := store.Forget(t.Context(), tt.alias); n != 1 || err != nil {
					t.Errorf("hashed %s: forgot %d, %v", hash, n, err)
				}
			}
		})
	}
}

func TestStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "known_hosts")
	store := OpenHostKeyStore(path, nil)
	if list, err := store.List(); err != nil || len(list) != 0 {
		t.Errorf("no file: %v, %v", list, err)
	}
	if n, err := store.Forget(t.Context(), "sim-1"); n != 0 || err != nil {
		t.Errorf("no file: %d, %v", n, err)
	}
	k1, k2 := newEd25519(t).PublicKey(), newECDSA(t).PublicKey()
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

// Two connections that trust the same new device at once, and many others.
func TestStoreUnderContention(t *testing.T) {
	c := configFor(t, "")
	key := newEd25519(t).PublicKey()
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			own := c
			own.Alias = testAlias
			if i%2 == 0 {
				own.Alias = "sim-" + string(rune('a'+i))
			}
			check := &hostKeyCheck{ctx: t.Context(), cfg: &own}
			if err := check.remember(key); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := strings.Count(readText(t, c.KnownHosts), "\n"); n != 11 {
		t.Errorf("%d lines, want 11", n)
	}
	check := &hostKeyCheck{ctx: t.Context(), cfg: &c}
	var changed *HostKeyChangedError
	if err := check.remember(newEd25519(t).PublicKey()); !errors.As(err, &changed) {
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
	c := configFor(t, "")
	c.KnownHosts = link
	if err := (&hostKeyCheck{ctx: t.Context(), cfg: &c}).remember(newEd25519(t).PublicKey()); err != nil {
		t.Fatal(err)
	}
	if got := readText(t, real); !strings.HasPrefix(got, "# dotfiles\n"+testAlias+" ") {
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
		c := &Config{Alias: "sim-1", DevicePort: 22, ReadOnlyKnownHosts: []string{path}}
		h, err := loadHostKeys(c)
		if err != nil {
			if !strings.Contains(strings.ToLower(text), "@revoked") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		check := &hostKeyCheck{ctx: t.Context(), keys: h, cfg: c}
		_ = check.check(key)
		if _, err := OpenHostKeyStore(path, nil).List(); err != nil {
			t.Fatal(err)
		}
	})
}
