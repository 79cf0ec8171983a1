package sshclient

import (
	"context"
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

func TestNewHostKeyIsStoredWithTheDevice(t *testing.T) {
	key := newEd25519(t)
	d := startDevice(t, noAuth, key)
	c := configFor(t, d.addr)
	c.Alias, c.DeviceID = strings.ToUpper(testAlias), "359000000000001"
	mustDial(t, c)
	if got, want := readText(t, c.KnownHosts), entryFor(testAlias, key.PublicKey(), "imei=359000000000001"); got != want {
		t.Errorf("stored %q, want %q", got, want)
	}
	c.DevicePort = 2222
	mustDial(t, c)
	if !strings.Contains(readText(t, c.KnownHosts), "\n["+testAlias+"]:2222 ssh-ed25519 ") {
		t.Errorf("stored %q", readText(t, c.KnownHosts))
	}
	for path, mode := range map[string]os.FileMode{c.KnownHosts: 0o600, filepath.Dir(c.KnownHosts): 0o700} {
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, %v", path, st.Mode(), err)
		}
	}
	c.HostKeyPolicy = KnownOnly
	mustDial(t, c)
}

// A device with three keys of which one is known must show that one: the first
// algorithm in common would otherwise look like a changed key.
func TestKnownAlgorithmGoesFirst(t *testing.T) {
	keys := []ssh.Signer{newRSA(t), newECDSA(t), newEd25519(t)}
	for _, key := range keys {
		t.Run(key.PublicKey().Type(), func(t *testing.T) {
			d := startDevice(t, noAuth, keys...)
			c := configFor(t, d.addr)
			c.HostKeyPolicy = KnownOnly
			writeKnown(t, c.KnownHosts, entryFor(testAlias, key.PublicKey(), ""))
			mustDial(t, c)
		})
	}
}

func TestChangedHostKeyIsRefused(t *testing.T) {
	old, now := newEd25519(t), newECDSA(t) // the old type is gone: still a change
	tests := []struct {
		name, was, is string
		want          string
		changed       bool
	}{
		{"same device", "111", "111", "the IMEI is the same", false},
		{"other device", "111", "222", "the IMEI changed too (111, now 222): this SIM seems to be in another device", true},
		{"not known", "", "222", "replaced or reinstalled, or somebody intercepts", false},
	}
	for _, policy := range []HostKeyPolicy{Ask, AcceptNew, KnownOnly} {
		for _, tt := range tests {
			d := startDevice(t, noAuth, now)
			c := configFor(t, d.addr)
			comment := ""
			if tt.was != "" {
				comment = devicePrefix + tt.was
			}
			text := "# mine\n" + entryFor(testAlias, old.PublicKey(), comment)
			writeKnown(t, c.KnownHosts, text)
			c.HostKeyPolicy, c.DeviceID, c.Prompt = policy, tt.is, &person{answers: []string{"yes", "yes"}}
			_, err := Dial(t.Context(), c)
			var e *HostKeyChangedError
			if !errors.As(err, &e) {
				t.Fatalf("%s: got %v", tt.name, err)
			}
			if !strings.Contains(e.Error(), tt.want) || e.DeviceChanged != tt.changed || e.Line != 2 || e.File != c.KnownHosts {
				t.Errorf("%s: %+v: %v", tt.name, e, e)
			}
			if want := "napter-connect known-hosts forget gateway-001"; !strings.Contains(message.Hint(err).String(), want) {
				t.Errorf("hint is %q", message.Hint(err).String())
			}
			if readText(t, c.KnownHosts) != text {
				t.Error("the file was written")
			}
		}
	}
}

// The hint is a command that people paste: an evil name must not be in it.
func TestHintHoldsNoShellCharacters(t *testing.T) {
	d := startDevice(t, noAuth)
	c := configFor(t, d.addr)
	c.Name = "x; rm -rf ~"
	writeKnown(t, c.KnownHosts, entryFor(testAlias, newEd25519(t).PublicKey(), ""))
	_, err := Dial(t.Context(), c)
	if got := message.Hint(err).String(); strings.Contains(got, "rm") || !strings.Contains(got, "forget "+testAlias) {
		t.Errorf("hint is %q", got)
	}
}

func TestKeyOfAReadOnlyFile(t *testing.T) {
	key := newEd25519(t)
	d := startDevice(t, noAuth, key)
	c := configFor(t, d.addr)
	c.HostKeyPolicy = KnownOnly
	theirs := filepath.Join(t.TempDir(), "theirs")
	c.ReadOnlyKnownHosts = []string{theirs, filepath.Join(t.TempDir(), "absent")}
	broken := "garbage\nhost ssh-ed25519 AAAA\nhost2 ssh-rsa !!!!\n! ssh-ed25519 x\n" + strings.Repeat("x", 1<<17) + "\n"
	text := broken + entryFor(xknownhosts.HashHostname(testAlias), key.PublicKey(), "")
	text = strings.TrimSuffix(text, "\n") // a missing last line end is common
	writeKnown(t, theirs, text)
	mustDial(t, c)
	if readText(t, theirs) != text {
		t.Error("the file was written")
	}

	writeKnown(t, theirs, broken+entryFor(testAlias, newEd25519(t).PublicKey(), ""))
	_, err := Dial(t.Context(), c)
	var e *HostKeyChangedError
	if !errors.As(err, &e) || e.File != theirs || e.Line != 6 || !strings.Contains(e.Hint().String(), "ssh-keygen -R '"+testAlias+"'") {
		t.Errorf("got %v", err)
	}
}

