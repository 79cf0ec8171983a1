package sshclient

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
)

// A key may be known under the SIM's name; what is known of the SIM itself decides
// alone.
func TestHostKeyUnderTheNameOfTheSIM(t *testing.T) {
	rsaKey, key, other := newRSA(t), newEd25519(t), newECDSA(t)
	d := startDevice(t, noAuth, rsaKey, key)
	theirs := filepath.Join(t.TempDir(), "theirs")
	entry := func(name string, key ssh.Signer) string { return entryFor(name, key.PublicKey(), "") }
	for what, tt := range map[string]struct {
		ours, theirs string
		port         int
		ok           bool
	}{
		"name":                         {"", entry("gateway-001", key), 22, true},
		"name of the second":           {"", entry("gateway-001.napter", rsaKey), 22, true},
		"port":                         {"", entry("[gateway-001]:2222", key), 2222, true},
		"another port":                 {"", entry("gateway-001", key), 2222, false},
		"another name":                 {"", entry("gateway-002", key), 22, false},
		"an address":                   {"", entry("192.0.2.1", key), 22, false},
		"one of two":                   {"", entry("gateway-001", other) + entry("gateway-001.napter", key), 22, true},
		"trusted, and another by name": {entry(testAlias, key), entry("gateway-001", other), 22, true},
	} {
		c := configFor(t, d.addr)
		c.HostNames = []string{"Gateway-001", "gateway-001.napter", "a,b", "192.0.2.1"}
		c.HostKeyPolicy, c.DevicePort, c.ReadOnlyKnownHosts = knownhosts.KnownOnly, tt.port, []string{theirs}
		writeKnown(t, c.KnownHosts, tt.ours)
		writeKnown(t, theirs, tt.theirs)
		client, err := Dial(t.Context(), c)
		if err == nil {
			_ = client.Close()
		}
		var unknown *knownhosts.UnknownError
		if tt.ok && err != nil || !tt.ok && !errors.As(err, &unknown) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A line under a name is no second chance for a key that changed, and one that
// differs is a changed key.
func TestChangedHostKeyUnderTheNameOfTheSIM(t *testing.T) {
	key, other := newEd25519(t), newEd25519(t)
	d := startDevice(t, noAuth, key)
	theirs := filepath.Join(t.TempDir(), "theirs")
	for _, policy := range []knownhosts.Policy{knownhosts.Ask, knownhosts.AcceptNew, knownhosts.KnownOnly} {
		c := configFor(t, d.addr)
		c.HostNames, c.HostKeyPolicy, c.ReadOnlyKnownHosts = []string{"gateway-001"}, policy, []string{theirs}
		c.Prompt = &person{answers: []string{"yes"}}
		writeKnown(t, c.KnownHosts, entryFor(testAlias, other.PublicKey(), ""))
		writeKnown(t, theirs, entryFor("gateway-001", key.PublicKey(), ""))
		var changed *knownhosts.ChangedError
		if _, err := Dial(t.Context(), c); !errors.As(err, &changed) || changed.File != c.KnownHosts {
			t.Errorf("a name overruled what was trusted: %v", err)
		}
		writeKnown(t, c.KnownHosts, "")
		writeKnown(t, theirs, entryFor("gateway-001", other.PublicKey(), ""))
		_, err := Dial(t.Context(), c)
		if !errors.As(err, &changed) || !strings.HasSuffix(message.Hint(err).String(),
			"ssh-keygen -R 'gateway-001' -f '"+theirs+"'; if that line is of another host: -o HostKeyAlias="+testAlias) {
			t.Errorf("%v, hint %q", err, message.Hint(err).String())
		}
		writeKnown(t, theirs, "@revoked "+entryFor("*", key.PublicKey(), "")+entryFor("gateway-001", key.PublicKey(), ""))
		var revoked *knownhosts.RevokedError
		if _, err := Dial(t.Context(), c); !errors.As(err, &revoked) {
			t.Errorf("a revoked key that is known by name: %v", err)
		}
	}
}

func TestHostCertificateForTheNameOfTheSIM(t *testing.T) {
	ca, key := newEd25519(t), newEd25519(t)
	cert := &ssh.Certificate{Key: key.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{"gateway-001"}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(strings.NewReader(strings.Repeat("r", 1000)), ca); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewCertSigner(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	d := startDevice(t, noAuth, newECDSA(t), signer)
	c := configFor(t, d.addr)
	c.HostKeyPolicy = knownhosts.KnownOnly
	for names, ok := range map[string]bool{"gateway-001": true, "gateway-002": false, "": false} {
		for _, authority := range []string{"*", "gateway-*"} {
			c.HostNames = []string{names}
			writeKnown(t, c.KnownHosts, "@cert-authority "+entryFor(authority, ca.PublicKey(), ""))
			client, err := Dial(t.Context(), c)
			if err == nil {
				_ = client.Close()
			}
			if (err == nil) != ok {
				t.Errorf("%q with an authority for %s: %v", names, authority, err)
			}
		}
	}
}
