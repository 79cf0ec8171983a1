package sshclient

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func publicOf(t *testing.T, key crypto.Signer) ssh.PublicKey {
	t.Helper()
	pub, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pub
}

// fingerprints are the keys' SHA256:… in order.
func fingerprints(keys ...ssh.PublicKey) (out []string) {
	for _, k := range keys {
		out = append(out, ssh.FingerprintSHA256(k))
	}
	return out
}

// certify makes a user certificate that an authority signed.
func certify(t *testing.T, ca ssh.Signer, key ssh.PublicKey, user string) *ssh.Certificate {
	t.Helper()
	cert := &ssh.Certificate{Key: key, CertType: ssh.UserCert, ValidPrincipals: []string{user}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, ca); err != nil {
		t.Fatal(err)
	}
	return cert
}

func writePublic(t *testing.T, path string, key ssh.PublicKey) {
	t.Helper()
	if err := os.WriteFile(path, ssh.MarshalAuthorizedKey(key), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Everything at once: certificates, then the agent's keys that are named, its
// other keys, files; and the one that last worked before all.
func TestKeyOrder(t *testing.T) {
	dir := t.TempDir()
	named, other, third := sshdtest.NewKey(t, "ed25519"), sshdtest.NewKey(t, "ecdsa"), sshdtest.NewKey(t, "ed25519")
	socket := sshdtest.Agent(t, other, named)
	sshdtest.WriteKey(t, filepath.Join(dir, "certified"), third)
	cert := certify(t, newEd25519(t), publicOf(t, third), "pi")
	writePublic(t, filepath.Join(dir, "certified-cert.pub"), cert)
	writePublic(t, filepath.Join(dir, "named"), publicOf(t, named)) // only its public half is here
	file := writeKey(t, filepath.Join(dir, "file"), "")
	last := writeKey(t, filepath.Join(dir, "last"), "")
	all := []ssh.PublicKey{last, cert, publicOf(t, named), publicOf(t, other), publicOf(t, third), file}

	for _, only := range []bool{false, true} {
		d := startDevice(t, allowKeys())
		c := configFor(t, d.addr)
		c.AgentSocket, c.IdentitiesOnly = socket, only
		for _, name := range []string{"file", "certified", "named", "last"} {
			c.IdentityFiles = append(c.IdentityFiles, filepath.Join(dir, name))
		}
		c.PreferredKey = ssh.FingerprintSHA256(last)
		_, err := Dial(t.Context(), c)
		var e *AuthError
		if !errors.As(err, &e) {
			t.Fatalf("got %v", err)
		}
		want := fingerprints(all...)
		want = slices.DeleteFunc(want, func(f string) bool { return only && f == ssh.FingerprintSHA256(publicOf(t, other)) })
		want[len(want)-1], want[len(want)-2] = want[len(want)-2], want[len(want)-1] // files in the order of the configuration
		if got := d.offered(); !slices.Equal(got, want) {
			t.Errorf("IdentitiesOnly %v: offered\n%s\nwant\n%s", only, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if len(e.Refused) != len(want) {
			t.Errorf("refused %q", e.Refused)
		}
	}
}

func TestDefaultIdentities(t *testing.T) {
	d := startDevice(t, allowKeys())
	c := configFor(t, d.addr)
	c.IdentityFiles = nil
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	second := writeKey(t, filepath.Join(home, ".ssh", "id_ed25519"), "")
	first := writeKey(t, filepath.Join(home, ".ssh", "id_rsa"), "")
	_, err = Dial(t.Context(), c)
	if got, want := d.offered(), fingerprints(first, second); !slices.Equal(got, want) {
		t.Errorf("offered %v, want %v", got, want)
	}
	if strings.Contains(message.Hint(err).String(), "no such file") {
		t.Errorf("default files that are not there are spoken of: %q", message.Hint(err).String())
	}
}

// A passphrase is asked for when the device wants that key, never before.
func TestEncryptedKeyIsOpenedLate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "id")
	pub := writeKey(t, path, "secret")
	t.Run("refused key", func(t *testing.T) {
		d := startDevice(t, allowKeys())
		c, p := configFor(t, d.addr), &person{}
		c.IdentityFiles, c.Prompt = []string{path}, p
		_, err := Dial(t.Context(), c)
		if err == nil || strings.Contains(p.heard(), "passphrase") || len(d.offered()) != 1 {
			t.Errorf("%v; offered %v; %s", err, d.offered(), p.heard())
		}
	})
	tests := []struct {
		name    string
		answers []string
		ok      bool
		asked   int
	}{
		{"right at once", []string{"secret"}, true, 1},
		{"right in the third try", []string{"a", "b", "secret"}, true, 3},
		{"wrong three times", []string{"a", "b", "c", "secret"}, false, 3},
		{"given up", []string{""}, false, 1},
		{"interrupted", nil, false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := startDevice(t, allowKeys(pub))
			c, p := configFor(t, d.addr), &person{answers: tt.answers}
			c.IdentityFiles, c.Prompt = []string{path}, p
			client, err := Dial(t.Context(), c)
			if err == nil {
				_ = client.Close()
			}
			if asked := strings.Count(p.heard(), "secret: Enter passphrase for key '"+path+"': "); (err == nil) != tt.ok || asked != tt.asked {
				t.Errorf("%v\n%s", err, p.heard())
			}
			if tt.name == "interrupted" && !strings.Contains(err.Error(), "interrupted") {
				t.Errorf("got %v", err)
			}
			if tt.name == "wrong three times" && !strings.Contains(message.Hint(err).String(), "no right passphrase") {
				t.Errorf("hint is %q", message.Hint(err).String())
			}
		})
	}
	t.Run("nobody to ask", func(t *testing.T) {
		d := startDevice(t, allowKeys(pub))
		c := configFor(t, d.addr)
		c.IdentityFiles = []string{path}
		_, err := Dial(t.Context(), c)
		if len(d.offered()) != 0 || !strings.Contains(message.Hint(err).String(), "ssh-add") {
			t.Errorf("%v, %q, offered %v", err, message.Hint(err).String(), d.offered())
		}
	})
}

// The old PEM format hides the public half: it comes from .pub, or the passphrase
// is asked for when the key's turn comes.
func TestEncryptedKeyOfTheOldFormat(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	//nolint:staticcheck // insecure, which is why it is old
	block, err := x509.EncryptPEMBlock(rand.Reader, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), []byte("secret"), x509.PEMCipherAES128)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "id")
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, withPublic := range []bool{false, true} {
		if withPublic {
			writePublic(t, path+".pub", publicOf(t, key))
		}
		for _, known := range []bool{false, true} {
			allowed := []ssh.PublicKey{}
			if known {
				allowed = append(allowed, publicOf(t, key))
			}
			d := startDevice(t, allowKeys(allowed...))
			c, p := configFor(t, d.addr), &person{answers: []string{"wrong", "secret"}}
			c.IdentityFiles, c.Prompt = []string{path}, p
			client, err := Dial(t.Context(), c)
			if err == nil {
				_ = client.Close()
			}
			wantAsked := known || !withPublic
			if (err == nil) != known || strings.Contains(p.heard(), "passphrase") != wantAsked {
				t.Errorf(".pub %v, known %v: %v\n%s", withPublic, known, err, p.heard())
			}
		}
	}
}

func TestKeyFilesThatCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	path := func(name, text string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	open := filepath.Join(dir, "open")
	writeKey(t, open, "")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	alone := filepath.Join(dir, "alone")
	writePublic(t, alone, newEd25519(t).PublicKey())
	tests := map[string]string{
		open:                                    "because others can read it (mode 0644)",
		filepath.Join(dir, "absent"):            "no such file",
		path("garbage", "hello\x1b[31m", 0o600): "not a private key",
		dir:                                     "is a folder",
		alone:                                   "only the public half",
		path("fido", string(fidoKey(t)), 0o600): "FIDO key, which works only through an SSH agent",
	}
	for file, want := range tests {
		d := startDevice(t, allowKeys())
		c := configFor(t, d.addr)
		c.IdentityFiles = []string{file}
		_, err := Dial(t.Context(), c)
		if err == nil || !strings.Contains(message.Hint(err).String(), want) || strings.Contains(message.Hint(err).String(), "\x1b") {
			t.Errorf("%s: %v, %q", file, err, message.Hint(err).String())
		}
	}
}

// fidoKey is a private key file of a FIDO token, as far as anyone reads it.
func fidoKey(t *testing.T) []byte {
	t.Helper()
	text := func(b []byte) []byte { return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...) }
	pub := slices.Concat(text([]byte(ssh.KeyAlgoSKED25519)), text(make([]byte, 32)), text([]byte("ssh:")))
	inner := slices.Concat([]byte{0, 0, 0, 1, 0, 0, 0, 1}, pub, []byte{1}, text(nil), text(nil), text(nil))
	for i := byte(1); len(inner)%8 != 0; i++ {
		inner = append(inner, i)
	}
	body := slices.Concat([]byte("openssh-key-v1\x00"), text([]byte("none")), text([]byte("none")), text(nil), []byte{0, 0, 0, 1}, text(pub), text(inner))
	return pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: body})
}