func TestRevokedKey(t *testing.T) {
	key := newEd25519(t)
	d := startDevice(t, noAuth, key)
	c := configFor(t, d.addr)
	theirs := filepath.Join(t.TempDir(), "theirs")
	c.ReadOnlyKnownHosts = []string{theirs}
	writeKnown(t, c.KnownHosts, entryFor(testAlias, key.PublicKey(), ""))
	writeKnown(t, theirs, "@revoked "+entryFor("*", key.PublicKey(), ""))
	_, err := Dial(t.Context(), c)
	var e *HostKeyRevokedError
	if !errors.As(err, &e) || e.Line != 1 || e.File != theirs {
		t.Errorf("got %v", err)
	}
	writeKnown(t, theirs, "# x\n@revoked * ssh-ed25519 damaged\n")
	if _, err = Dial(t.Context(), c); err == nil || !strings.Contains(err.Error(), theirs+":2") || message.Hint(err).String() == "" {
		t.Errorf("a damaged revocation was passed over: %v", err)
	}
}

// A certificate authority for any host says nothing about plain keys: a new plain
// key is unknown, not changed, and the authority's own key opens nothing.
func TestCertificateAuthorityLines(t *testing.T) {
	ca, key := newEd25519(t), newEd25519(t)
	line := "@cert-authority " + entryFor("*", ca.PublicKey(), "")
	for name, host := range map[string]ssh.Signer{"plain key": key, "key of the authority": ca} {
		d := startDevice(t, noAuth, host)
		c := configFor(t, d.addr)
		c.HostKeyPolicy = KnownOnly
		writeKnown(t, c.KnownHosts, line)
		_, err := Dial(t.Context(), c)
		var e *HostKeyUnknownError
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v", name, err)
		}
	}

	cert := &ssh.Certificate{Key: key.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{testAlias}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(strings.NewReader(strings.Repeat("r", 1000)), ca); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewCertSigner(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	d := startDevice(t, noAuth, signer, newECDSA(t))
	c := configFor(t, d.addr)
	c.HostKeyPolicy = KnownOnly
	writeKnown(t, c.KnownHosts, line)
	mustDial(t, c)
	c.Alias = "sim-2" // not a principal
	if _, err := Dial(t.Context(), c); err == nil {
		t.Error("a certificate for another host was accepted")
	}
}

func TestAskAboutANewKey(t *testing.T) {
	key := newEd25519(t)
	d := startDevice(t, noAuth, key)
	fingerprint := ssh.FingerprintSHA256(key.PublicKey())
	tests := []struct {
		answers  []string
		accepted bool
		asked    int
	}{
		{[]string{"yes"}, true, 1},
		{[]string{" YES "}, true, 1},
		{[]string{fingerprint}, true, 1},
		{[]string{"no"}, false, 1},
		{[]string{"", "y", "SHA256:wrong", "yes"}, true, 4},
		{nil, false, 1}, // Ctrl-C
	}
	for _, tt := range tests {
		c := configFor(t, d.addr)
		p := &person{answers: tt.answers}
		c.HostKeyPolicy, c.Prompt = Ask, p
		client, err := Dial(t.Context(), c)
		if err == nil {
			_ = client.Close()
		}
		if (err == nil) != tt.accepted || strings.Count(p.heard(), "line: ") != tt.asked {
			t.Errorf("%q: %v\n%s", tt.answers, err, p.heard())
		}
		if !strings.Contains(p.heard(), "ED25519 key fingerprint is "+fingerprint) || !strings.Contains(p.heard(), "gateway-001 ("+testAlias+")") {
			t.Errorf("told: %s", p.heard())
		}
		if _, err := os.Stat(c.KnownHosts); (err == nil) != tt.accepted {
			t.Errorf("%q: stored: %v", tt.answers, err)
		}
	}
}

func TestNobodyToAsk(t *testing.T) {
	d := startDevice(t, noAuth)
	for _, policy := range []HostKeyPolicy{Ask, KnownOnly} {
		c := configFor(t, d.addr)
		c.HostKeyPolicy = policy
		_, err := Dial(t.Context(), c)
		var e *HostKeyUnknownError
		if !errors.As(err, &e) || !strings.Contains(message.Hint(err).String(), "-o StrictHostKeyChecking=") {
			t.Errorf("%v, %q", err, message.Hint(err).String())
		}
	}
}

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

func TestBadAlias(t *testing.T) {
	for _, alias := range []string{"", "a b", "*", "a,b", "@revoked", "#x", "|1|a|b", "a\nb", "[a]:1", "!a"} {
		c := configFor(t, "127.0.0.1:1")
		c.Alias = alias
		c.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("dialled") }
		if _, err := Dial(t.Context(), c); err == nil || strings.Contains(err.Error(), "dialled") {
			t.Errorf("%q: %v", alias, err)
		}
	}
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
