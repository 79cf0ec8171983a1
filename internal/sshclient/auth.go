package sshclient

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

const (
	// tries is OpenSSH's default of NumberOfPasswordPrompts.
	tries = 3
	// maxRounds bounds the questions of one keyboard-interactive attempt.
	maxRounds = 20
	// maxBanner bounds what a device may say before the login.
	maxBanner = 16 << 10
)

// authenticator chooses what to try next. Only one goroutine, the library's
// handshake, calls it.
type authenticator struct {
	ctx     context.Context
	cfg     *Config
	clock   *clock
	wire    *wire
	timeout time.Duration

	loading <-chan *keyring
	ring    *keyring // nil until it is needed
	queue   []*candidate
	current *candidate // the key that is being tried
	written int64      // what had been sent before it
	spent   []*candidate

	passwords, challenges int
	answered              bool // the last keyboard-interactive attempt asked something
	partial               int
	refused               []string
	abort                 error
}

func newAuthenticator(ctx context.Context, cfg *Config, clk *clock, timeout time.Duration, algos ssh.Algorithms) *authenticator {
	a := &authenticator{ctx: ctx, cfg: cfg, clock: clk, timeout: timeout, answered: true}
	l := &keyringLoader{
		cfg:       cfg,
		ask:       a.passphrase,
		guard:     clk.pause,
		allowSHA1: slices.Contains(algos.PublicKeyAuths, ssh.KeyAlgoRSA),
	}
	if cfg.Algorithms.PublicKeyAuths != "" {
		l.accepted = algos.PublicKeyAuths
	}
	loading := make(chan *keyring, 1)
	a.loading = loading
	go func() { loading <- l.load(ctx) }()
	return a
}

// wait returns when the loader is done, which the end of ctx hastens.
func (a *authenticator) wait() {
	if a.ring == nil {
		a.ring = <-a.loading
	}
}

// next is the ssh.ClientAuthCallback: it is called after each failure or partial
// success. Methods come in OpenSSH's order.
func (a *authenticator) next(c *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	if err := a.stop(); err != nil {
		return nil, err
	}
	a.clock.reset(a.timeout)
	if n := len(c.PartialSuccessMethods); n > a.partial {
		a.partial = n
		a.partlyDone()
	} else {
		a.notAccepted()
	}
	for _, name := range a.cfg.methods() {
		if !slices.Contains(c.AllowedMethods, name) {
			continue
		}
		method, err := a.method(name)
		if method != nil || err != nil {
			return method, err
		}
	}
	a.abort = a.denied(c.AllowedMethods)
	return nil, a.abort
}

// notAccepted takes down what became of the key that was tried.
func (a *authenticator) notAccepted() {
	switch k := a.current; {
	case k == nil:
	case k.failed != nil:
		a.ring.notes = append(a.ring.notes, cleanWords(k.failed))
	case a.wire.written.Load() == a.written:
		// The library passes over a key without a word when the device knows no
		// signature that the key may make: RSA with SHA-1 alone.
		a.ring.notes = append(a.ring.notes, message.New("%s: the device takes RSA keys only with SHA-1: "+
			"use an Ed25519 or ECDSA key, or allow it for this SIM in config.yaml with legacy: [ssh-rsa]", k.label))
	default:
		a.cfg.debugf("refused: %s", k.label)
		a.refused = append(a.refused, k.label.String())
	}
	a.current = nil
}

// stop is why there is no point in going on, or nil.
func (a *authenticator) stop() error {
	if a.abort != nil {
		return a.abort
	}
	if err := a.wire.failure(); err != nil {
		return err
	}
	return context.Cause(a.ctx)
}

func (a *authenticator) method(name string) (ssh.AuthMethod, error) {
	switch name {
	case "publickey":
		return a.key()
	case "keyboard-interactive":
		return a.keyboardInteractive(), nil
	}
	return a.password(), nil
}

