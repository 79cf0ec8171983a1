package sshclient

import (
	"crypto/rand"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// A device has two keys, and later only the one that was never shown: no attack.
func TestDeviceThatRetiresAHostKey(t *testing.T) {
	rsaFile := filepath.Join(t.TempDir(), "rsa")
	sshdtest.WriteKey(t, rsaFile, sshdtest.NewKey(t, "rsa"))
	before := sshdtest.Start(t, sshdtest.Options{Config: []string{"HostKey " + rsaFile}})
	after := sshdtest.Start(t, sshdtest.Options{Config: []string{"HostKey " + rsaFile, "HostKeyAlgorithms rsa-sha2-512"}})

	c := configFor(t, before.Addr)
	c.User, c.IdentityFiles, c.DeviceID = before.User, []string{before.UserKeyFile}, "359"
	file := func() string { return readText(t, c.KnownHosts) }
	mustDial(t, c)
	if text := file(); strings.Contains(text, "rsa") {
		t.Errorf("a key was learned from a device that was not known: %s", text)
	}
	c.NoHostKeyUpdates = true
	mustDial(t, c)
	c.NoHostKeyUpdates = false
	mustDial(t, c)
	eventually(t, "learning the RSA key", func() bool { return strings.Contains(file(), testAlias+" ssh-rsa ") })
	if text := file(); strings.Count(text, "\n") != 2 || strings.Count(text, " imei=359\n") != 2 {
		t.Errorf("learned %s", text)
	}

	c.Addr, c.User, c.IdentityFiles, c.HostKeyPolicy = after.Addr, after.User, []string{after.UserKeyFile}, knownhosts.KnownOnly
	mustDial(t, c)
}

// rotating is a device that says it has keys and answers for them with prove.
func rotating(t *testing.T, shown []ssh.PublicKey, prove func(session []byte) (bool, []byte), asked *sync.WaitGroup, keys ...ssh.Signer) string {
	config := &ssh.ServerConfig{NoClientAuth: true}
	for _, k := range keys {
		config.AddHostKey(k)
	}
	return listen(t, func(conn net.Conn) {
		server, channels, requests, err := ssh.NewServerConn(conn, config)
		if err != nil {
			return
		}
		go func() {
			for ch := range channels {
				_ = ch.Reject(ssh.Prohibited, "")
			}
		}()
		var payload []byte
		for _, k := range shown {
			payload = append(payload, ssh.Marshal(struct{ Key []byte }{k.Marshal()})...)
		}
		_, _, _ = server.SendRequest(requestHostKeys, false, payload)
		for r := range requests {
			if r.Type == requestProve {
				ok, answer := prove(server.SessionID())
				_ = r.Reply(ok, answer)
				asked.Done()
			}
		}
	})
}

func proof(t *testing.T, key ssh.Signer, claimed ssh.PublicKey, session []byte) []byte {
	t.Helper()
	signed := ssh.Marshal(struct {
		Purpose      string
		Session, Key []byte
	}{requestProve, session, claimed.Marshal()})
	s, err := key.Sign(rand.Reader, signed)
	if err != nil {
		t.Error(err)
		return nil
	}
	return ssh.Marshal(struct{ Signature []byte }{ssh.Marshal(s)})
}

// Only what the device has proved to have is learned, and nothing that is revoked.
func TestHostKeysMustBeProved(t *testing.T) {
	key, second, stranger := newEd25519(t), newECDSA(t), newECDSA(t)
	both := []ssh.PublicKey{key.PublicKey(), second.PublicKey()}
	own := entryFor(testAlias, key.PublicKey(), "")
	for what, tt := range map[string]struct {
		known string
		prove func([]byte) (bool, []byte)
		learn bool
	}{
		"proof":           {own, func(s []byte) (bool, []byte) { return true, proof(t, second, second.PublicKey(), s) }, true},
		"refusal":         {own, func([]byte) (bool, []byte) { return false, nil }, false},
		"nothing":         {own, func([]byte) (bool, []byte) { return true, nil }, false},
		"rubbish":         {own, func([]byte) (bool, []byte) { return true, []byte("\x00\x00\x00\x09rubbish") }, false},
		"another key":     {own, func(s []byte) (bool, []byte) { return true, proof(t, stranger, second.PublicKey(), s) }, false},
		"another session": {own, func([]byte) (bool, []byte) { return true, proof(t, second, second.PublicKey(), []byte("old")) }, false},
	} {
		var asked sync.WaitGroup
		asked.Add(1)
		c := configFor(t, rotating(t, both, tt.prove, &asked, key))
		writeKnown(t, c.KnownHosts, tt.known)
		client := mustDial(t, c)
		asked.Wait()
		learned := func() bool { return readText(t, c.KnownHosts) == own+entryFor(testAlias, second.PublicKey(), "") }
		if tt.learn {
			eventually(t, what, learned)
		}
		_ = client.Close() // nothing is written afterwards
		if !tt.learn && readText(t, c.KnownHosts) != own {
			t.Errorf("%s: the file is now %s", what, readText(t, c.KnownHosts))
		}
	}
}

// Where nothing may be learned, the device is not even asked.
func TestHostKeysThatAreNotLearned(t *testing.T) {
	key, second := newEd25519(t), newECDSA(t)
	both := []ssh.PublicKey{key.PublicKey(), second.PublicKey()}
	own := entryFor(testAlias, key.PublicKey(), "")
	for what, tt := range map[string]struct {
		known string
		shown []ssh.PublicKey
	}{
		"not known before":      {"", both},
		"known by a pattern":    {entryFor("sim-*", key.PublicKey(), ""), both},
		"revoked":               {own + "@revoked " + entryFor("*", second.PublicKey(), ""), both},
		"known already":         {own + entryFor(testAlias, second.PublicKey(), ""), both},
		"its own is not there":  {own, both[1:]},
		"another's certificate": {own, []ssh.PublicKey{key.PublicKey(), certify(t, second, second.PublicKey(), "x")}},
	} {
		c := configFor(t, "")
		writeKnown(t, c.KnownHosts, tt.known)
		hosts, err := knownhosts.Load(knownhosts.Options{Alias: testAlias, Port: 22, File: c.KnownHosts, Policy: knownhosts.AcceptNew})
		if err != nil {
			t.Fatal(err)
		}
		check := hosts.NewCheck(t.Context())
		if err := check.Callback("", nil, key.PublicKey()); err != nil {
			t.Fatal(err)
		}
		if keys := check.Unlearned(tt.shown); len(keys) > 0 {
			t.Errorf("%s: would learn %d keys", what, len(keys))
		}
	}
}

// A key that is known by name alone goes into our own file with what is learned: there
// it decides alone.
func TestLearningFromAKeyKnownByName(t *testing.T) {
	key, second := newEd25519(t), newECDSA(t)
	var asked sync.WaitGroup
	asked.Add(1)
	c := configFor(t, rotating(t, []ssh.PublicKey{second.PublicKey(), key.PublicKey()}, func(s []byte) (bool, []byte) {
		return true, proof(t, second, second.PublicKey(), s)
	}, &asked, key))
	theirs := filepath.Join(t.TempDir(), "theirs")
	writeKnown(t, theirs, entryFor("gateway-001", key.PublicKey(), ""))
	c.HostNames, c.ReadOnlyKnownHosts, c.HostKeyPolicy = []string{"gateway-001"}, []string{theirs}, knownhosts.KnownOnly
	mustDial(t, c)
	want := entryFor(testAlias, key.PublicKey(), "") + entryFor(testAlias, second.PublicKey(), "")
	eventually(t, "learning", func() bool {
		text, err := os.ReadFile(c.KnownHosts)
		return err == nil && string(text) == want
	})
	if readText(t, theirs) != entryFor("gateway-001", key.PublicKey(), "") {
		t.Error("another's file was written")
	}
}

func FuzzHostKeysRequest(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x00\x00\x00\x01x"))
	f.Add([]byte("\xff\xff\xff\xffx"))
	f.Fuzz(func(_ *testing.T, payload []byte) {
		l := &learner{allowed: []string{ssh.KeyAlgoED25519}}
		if n := len(l.parse(payload)); n > maxHostKeys {
			panic("too many")
		}
	})
}