func TestCertificates(t *testing.T) {
	ca := newEd25519(t)
	dir := t.TempDir()
	checker := &ssh.CertChecker{IsUserAuthority: func(k ssh.PublicKey) bool { return sameKey(k, ca.PublicKey()) }}
	d := startDevice(t, func(_ *device, c *ssh.ServerConfig) {
		c.PublicKeyCallback = checker.Authenticate
	})
	inAgent, inFile := sshdtest.NewKey(t, "rsa"), sshdtest.NewKey(t, "rsa")
	sshdtest.WriteKey(t, filepath.Join(dir, "id"), inFile)
	writePublic(t, filepath.Join(dir, "id-cert.pub"), certify(t, ca, publicOf(t, inFile), "pi"))
	writePublic(t, filepath.Join(dir, "apart.pub"), certify(t, ca, publicOf(t, inAgent), "pi"))
	t.Run("beside its key", func(t *testing.T) {
		c := configFor(t, d.addr)
		c.IdentityFiles = []string{filepath.Join(dir, "id")}
		mustDial(t, c)
	})
	t.Run("named, with the key in the agent", func(t *testing.T) {
		c := configFor(t, d.addr)
		c.CertFiles, c.AgentSocket = []string{filepath.Join(dir, "apart.pub")}, sshdtest.Agent(t, inAgent)
		mustDial(t, c)
	})
	t.Run("without its key", func(t *testing.T) {
		c := configFor(t, d.addr)
		c.CertFiles = []string{filepath.Join(dir, "apart.pub")}
		if _, err := Dial(t.Context(), c); !strings.Contains(message.Hint(err).String(), "neither in the agent nor in a file") {
			t.Errorf("%v, %q", err, message.Hint(err).String())
		}
	})
}

// passwords lets in whoever knows the password, by the one method or the other.
func passwords(method, right string) func(*device, *ssh.ServerConfig) {
	check := func(got string) (*ssh.Permissions, error) {
		if got != right {
			return nil, errors.New("wrong")
		}
		return &ssh.Permissions{}, nil
	}
	return func(_ *device, c *ssh.ServerConfig) {
		if method == "password" {
			c.PasswordCallback = func(_ ssh.ConnMetadata, got []byte) (*ssh.Permissions, error) { return check(string(got)) }
			return
		}
		c.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "Welcome\x1b]0;owned\a", []string{"Pass\x1bword: ", "Name: "}, []bool{false, true})
			if err != nil || len(answers) != 2 || answers[1] != "me" {
				return nil, errors.New("no")
			}
			return check(answers[0])
		}
	}
}