// key is the next key to offer. One at a time, so that nothing is opened, and
// nobody asked, before its turn.
func (a *authenticator) key() (ssh.AuthMethod, error) {
	if a.ring == nil {
		a.wait()
		a.queue = slices.Clone(a.ring.keys)
	}
	for len(a.queue) > 0 {
		k := a.queue[0]
		a.queue = a.queue[1:]
		if k.pub == nil {
			signer, err := k.open()
			if a.abort != nil {
				return nil, a.abort
			}
			if err != nil {
				a.ring.notes = append(a.ring.notes, message.New("%s: %s", k.label, cleanWords(err)))
				continue
			}
			k.pub = signer.PublicKey()
		}
		if len(k.Algorithms()) == 0 {
			a.ring.notes = append(a.ring.notes, message.New("%s: ssh_config's PubkeyAcceptedAlgorithms leaves out its type", k.label))
			continue
		}
		a.current, a.written = k, a.wire.written.Load()
		a.cfg.debugf("offering %s", k.label)
		return ssh.PublicKeys(k), nil
	}
	return nil, nil
}

// partlyDone follows a method that was accepted but is not enough: all other
// keys may be tried again.
func (a *authenticator) partlyDone() {
	if a.current != nil {
		a.worked(a.current)
		a.spent = append(a.spent, a.current)
		a.current = nil
	}
	if a.ring != nil {
		a.queue = slices.DeleteFunc(slices.Clone(a.ring.keys), func(k *candidate) bool { return slices.Contains(a.spent, k) })
	}
	a.passwords, a.challenges = 0, 0
}

// succeeded is called when the whole login is done.
func (a *authenticator) succeeded() {
	if a.current != nil {
		a.worked(a.current)
	}
}

func (a *authenticator) worked(k *candidate) {
	a.cfg.debugf("accepted: %s", k.label)
	if a.cfg.KeyUsed != nil {
		a.cfg.KeyUsed(k.fingerprint())
	}
}

func (a *authenticator) password() ssh.AuthMethod {
	if a.cfg.Prompt == nil || a.passwords >= a.cfg.tries() {
		return nil
	}
	a.again(a.passwords)
	a.passwords++
	return ssh.PasswordCallback(func() (string, error) {
		return a.ask(a.cfg.Prompt.Secret, message.New("%s's password: ", a.login()))
	})
}

func (a *authenticator) keyboardInteractive() ssh.AuthMethod {
	// A device that refuses without a question would refuse again.
	if a.cfg.Prompt == nil || a.challenges >= a.cfg.tries() || !a.answered {
		return nil
	}
	a.again(a.challenges)
	a.challenges++
	a.answered = false
	rounds := 0
	return ssh.KeyboardInteractive(func(name, instruction string, questions []string, echos []bool) ([]string, error) {
		if rounds++; rounds > maxRounds {
			return nil, message.Errorf("too many questions")
		}
		return a.challenge(name, instruction, questions, echos)
	})
}

func (a *authenticator) challenge(name, instruction string, questions []string, echos []bool) ([]string, error) {
	for _, text := range []string{name, instruction} {
		if text = cleanText(text); text != "" {
			a.cfg.Prompt.Show(message.Verbatim(text))
		}
	}
	answers := make([]string, len(questions))
	for i, question := range questions {
		a.answered = true
		ask := a.cfg.Prompt.Secret
		if echos[i] {
			ask = a.cfg.Prompt.Line
		}
		answer, err := a.ask(ask, message.New("(%s) %s ", a.login(), safetext.Trim(question)))
		if err != nil {
			return nil, err
		}
		answers[i] = answer
	}
	return answers, nil
}

func (a *authenticator) again(before int) {
	if before > 0 {
		a.cfg.Prompt.Show(message.New("Permission denied, please try again."))
	}
}

// ask stops the clock while the person answers. A person who does not answer
// (Ctrl-C, end of input) ends the login.
func (a *authenticator) ask(how func(context.Context, message.Text) (string, error), prompt message.Text) (string, error) {
	resume := a.clock.pause()
	answer, err := how(a.ctx, prompt)
	a.clock.reset(max(a.timeout, answerTimeout))
	resume()
	if err != nil {
		a.abort = message.Errorf("logging in to %s: %w", a.cfg.host(), err)
		return "", a.abort
	}
	return answer, nil
}

