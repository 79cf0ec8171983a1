package sshclient

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func TestAmend(t *testing.T) {
	def, all := []string{"a1", "b2", "b1"}, []string{"a1", "b2", "b1", "old"}
	for spec, want := range map[string]string{
		"":               "a1,b2,b1",
		"b1,none,a1,b1":  "b1,a1",
		"b?":             "b2,b1",
		"+old,a1":        "a1,b2,b1,old",
		"^b1,old":        "b1,old,a1,b2",
		"-b*":            "a1",
		"unknown,others": "",
	} {
		if got := strings.Join(amend(spec, def, all), ","); got != want {
			t.Errorf("%q: %s, want %s", spec, got, want)
		}
	}
}

func TestListsRestrictWhatIsOffered(t *testing.T) {
	a, err := algorithms([]string{"aes128-cbc"}, hostconfig.Algorithms{
		Ciphers: "aes256-ctr,aes128-ctr", KeyExchanges: "sntrup761x25519-sha512,curve25519-sha256", HostKeys: "ssh-rsa",
	})
	if err != nil || !slices.Equal(a.Ciphers, []string{"aes256-ctr", "aes128-ctr", "aes128-cbc"}) ||
		!slices.Equal(a.KeyExchanges, []string{"curve25519-sha256"}) || !slices.Equal(a.HostKeys, []string{"ssh-rsa"}) {
		t.Errorf("%+v, %v", a, err)
	}
	if len(a.MACs) < 2 || len(a.PublicKeyAuths) < 2 {
		t.Errorf("lists that are not set: %+v", a)
	}
	// MACs that the library lacks matter only to ciphers that need one.
	a, err = algorithms(nil, hostconfig.Algorithms{MACs: "umac-128@openssh.com"})
	if err != nil || len(a.Ciphers) != 3 || len(common(a.Ciphers, []string{"aes128-ctr"})) > 0 {
		t.Errorf("%+v, %v", a, err)
	}
	for option, listed := range map[string]hostconfig.Algorithms{
		"Ciphers":                  {Ciphers: "rot13"},
		"MACs":                     {MACs: "umac-64@openssh.com", Ciphers: "aes128-ctr"},
		"KexAlgorithms":            {KeyExchanges: "-*"},
		"PubkeyAcceptedAlgorithms": {PublicKeyAuths: "x"},
	} {
		if _, err := algorithms(nil, listed); err == nil || !strings.Contains(err.Error(), "ssh_config: "+option+" names nothing") ||
			!strings.Contains(message.Hint(err).String(), "it has ") {
			t.Errorf("%s: %v, hint %q", option, err, message.Hint(err).String())
		}
	}
}

func TestListsWithOpenSSHServer(t *testing.T) {
	s := sshdtest.Start(t, sshdtest.Options{HostKeyTypes: []string{"rsa"}, Config: []string{
		"KexAlgorithms diffie-hellman-group14-sha1,curve25519-sha256", "HostKeyAlgorithms ssh-rsa", "Ciphers aes128-cbc,aes128-ctr", "MACs hmac-sha2-256",
	}})
	c := configFor(t, s.Addr)
	c.User, c.IdentityFiles = s.User, []string{s.UserKeyFile}
	c.Algorithms = hostconfig.Algorithms{KeyExchanges: "diffie-hellman-group14-sha1", HostKeys: "ssh-rsa", Ciphers: "aes128-cbc", MACs: "+hmac-sha1-96"}
	a := mustDial(t, c).conn.Conn.(*learner).Conn.(ssh.AlgorithmsConnMetadata).Algorithms()
	if a.KeyExchange != "diffie-hellman-group14-sha1" || a.HostKey != "ssh-rsa" || a.Write.Cipher != "aes128-cbc" {
		t.Errorf("negotiated %+v", a)
	}

	c.Algorithms = hostconfig.Algorithms{KeyExchanges: "ecdh-sha2-nistp256", HostKeys: "ssh-ed25519,rsa-sha2-256", MACs: "hmac-sha2-512"}
	_, err := Dial(t.Context(), c)
	var e *AlgorithmError
	want := []string{"KexAlgorithms=+curve25519-sha256", "HostKeyAlgorithms=+ssh-rsa", "MACs=+hmac-sha2-256"}
	if !errors.As(err, &e) || !slices.Equal(e.LeftOut, want) || !strings.Contains(message.Hint(err).String(), "add -o "+want[0]+" -o "+want[1]) {
		t.Errorf("%v, %+v", err, e)
	}
}

func TestPubkeyAcceptedAlgorithms(t *testing.T) {
	s := sshdtest.Start(t, sshdtest.Options{})
	c := configFor(t, s.Addr)
	c.User, c.IdentityFiles = s.User, []string{s.UserKeyFile}
	c.Algorithms.PublicKeyAuths = "ssh-ed25519"
	mustDial(t, c)
	c.Algorithms.PublicKeyAuths = "rsa-sha2-*"
	if _, err := Dial(t.Context(), c); err == nil || !strings.Contains(message.Hint(err).String(), s.UserKeyFile+": ssh_config's PubkeyAcceptedAlgorithms") {
		t.Errorf("%v, hint %q", err, message.Hint(err).String())
	}

	// A certificate has a name of its own in the list.
	ca, dir, key := newEd25519(t), t.TempDir(), sshdtest.NewKey(t, "rsa")
	writePublic(t, filepath.Join(dir, "ca.pub"), ca.PublicKey())
	s = sshdtest.Start(t, sshdtest.Options{Config: []string{"TrustedUserCAKeys " + filepath.Join(dir, "ca.pub")}})
	sshdtest.WriteKey(t, filepath.Join(dir, "id"), key)
	writePublic(t, filepath.Join(dir, "id-cert.pub"), certify(t, ca, publicOf(t, key), s.User))
	c = configFor(t, s.Addr)
	c.User, c.IdentityFiles = s.User, []string{filepath.Join(dir, "id")}
	c.Algorithms.PublicKeyAuths = "rsa-sha2-512-cert-v01@openssh.com"
	mustDial(t, c)
	c.Algorithms.PublicKeyAuths = "rsa-sha2-512"
	if _, err := Dial(t.Context(), c); err == nil {
		t.Error("a certificate that is not listed was used")
	}
}
