package sshdtest

import (
	"crypto/rand"
	"errors"
	"net"
	"os/exec"
	"os/user"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

func connect(t *testing.T, s *Server, auth ...ssh.AuthMethod) (*ssh.Client, error) {
	t.Helper()
	c, err := ssh.Dial("tcp", s.Addr, &ssh.ClientConfig{
		User: s.User, Auth: auth, HostKeyCallback: ssh.FixedHostKey(s.HostKeys[0]),
		HostKeyAlgorithms: []string{s.HostKeys[0].Type()},
		Timeout:           10 * time.Second,
	})
	if err == nil {
		t.Cleanup(func() { _ = c.Close() })
	}
	return c, err
}

func command(t *testing.T, c *ssh.Client, text string) string {
	t.Helper()
	sess, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sess.Close() }()
	out, err := sess.Output(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestServerRunsCommands(t *testing.T) {
	s := Start(t, Options{})
	c, err := connect(t, s, ssh.PublicKeys(s.UserKey))
	if err != nil {
		t.Fatal(err)
	}
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if got := command(t, c, "id -un"); got != u.Username+"\n" {
		t.Errorf("ran as %q", got)
	}
	if !strings.HasPrefix(string(c.ServerVersion()), "SSH-2.0-OpenSSH") {
		t.Errorf("server is %s", c.ServerVersion())
	}
	s.WaitLog(t, "Accepted publickey for "+s.User)
}

func TestServerRefusesOtherKeys(t *testing.T) {
	s := Start(t, Options{})
	if _, err := connect(t, s, ssh.PublicKeys(signer(t, NewKey(t, "ed25519")))); err == nil {
		t.Error("a key that is not authorized logged in")
	}
}

func TestServerAuthorizesMoreKeys(t *testing.T) {
	var keys []ssh.PublicKey
	var signers []ssh.Signer
	for _, typ := range []string{"rsa", "ecdsa"} {
		k := signer(t, NewKey(t, typ))
		signers, keys = append(signers, k), append(keys, k.PublicKey())
	}
	s := Start(t, Options{AuthorizedKeys: keys})
	for _, k := range signers {
		if _, err := connect(t, s, ssh.PublicKeys(k)); err != nil {
			t.Errorf("%s: %v", k.PublicKey().Type(), err)
		}
	}
}

func TestServerHostKeys(t *testing.T) {
	s := Start(t, Options{HostKeyTypes: []string{"rsa", "ecdsa", "ed25519"}})
	if len(s.HostKeys) != 3 {
		t.Fatalf("%d host keys", len(s.HostKeys))
	}
	for _, k := range s.HostKeys {
		algorithm := k.Type()
		if algorithm == ssh.KeyAlgoRSA {
			algorithm = ssh.KeyAlgoRSASHA512
		}
		c, err := ssh.Dial("tcp", s.Addr, &ssh.ClientConfig{
			User: s.User, Auth: []ssh.AuthMethod{ssh.PublicKeys(s.UserKey)},
			HostKeyCallback: ssh.FixedHostKey(k), HostKeyAlgorithms: []string{algorithm},
		})
		if err != nil {
			t.Errorf("%s: %v", k.Type(), err)
			continue
		}
		_ = c.Close()
	}
}

func TestServerConfigOutranksOurs(t *testing.T) {
	s := Start(t, Options{Config: []string{"ForceCommand echo forced"}})
	c, err := connect(t, s, ssh.PublicKeys(s.UserKey))
	if err != nil {
		t.Fatal(err)
	}
	if got := command(t, c, "echo asked"); got != "forced\n" {
		t.Errorf("got %q", got)
	}
}

func TestServerPassword(t *testing.T) {
	s := Start(t, Options{Password: true})
	interactive := ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
		answers := make([]string, len(questions))
		for i := range answers {
			answers[i] = s.Password
		}
		return answers, nil
	})
	for name, auth := range map[string]ssh.AuthMethod{
		"password": ssh.Password(s.Password), "keyboard-interactive": interactive, "key": ssh.PublicKeys(s.UserKey),
	} {
		c, err := connect(t, s, auth)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := command(t, c, "id -un"); got != s.User+"\n" {
			t.Errorf("%s: ran as %q", name, got)
		}
	}
	if _, err := connect(t, s, ssh.Password("wrong")); err == nil {
		t.Error("a wrong password logged in")
	}
}

func TestDisconnect(t *testing.T) {
	s := Start(t, Options{})
	c, err := connect(t, s, ssh.PublicKeys(s.UserKey))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = c.Wait() // the cut is its error
		close(ended)
	}()
	s.Disconnect()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the connection is still there")
	}
}

func TestWithRealClient(t *testing.T) {
	program := Tool(t, "ssh")
	s := Start(t, Options{})
	out, err := exec.Command(program, "-F", "none", "-p", s.Port, "-i", s.UserKeyFile, "-o", "BatchMode=yes",
		"-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "UserKnownHostsFile="+s.KnownHosts,
		"-o", "GlobalKnownHostsFile=none", s.User+"@"+s.Host, "exit 7").CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("ended with %v:\n%s", err, out)
	}
}

func TestAgent(t *testing.T) {
	key := NewKey(t, "ed25519")
	conn, err := net.Dial("unix", Agent(t, key, NewKey(t, "rsa"), NewKey(t, "ecdsa")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	client := agent.NewClient(conn)
	signers, err := client.Signers()
	if err != nil || len(signers) != 3 {
		t.Fatalf("%d keys, %v", len(signers), err)
	}
	data := []byte("signed by the agent")
	sig, err := signers[0].Sign(rand.Reader, data)
	if err != nil {
		t.Fatal(err)
	}
	if err := signer(t, key).PublicKey().Verify(data, sig); err != nil {
		t.Error(err)
	}
}
