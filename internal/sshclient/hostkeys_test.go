package sshclient

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
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
	c.HostKeyPolicy = knownhosts.KnownOnly
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
			c.HostKeyPolicy = knownhosts.KnownOnly
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
	for _, policy := range []knownhosts.Policy{knownhosts.Ask, knownhosts.AcceptNew, knownhosts.KnownOnly} {
		for _, tt := range tests {
			d := startDevice(t, noAuth, now)
			c := configFor(t, d.addr)
			comment := ""
			if tt.was != "" {
				comment = "imei=" + tt.was
			}
			text := "# mine\n" + entryFor(testAlias, old.PublicKey(), comment)
			writeKnown(t, c.KnownHosts, text)
			c.HostKeyPolicy, c.DeviceID, c.Prompt = policy, tt.is, &person{answers: []string{"yes", "yes"}}
			_, err := Dial(t.Context(), c)
			var e *knownhosts.ChangedError
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
	c.HostKeyPolicy = knownhosts.KnownOnly
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
	var e *knownhosts.ChangedError
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
	var e *knownhosts.RevokedError
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
		c.HostKeyPolicy = knownhosts.KnownOnly
		writeKnown(t, c.KnownHosts, line)
		_, err := Dial(t.Context(), c)
		var e *knownhosts.UnknownError
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
	c.HostKeyPolicy = knownhosts.KnownOnly
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
		c.HostKeyPolicy, c.Prompt = knownhosts.Ask, p
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
	for _, policy := range []knownhosts.Policy{knownhosts.Ask, knownhosts.KnownOnly} {
		c := configFor(t, d.addr)
		c.HostKeyPolicy = policy
		_, err := Dial(t.Context(), c)
		var e *knownhosts.UnknownError
		if !errors.As(err, &e) || !strings.Contains(message.Hint(err).String(), "-o StrictHostKeyChecking=") {
			t.Errorf("%v, %q", err, message.Hint(err).String())
		}
	}
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
