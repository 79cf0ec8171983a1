package sshclient

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

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
			if !sshkey.Same(key, pub) {
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

// Time that a person takes does not count against the connect timeout.
func TestSlowPerson(t *testing.T) {
	d := startDevice(t, passwords("password", "pw"))
	c := configFor(t, d.addr)
	c.ConnectTimeout = 300 * time.Millisecond
	c.HostKeyPolicy = knownhosts.Ask
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

// A device may say its conditions to whoever logs in, also without a terminal.
func TestBannerWhereNobodyCanBeAsked(t *testing.T) {
	d := startDevice(t, func(_ *device, c *ssh.ServerConfig) {
		c.NoClientAuth = true
		c.BannerCallback = func(ssh.ConnMetadata) string { return "For staff\x1b[2J\n" }
	})
	c := configFor(t, d.addr)
	mustDial(t, c) // told to nobody
	var told []string
	c.Tell = func(text message.Text) { told = append(told, text.String()) }
	mustDial(t, c)
	p := &person{}
	c.Prompt = p
	mustDial(t, c)
	if want := []string{`For staff\x1b[2J`}; !slices.Equal(told, want) || p.heard() != "show: "+want[0] {
		t.Errorf("told %q, shown %q", told, p.heard())
	}
	c.Quiet = true
	mustDial(t, c)
	c.Prompt = nil
	mustDial(t, c)
	if len(told) != 1 || strings.Count(p.heard(), "show: ") != 1 {
		t.Errorf("though quiet, told %q, shown %q", told, p.heard())
	}
}