// passphrase opens an encrypted key. An empty answer gives the key up, as with
// OpenSSH.
func (a *authenticator) passphrase(id *identity) (ssh.Signer, error) {
	prompt := message.New("Enter passphrase for key '%s': ", safetext.Trim(id.path))
	for range a.cfg.tries() {
		phrase, err := a.ask(a.cfg.Prompt.Secret, prompt)
		if err != nil {
			return nil, err
		}
		if phrase == "" {
			break
		}
		signer, err := unseal(id.sealed, phrase)
		if err == nil {
			return signer, nil
		}
		if !errors.Is(err, x509.IncorrectPasswordError) {
			return nil, message.Errorf("opening the key: %w", err)
		}
		a.cfg.Prompt.Show(message.New("Bad passphrase, try again."))
	}
	return nil, message.Errorf("not opened: no right passphrase was given")
}

// banner shows what the device says before the login.
func (a *authenticator) banner(words string) error {
	show := a.cfg.Tell
	if a.cfg.Prompt != nil {
		show = a.cfg.Prompt.Show
	}
	if show == nil || a.cfg.Quiet {
		return nil
	}
	if text := cleanText(words[:min(len(words), maxBanner)]); strings.TrimSpace(text) != "" {
		show(message.Verbatim(text))
	}
	return nil
}

func (a *authenticator) login() string {
	return safetext.Trim(a.cfg.User) + "@" + a.cfg.host()
}

// failure is why the login was given up here, or nil.
func (a *authenticator) failure() error { return a.abort }

func (a *authenticator) denied(allowed []string) *AuthError {
	e := &AuthError{
		Host: a.cfg.host(), User: safetext.Trim(a.cfg.User), Allowed: cleanNames(allowed),
		Refused: a.refused, asked: a.passwords+a.challenges > 0, prompt: a.cfg.Prompt != nil,
	}
	if a.ring != nil {
		e.Notes = a.ring.notes
	}
	return e
}

func (a *authenticator) tooMany() *AuthError {
	a.notAccepted()
	e := a.denied(nil)
	e.TooMany = true
	return e
}

// AuthError says that the device refused the login.
type AuthError struct {
	Host, User string
	Allowed    []string       // methods that the device allows, by protocol name
	Refused    []string       // keys that it refused
	Notes      []message.Text // keys that could not be tried, and why
	// TooMany says that the device hung up after too many attempts.
	TooMany bool

	asked, prompt bool
}

func (e *AuthError) Text() message.Text {
	if e.TooMany {
		return message.Plural(len(e.Refused), "%s@%s: the device hung up after %d key: too many authentication failures",
			"%s@%s: the device hung up after %d keys: too many authentication failures", e.User, e.Host, len(e.Refused))
	}
	allowed := strings.Join(e.Allowed, ", ")
	if n := len(e.Refused); n > 0 {
		return message.New("%s@%s: permission denied (the device allows %s; it refused %d of our keys)",
			e.User, e.Host, allowed, n)
	}
	return message.New("%s@%s: permission denied (the device allows %s)", e.User, e.Host, allowed)
}

func (e *AuthError) Error() string { return e.Text().String() }

// Hint says what to do.
func (e *AuthError) Hint() message.Text {
	byPerson := slices.Contains(e.Allowed, "password") || slices.Contains(e.Allowed, "keyboard-interactive")
	switch {
	case e.TooMany:
		return message.New("name the one key that the device knows: -i KEY -o IdentitiesOnly=yes")
	case len(e.Notes) > 0:
		return message.Join(e.Notes, "; ")
	case byPerson && !e.prompt:
		return message.New("run it on a terminal to type the password, or give a key that the device knows with -i")
	case e.asked:
		return message.New("check the user name (user@SIM or -l) and the password")
	case len(e.Refused) == 0:
		return message.New("give a key that the device knows with -i, or start an SSH agent that holds one")
	}
	return message.New("check the user name (user@SIM or -l), or give a key that the device knows with -i")
}
