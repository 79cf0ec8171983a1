//go:build unix

package sshmux

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// person answers yes, and secret questions with a secret.
type person struct {
	secret string
	err    error

	mu    sync.Mutex
	asked []string
}

func (p *person) answer(prompt message.Text, text string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, prompt.String())
	return text, p.err
}

func (p *person) Line(_ context.Context, prompt message.Text) (string, error) {
	return p.answer(prompt, "yes")
}

func (p *person) Secret(_ context.Context, prompt message.Text) (string, error) {
	return p.answer(prompt, p.secret)
}

func (p *person) Show(text message.Text) { _, _ = p.answer(text, "") }

// was says whether the person saw a text.
func (p *person) was(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.asked, func(s string) bool { return strings.Contains(s, text) })
}

// newSealedBench is a device that lets in a key with the passphrase "open sesame", and
// that nobody has met.
func newSealedBench(t *testing.T) *bench {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte("open sesame"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "id")
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	authorized, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	device := sshdtest.Start(t, sshdtest.Options{AuthorizedKeys: []ssh.PublicKey{authorized}})
	b := newBench(t, device, device.Addr)
	b.config.IdentityFiles, b.config.HostKeyPolicy = []string{file}, knownhosts.Ask
	b.serve()
	return b
}

// The process asks whoever made it connect.
func TestQuestions(t *testing.T) {
	b := newSealedBench(t)
	p := &person{secret: "open sesame"}
	var steps, keys []string
	b.config.Prompt = p
	b.config.OnStep = func(step string, done bool, err error) { steps = append(steps, step) }
	b.config.KeyUsed = func(fingerprint string) { keys = append(keys, fingerprint) }
	c, _ := b.join()
	if out, _ := b.run(c, "echo in", nil); out != "in\n" {
		t.Errorf("got %q", out)
	}
	if !p.was("fingerprint") || !p.was("passphrase") {
		t.Errorf("asked %q", p.asked)
	}
	if len(keys) != 1 || !slices.Equal(steps, []string{"dial", "dial", "ssh", "ssh"}) {
		t.Errorf("keys %q, steps %q", keys, steps)
	}
	second := &person{}
	b.config.Prompt = second
	if _, shared := b.join(); !shared || len(second.asked) > 0 {
		t.Errorf("the second command: shared %v, asked %q", shared, second.asked)
	}
}

// Without an answer there is no connection, the process ends, and the error says why.
func TestNoAnswer(t *testing.T) {
	for what, c := range map[string]struct {
		person *person
		want   string
	}{
		"gives up":  {&person{err: errors.New("interrupted")}, "interrupted"},
		"forgot it": {&person{}, "permission denied"},
	} {
		t.Run(what, func(t *testing.T) {
			b := newSealedBench(t)
			b.config.Prompt = c.person
			_, _, err := b.Dial(t.Context(), b.config, b.use)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
			b.hasEnded()
		})
	}
	t.Run("nobody is there", func(t *testing.T) {
		b := newSealedBench(t)
		_, _, err := b.Dial(t.Context(), b.config, b.use)
		if err == nil || message.Hint(err).IsZero() {
			t.Errorf("got %v, without a next step", err)
		}
		b.hasEnded()
	})
}

// A command that goes away in the middle of a question ends the process.
func TestGoneWhileAsked(t *testing.T) {
	b := newSealedBench(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	b.config.Prompt = &leaver{func() { cancel(errors.New("gone")) }}
	if _, _, err := b.Dial(ctx, b.config, b.use); err == nil || err.Error() != "gone" {
		t.Errorf("got %v", err)
	}
	b.hasEnded()
}

// leaver leaves at the first question.
type leaver struct{ leave func() }

func (l *leaver) Line(ctx context.Context, _ message.Text) (string, error) {
	l.leave()
	<-ctx.Done()
	return "", ctx.Err()
}

func (l *leaver) Secret(ctx context.Context, prompt message.Text) (string, error) {
	return l.Line(ctx, prompt)
}

func (l *leaver) Show(message.Text) {}

// While the person of the first command is asked, others do not wait for the answer.
func TestOthersDoNotWaitForAnAnswer(t *testing.T) {
	b := newSealedBench(t)
	asked := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	first := b.config
	first.Prompt = &leaver{func() { close(asked) }}
	ended := make(chan error, 1)
	go func() {
		_, _, err := b.Dial(ctx, first, b.use)
		ended <- err
	}()
	<-asked
	_, _, err := b.Dial(t.Context(), b.config, b.use)
	if _, ok := errors.AsType[*UnavailableError](err); !ok {
		t.Errorf("the second command: %v", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the first command: %v", err)
	}
	b.hasEnded()
}

// While the first command connects, the second waits, and connects when the first has
// gone.
func TestSecondCommandTakesOver(t *testing.T) {
	device := sshdtest.Start(t, sshdtest.Options{})
	addr, _ := sshdtest.Delayed(t, device.Addr, 100*time.Millisecond)
	b := newBench(t, device, addr)
	ctx, cancel := context.WithCancel(t.Context())
	first := b.config
	began := make(chan struct{})
	first.OnStep = func(step string, done bool, _ error) {
		if step == "ssh" && !done {
			close(began)
		}
	}
	ended := make(chan error, 1)
	go func() {
		_, _, err := b.Dial(ctx, first, b.use)
		ended <- err
	}()
	<-began
	joined := make(chan error, 1)
	go func() {
		c, shared, err := b.Dial(t.Context(), b.config, b.use)
		if err == nil {
			_ = c.Close()
			if shared {
				err = errors.New("it shares a connection that nobody made")
			}
		}
		joined <- err
	}()
	eventually(t, "the second command waits", func() bool { return len(b.server.list()) == 2 })
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the first command: %v", err)
	}
	if err := <-joined; err != nil {
		t.Errorf("the second command: %v", err)
	}
	b.hasEnded()
}

// What the device says before the login reaches whoever made the process connect, also
// where nobody can be asked, and not with -q.
func TestBanner(t *testing.T) {
	file := filepath.Join(t.TempDir(), "banner")
	if err := os.WriteFile(file, []byte("For staff\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	device := sshdtest.Start(t, sshdtest.Options{Config: []string{"Banner " + file}})
	for _, quiet := range []bool{false, true} {
		b := newBench(t, device, device.Addr)
		p := &person{}
		b.config.Tell, b.config.Quiet = p.Show, quiet
		b.join()
		if p.was("For staff") == quiet {
			t.Errorf("quiet %v: told %q", quiet, p.asked)
		}
	}
}
