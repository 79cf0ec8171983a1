package sshclient

import (
	"errors"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
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
	var e *knownhosts.UnknownError
	if !errors.As(err, &e) || e.Damaged == "" || !strings.Contains(message.Hint(err).String(), "forget") {
		t.Errorf("got %v", err)
	}
	if n, err := knownhosts.OpenStore(c.KnownHosts, nil).Forget(t.Context(), testAlias); n != 1 || err != nil {
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
				c.KnownHosts, c.HostKeyPolicy = file, knownhosts.KnownOnly
				mustDial(t, c)
				store := knownhosts.OpenStore(file, nil)
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
