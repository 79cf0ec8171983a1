package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// withSSHD is a world in which OpenSSH's sshd is every device.
func withSSHD(t *testing.T) (*world, *sshdtest.Server) {
	t.Helper()
	server := sshdtest.Start(t, sshdtest.Options{})
	w := newWorld(t, simulator.Options{Devices: map[int]string{22: server.Addr, 50022: server.Addr}})
	var known bytes.Buffer
	for _, k := range server.HostKeys {
		fmt.Fprintf(&known, "sim-%s %s", gateway, ssh.MarshalAuthorizedKey(k))
	}
	file := filepath.Join(w.vars["XDG_STATE_HOME"], "napter-connect", "known_hosts")
	if err := os.WriteFile(file, known.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return w, server
}

func TestRealDeviceStatus(t *testing.T) {
	t.Parallel()
	w, server := withSSHD(t)
	for command, want := range map[string]int{
		"exit 7": 7, "true": 0, "kill -KILL $$": 255, "exit 255": 255,
	} {
		r := w.run(w.program("ssh", "-i", server.UserKeyFile, "-l", server.User, "gateway-001", command))
		if r.status != want {
			t.Errorf("%q: status %d, want %d: %s", command, r.status, want, r.stderr)
		}
	}
	// -p is the device's port, whose host key is one of its own.
	other := []string{"ssh", "-p", "50022", "-i", server.UserKeyFile, "-l", server.User, "gateway-001", "exit 5"}
	if r := w.run(w.program(other...)); r.status != 255 || !strings.Contains(r.stderr, "SHA256:") {
		t.Errorf("-p with an unknown host key: status %d: %s", r.status, r.stderr)
	}
	accepting := append([]string{"ssh", "-o", "StrictHostKeyChecking=accept-new"}, other[1:]...)
	if r := w.run(w.program(accepting...)); r.status != 5 {
		t.Errorf("-p: status %d, want 5: %s", r.status, r.stderr)
	}
	w.nothingOpen()
}

// An agent's key is enough, and the agent itself stays here unless -A is given.
func TestRealDeviceWithAnAgent(t *testing.T) {
	t.Parallel()
	key := sshdtest.NewKey(t, "ed25519")
	signer, err := ssh.NewSignerFromSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	server := sshdtest.Start(t, sshdtest.Options{AuthorizedKeys: []ssh.PublicKey{signer.PublicKey()}})
	w := newWorld(t, simulator.Options{Devices: map[int]string{22: server.Addr}})
	w.vars["SSH_AUTH_SOCK"] = sshdtest.Agent(t, key)
	base := []string{"ssh", "-o", "StrictHostKeyChecking=accept-new", "-l", server.User}
	if err := os.Remove(filepath.Join(w.vars["XDG_STATE_HOME"], "napter-connect", "known_hosts")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ flag, want string }{{"-T", "no agent\n"}, {"-A", "an agent\n"}} {
		r := w.run(w.program(append(base, c.flag, "gateway-001", `[ -S "$SSH_AUTH_SOCK" ] && echo an agent || echo no agent`)...))
		if r.status != 0 || r.out != c.want {
			t.Errorf("with %s: status %d, %q, want %q: %s", c.flag, r.status, r.out, c.want, r.stderr)
		}
	}
	w.nothingOpen()
}

// 20 MB of every byte there is, in and out at once, come through unchanged.
func TestRealDeviceCopies20MB(t *testing.T) {
	t.Parallel()
	w, server := withSSHD(t)
	data := make([]byte, 20<<20)
	_, _ = rand.Read(data) // never fails
	sum := sha256.Sum256(data)

	up := w.program("ssh", "-i", server.UserKeyFile, "-l", server.User, "gateway-001", "sha256sum")
	up.Stdin = bytes.NewReader(data)
	if r := w.run(up); r.status != 0 || !strings.HasPrefix(r.out, hex.EncodeToString(sum[:])) {
		t.Errorf("up: status %d, %q, want %x: %s", r.status, r.out, sum, r.stderr)
	}

	both := w.program("ssh", "-i", server.UserKeyFile, "-l", server.User, "gateway-001", "cat")
	both.Stdin = bytes.NewReader(data)
	r := w.run(both)
	if got := sha256.Sum256([]byte(r.out)); r.status != 0 || got != sum {
		t.Errorf("both ways: status %d, %d bytes with %x, want %x: %s", r.status, len(r.out), got, sum, r.stderr)
	}
	w.nothingOpen()
}