func TestPasswordTries(t *testing.T) {
	tests := []struct {
		name    string
		answers []string
		ok      bool
	}{
		{"right", []string{"pw"}, true},
		{"right in the third try", []string{"a", "b", "pw"}, true},
		{"wrong three times", []string{"a", "b", "c", "pw"}, false},
		{"interrupted", []string{"a"}, false},
	}
	for _, method := range []string{"password", "keyboard-interactive"} {
		d := startDevice(t, passwords(method, "pw"))
		for _, tt := range tests {
			t.Run(method+" "+tt.name, func(t *testing.T) {
				c, p := configFor(t, d.addr), &person{}
				for _, a := range tt.answers {
					if p.answers = append(p.answers, a); method != "password" {
						p.answers = append(p.answers, "me")
					}
				}
				c.Prompt = p
				client, err := Dial(t.Context(), c)
				if err == nil {
					_ = client.Close()
				}
				if (err == nil) != tt.ok {
					t.Errorf("%v\n%s", err, p.heard())
				}
				want := "secret: pi@gateway-001's password: "
				if method != "password" {
					want = `secret: (pi@gateway-001) Pass\x1bword: `
				}
				if !strings.Contains(p.heard(), want) || strings.ContainsAny(p.heard(), "\x1b\a") {
					t.Errorf("heard %q", p.heard())
				}
				if again := strings.Count(p.heard(), "please try again"); again != min(len(tt.answers), 3)-1 && tt.name != "interrupted" {
					t.Errorf("told to try again %d times", again)
				}
				if tt.name == "interrupted" && !strings.Contains(err.Error(), "interrupted") {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

func TestNobodyToAskForAPassword(t *testing.T) {
	d := startDevice(t, passwords("password", "pw"))
	_, err := Dial(t.Context(), configFor(t, d.addr))
	if err == nil || !strings.Contains(message.Hint(err).String(), "terminal") || !strings.Contains(err.Error(), "pi@gateway-001: permission denied (the device allows password)") {
		t.Errorf("%v, %q", err, message.Hint(err).String())
	}
}

// A device that goes on asking without end must not keep us.
func TestEndlessQuestions(t *testing.T) {
	d := startDevice(t, func(_ *device, c *ssh.ServerConfig) {
		c.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			for {
				if _, err := ask("", "", nil, nil); err != nil {
					return nil, err
				}
			}
		}
	})
	c := configFor(t, d.addr)
	c.Prompt = &person{}
	if _, err := Dial(t.Context(), c); err == nil {
		t.Error("no error")
	}
}

// Two factors: the key alone is not enough, and it is remembered all the same.
func TestKeyAndPassword(t *testing.T) {
	path := filepath.Join(t.TempDir(), "id")
	pub := writeKey(t, path, "")
	d := startDevice(t, func(_ *device, c *ssh.ServerConfig) {
		c.PublicKeyCallback = func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if !sameKey(key, pub) {
				return nil, errors.New("no")
			}
			return nil, &ssh.PartialSuccessError{Next: ssh.ServerAuthCallbacks{
				PasswordCallback: func(_ ssh.ConnMetadata, got []byte) (*ssh.Permissions, error) {
					if string(got) != "pw" {
						return nil, errors.New("no")
					}
					return &ssh.Permissions{}, nil
				},
			}}
		}
	})
	c, p := configFor(t, d.addr), &person{answers: []string{"wrong", "pw"}}
	c.IdentityFiles, c.Prompt = []string{path}, p
	var used []string
	c.KeyUsed = func(f string) { used = append(used, f) }
	mustDial(t, c)
	if want := fingerprints(pub); !slices.Equal(used, want) {
		t.Errorf("used %v, want %v", used, want)
	}
}

// An agent that takes connections and says nothing, or refuses them, is done without.
func TestDeadAgent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "id")
	pub := writeKey(t, path, "")
	d := startDevice(t, allowKeys(pub))
	c := configFor(t, d.addr)
	c.IdentityFiles, c.AgentSocket = []string{path}, filepath.Join(t.TempDir(), "nobody")
	mustDial(t, c)
}

// While the connection is given up, a silent agent must not keep us.
func TestSilentAgentDoesNotOutliveTheContext(t *testing.T) {
	dir, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		sshdtest.OnlyWindows(t, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		cancel()
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
	}()
	d := startDevice(t, allowKeys())
	c := configFor(t, d.addr)
	c.AgentSocket = socket
	start := time.Now()
	if _, err := Dial(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > agentListTimeout {
		t.Errorf("took %s", took)
	}
}

// Time that a person takes does not count against the connect timeout.
func TestSlowPerson(t *testing.T) {
	d := startDevice(t, passwords("password", "pw"))
	c := configFor(t, d.addr)
	c.ConnectTimeout = 300 * time.Millisecond
	c.HostKeyPolicy = Ask
	c.Prompt = slowPerson{500 * time.Millisecond}
	mustDial(t, c)
}

type slowPerson struct{ wait time.Duration }

func (p slowPerson) Line(context.Context, message.Text) (string, error) {
	time.Sleep(p.wait) // what the person does
	return "yes", nil
}

func (p slowPerson) Secret(context.Context, message.Text) (string, error) {
	time.Sleep(p.wait)
	return "pw", nil
}

func (slowPerson) Show(message.Text) {}

func TestBannerIsCleaned(t *testing.T) {
	d := startDevice(t, func(_ *device, c *ssh.ServerConfig) {
		c.NoClientAuth = true
		c.BannerCallback = func(ssh.ConnMetadata) string { return "Hello\r\n\x1b[2Jworld\x07\n\n" }
	})
	c, p := configFor(t, d.addr), &person{}
	c.Prompt = p
	mustDial(t, c)
	if want := "show: Hello\n" + `\x1b[2Jworld\x07`; p.heard() != want {
		t.Errorf("heard %q, want %q", p.heard(), want)
	}
}

func TestRSASignatures(t *testing.T) {
	key := sshdtest.NewKey(t, "rsa")
	path := filepath.Join(t.TempDir(), "id")
	sshdtest.WriteKey(t, path, key)
	dial := func(algorithms, legacy []string) (string, error) {
		var used string
		d := startDevice(t, func(_ *device, c *ssh.ServerConfig) {
			c.PublicKeyAuthAlgorithms = algorithms
			c.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return &ssh.Permissions{}, nil }
			c.VerifiedPublicKeyCallback = func(_ ssh.ConnMetadata, _ ssh.PublicKey, p *ssh.Permissions, algorithm string) (*ssh.Permissions, error) {
				used = algorithm
				return p, nil
			}
		})
		c := configFor(t, d.addr)
		c.IdentityFiles, c.Legacy = []string{path}, legacy
		client, err := Dial(t.Context(), c)
		if err == nil {
			_ = client.Close()
		}
		return used, err
	}
	both := []string{ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512}
	if used, err := dial(both, nil); err != nil || used != ssh.KeyAlgoRSASHA512 {
		t.Errorf("used %s, %v", used, err)
	}
	if used, err := dial([]string{ssh.KeyAlgoRSA}, nil); err == nil || !strings.Contains(message.Hint(err).String(), "legacy: [ssh-rsa]") {
		t.Errorf("used %s without being allowed to, or %v with hint %q", used, err, message.Hint(err).String())
	}
	if used, err := dial([]string{ssh.KeyAlgoRSA}, []string{"ssh-rsa"}); err != nil || used != ssh.KeyAlgoRSA {
		t.Errorf("used %s, %v", used, err)
	}
}

// The real server, whose limit is six attempts.
func TestOpenSSHServer(t *testing.T) {
	many := make([]crypto.Signer, 20)
	for i := range many {
		many[i] = sshdtest.NewKey(t, "ed25519")
	}
	good := publicOf(t, many[19])
	s := sshdtest.Start(t, sshdtest.Options{AuthorizedKeys: []ssh.PublicKey{good}, HostKeyTypes: []string{"rsa", "ecdsa", "ed25519"}})
	socket := sshdtest.Agent(t, many...)
	c := configFor(t, s.Addr)
	c.User, c.AgentSocket = s.User, socket

	_, err := Dial(t.Context(), c)
	var e *AuthError
	if !errors.As(err, &e) || !e.TooMany || !strings.Contains(message.Hint(err).String(), "IdentitiesOnly=yes") {
		t.Errorf("got %v, hint %q", err, message.Hint(err).String())
	}
	t.Run("the key that last worked", func(t *testing.T) {
		c := c
		c.PreferredKey = ssh.FingerprintSHA256(good)
		mustDial(t, c)
	})
	t.Run("IdentitiesOnly names an agent key", func(t *testing.T) {
		c := c
		public := filepath.Join(t.TempDir(), "good.pub")
		writePublic(t, public, good)
		c.IdentityFiles, c.IdentitiesOnly = []string{public}, true
		mustDial(t, c)
	})
	t.Run("encrypted file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "id")
		pub := writeKey(t, path, "secret")
		s := sshdtest.Start(t, sshdtest.Options{AuthorizedKeys: []ssh.PublicKey{pub}})
		c := configFor(t, s.Addr)
		c.User, c.IdentityFiles, c.Prompt = s.User, []string{path}, &person{answers: []string{"secret"}}
		mustDial(t, c)
	})
	t.Run("certificate", func(t *testing.T) {
		ca := newEd25519(t)
		dir := t.TempDir()
		writePublic(t, filepath.Join(dir, "ca.pub"), ca.PublicKey())
		s := sshdtest.Start(t, sshdtest.Options{Config: []string{"TrustedUserCAKeys " + filepath.Join(dir, "ca.pub")}})
		key := sshdtest.NewKey(t, "rsa")
		sshdtest.WriteKey(t, filepath.Join(dir, "id"), key)
		writePublic(t, filepath.Join(dir, "id-cert.pub"), certify(t, ca, publicOf(t, key), s.User))
		c := configFor(t, s.Addr)
		c.User, c.IdentityFiles = s.User, []string{filepath.Join(dir, "id")}
		mustDial(t, c)
	})
	t.Run("password by keyboard-interactive", func(t *testing.T) {
		s := sshdtest.Start(t, sshdtest.Options{Password: true, Config: []string{"AuthenticationMethods keyboard-interactive"}})
		c := configFor(t, s.Addr)
		p := &person{answers: []string{"wrong", s.Password}}
		c.User, c.Prompt = s.User, p
		mustDial(t, c)
		if want := fmt.Sprintf("secret: (%s@gateway-001) Password: ", s.User); strings.Count(p.heard(), want) != 2 {
			t.Errorf("heard %q", p.heard())
		}
	})
	t.Run("password", func(t *testing.T) {
		s := sshdtest.Start(t, sshdtest.Options{Password: true, Config: []string{"AuthenticationMethods password"}})
		c := configFor(t, s.Addr)
		c.User, c.Prompt = s.User, &person{answers: []string{s.Password}}
		mustDial(t, c)
	})
	t.Run("only old algorithms", func(t *testing.T) {
		s := sshdtest.Start(t, sshdtest.Options{HostKeyTypes: []string{"rsa"}, Config: []string{
			"KexAlgorithms diffie-hellman-group14-sha1", "HostKeyAlgorithms ssh-rsa", "Ciphers aes128-cbc",
		}})
		c := configFor(t, s.Addr)
		c.User, c.IdentityFiles = s.User, []string{s.UserKeyFile}
		_, err := Dial(t.Context(), c)
		var e *AlgorithmError
		if !errors.As(err, &e) || !slices.Equal(e.Legacy, []string{"diffie-hellman-group14-sha1", "ssh-rsa", "aes128-cbc"}) {
			t.Fatalf("got %v, hint %q", err, message.Hint(err).String())
		}
		c.Legacy = e.Legacy
		mustDial(t, c)
	})
}
