package device

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

func newSigner(t *testing.T) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestHostKeyDependsOnSeedAndSIM(t *testing.T) {
	key := func(seed uint64, sim string) string {
		return string(New(Options{Seed: seed, SimID: sim}).HostKey().Marshal())
	}
	if first, second := key(1, "a"), key(1, "a"); first != second {
		t.Error("the same seed and SIM give two keys")
	}
	if key(1, "a") == key(2, "a") || key(1, "a") == key(1, "b") {
		t.Error("another seed or SIM gives the same key")
	}
}

func TestAuthentication(t *testing.T) {
	good, bad := newSigner(t), newSigner(t)
	interactive := ssh.KeyboardInteractive(func(_, _ string, questions []string, echos []bool) ([]string, error) {
		if len(questions) == 0 {
			return nil, nil
		}
		if len(questions) != 1 || questions[0] != "Password: " || echos[0] {
			return nil, fmt.Errorf("asked %q with echo %v", questions, echos)
		}
		return []string{testPassword}, nil
	})
	keys := Options{AuthorizedKeys: []ssh.PublicKey{good.PublicKey()}}
	for _, c := range []struct {
		name string
		opts Options
		auth ssh.AuthMethod
		ok   bool
	}{
		{"key", keys, ssh.PublicKeys(bad, good), true},
		{"wrong key", keys, ssh.PublicKeys(bad), false},
		{"password where only keys are allowed", keys, ssh.Password(""), false},
		{"password", Options{Password: testPassword}, ssh.Password(testPassword), true},
		{"wrong password", Options{Password: testPassword}, ssh.Password("x"), false},
		{"interactive", Options{Password: testPassword}, interactive, true},
		{"interactive only", Options{Password: testPassword, NoPassword: true}, interactive, true},
		{"password refused", Options{Password: testPassword, NoPassword: true}, ssh.Password(testPassword), false},
		{"interactive refused", Options{Password: testPassword, NoInteractive: true}, interactive, false},
		{"nothing is allowed", Options{}, ssh.Password(""), false},
		{"everybody is allowed", Options{NoAuth: true}, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var auth []ssh.AuthMethod
			if c.auth != nil {
				auth = append(auth, c.auth)
			}
			c.opts.SimID = "8981100000000000001"
			s := serve(t, c.opts)
			client, err := tryDial(s, auth...)
			if err == nil {
				_ = client.Close()
			}
			if (err == nil) != c.ok {
				t.Errorf("logging in: %v, want success %v", err, c.ok)
			}
		})
	}
}

func TestExecStatus(t *testing.T) {
	s := serve(t, Options{Name: "gateway-001", SimID: "8981100000000000001", NoAuth: true})
	c := dial(t, s)
	for _, tc := range []struct {
		command string
		status  int
		signal  string
	}{
		{"true", 0, ""}, {"exit 7", 7, ""}, {"nonsense", 127, ""}, {"exit 256", 0, ""},
		{"kill -TERM $$", 143, "TERM"}, {"kill -KILL $$; echo never", 137, "KILL"},
	} {
		t.Run(tc.command, func(t *testing.T) {
			err := openSession(t, c).Run(tc.command)
			if tc.status == 0 && err == nil {
				return
			}
			var exit *ssh.ExitError
			if !errors.As(err, &exit) {
				t.Fatalf("ended with %v", err)
			}
			if exit.ExitStatus() != tc.status || exit.Signal() != tc.signal {
				t.Errorf("status %d, signal %q; want %d, %q", exit.ExitStatus(), exit.Signal(), tc.status, tc.signal)
			}
		})
	}
}

func TestExecIs8BitCleanAndHalfCloses(t *testing.T) {
	s := serve(t, Options{SimID: "1", NoAuth: true})
	sess := openSession(t, dial(t, s))
	data := make([]byte, 3<<20)
	rng := rand.NewChaCha8([32]byte{1})
	_, _ = rng.Read(data)
	sess.Stdin = bytes.NewReader(data)
	out, err := sess.Output("cat")
	if err != nil {
		t.Fatal(err)
	}
	if sha256.Sum256(out) != sha256.Sum256(data) {
		t.Errorf("%d bytes came back of %d, or others", len(out), len(data))
	}
}

func TestStandardErrorIsApart(t *testing.T) {
	s := serve(t, Options{SimID: "1", NoAuth: true})
	sess := openSession(t, dial(t, s))
	var stdout, stderr bytes.Buffer
	sess.Stdout, sess.Stderr = &stdout, &stderr
	if err := sess.Run("echo out; echo err >&2"); err != nil {
		t.Fatal(err)
	}
	if stdout.String() != "out\n" || stderr.String() != "err\n" {
		t.Errorf("stdout %q, stderr %q", &stdout, &stderr)
	}
}

func TestSignalEndsCommand(t *testing.T) {
	s := serve(t, Options{SimID: "1", NoAuth: true})
	for _, command := range []string{"echo up; sleep 1000", "echo up; cat", "echo up; cat | cat", "echo up; yes"} {
		t.Run(command, func(t *testing.T) {
			sess := openSession(t, dial(t, s))
			stdin, err := sess.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stdin.Close() }()
			out, err := sess.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := sess.Start(command); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(out, make([]byte, 3)); err != nil {
				t.Fatal(err)
			}
			if err := sess.Signal(ssh.SIGTERM); err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = io.Copy(io.Discard, out) }()
			var exit *ssh.ExitError
			if err := sess.Wait(); !errors.As(err, &exit) || exit.Signal() != "TERM" {
				t.Errorf("ended with %v, want signal TERM", err)
			}
		})
	}
}

func TestKeepaliveIsAnswered(t *testing.T) {
	s := serve(t, Options{SimID: "1", NoAuth: true})
	c := dial(t, s)
	ok, _, err := c.SendRequest("keepalive@openssh.com", true, nil)
	if err != nil || !ok {
		t.Errorf("answered %v, %v", ok, err)
	}
}

func TestScriptFromStdin(t *testing.T) {
	s := serve(t, Options{Name: "gateway-001", SimID: "1", NoAuth: true})
	sess := openSession(t, dial(t, s))
	sess.Stdin = strings.NewReader("hostname\nfor i in 1 2\ndo echo $i\ndone\nexit 3\necho never\n")
	var out bytes.Buffer
	sess.Stdout = &out
	if err := sess.Shell(); err != nil {
		t.Fatal(err)
	}
	var exit *ssh.ExitError
	if err := sess.Wait(); !errors.As(err, &exit) || exit.ExitStatus() != 3 {
		t.Errorf("ended with %v, want status 3", err)
	}
	if out.String() != "gateway-001\n1\n2\n" {
		t.Errorf("printed %q", &out)
	}
}

// BenchmarkNew is what each of a simulator's thousands of devices costs at its start.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(Options{Seed: 1, Name: "gateway-001", SimID: "8981100000000000001", NoAuth: true})
	}
}
