package knownhosts

import (
	"cmp"
	"context"
	"errors"
	"net"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

// Check decides about the key that a device shows, for one connection.
type Check struct {
	ctx  context.Context
	keys *Keys
	cfg  *Options

	// The library calls from its own goroutine, and again at each rekeying.
	mu      sync.Mutex
	trusted ssh.PublicKey
	refused error
}

// NewCheck decides about a key with what is known. When ctx ends, so does a question.
func (h *Keys) NewCheck(ctx context.Context) *Check { return &Check{ctx: ctx, keys: h, cfg: h.cfg} }

// Callback is ssh.ClientConfig's HostKeyCallback.
func (c *Check) Callback(_ string, _ net.Addr, key ssh.PublicKey) error {
	c.mu.Lock()
	trusted := c.trusted
	c.mu.Unlock()
	if sshkey.Same(trusted, key) {
		return nil
	}
	err := c.check(key)
	if trusted != nil {
		err = message.Errorf("the device changed its host key within the connection")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refused = err; err == nil {
		c.trusted = key
	}
	return err
}

// Accepted says whether the key exchange got past the host key.
func (c *Check) Accepted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trusted != nil
}

// Err is why the key was refused, or nil.
func (c *Check) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused
}

func (c *Check) check(key ssh.PublicKey) error {
	if k, ok := c.keys.revoked(key); ok {
		return &RevokedError{Host: c.cfg.Host, Key: key, File: k.file.path, Line: k.num}
	}
	if cert, ok := key.(*ssh.Certificate); ok {
		return c.certificate(cert)
	}
	keys := c.keys.keys()
	for _, k := range keys {
		if sshkey.Same(k.line.key, key) {
			return nil
		}
	}
	if len(keys) > 0 {
		return c.cfg.changed(keys, key)
	}
	for _, warning := range c.keys.warnings {
		c.cfg.tell(warning)
	}
	return c.unknown(key)
}

func (c *Check) certificate(cert *ssh.Certificate) error {
	var first error
	for _, n := range c.keys.names {
		err := c.keys.db.HostKeyCallback()(n.lookup, placeholder(), cert)
		if err == nil {
			return nil
		}
		first = cmp.Or(first, err)
	}
	return message.Errorf("%s: the host certificate is not valid: %w", c.cfg.Host, first)
}

// changed is the error for a key that is not the known one. A key of the same
// type is the one to compare with.
func (c *Options) changed(keys []known, offered ssh.PublicKey) *ChangedError {
	k := keys[0]
	for _, other := range keys {
		if other.line.key.Type() == offered.Type() {
			k = other
			break
		}
	}
	e := &ChangedError{
		Host: c.Host, Known: k.line.key, Offered: offered, File: k.file.path, Line: k.num,
		KnownDevice: k.line.deviceID(), Device: safetext.Trim(c.DeviceID),
		ours: k.file.ours, target: c.Target, entry: k.entry,
	}
	if k.entry != knownName(c.Alias, c.Port) {
		e.alias = c.Alias
	}
	e.DeviceChanged = e.KnownDevice != "" && e.Device != "" && e.KnownDevice != e.Device
	return e
}

func (c *Check) unknown(key ssh.PublicKey) error {
	unknown := &UnknownError{Host: c.cfg.Host, Key: key, Damaged: c.keys.damaged, target: c.cfg.Target}
	switch {
	case c.cfg.Policy == AcceptNew && c.keys.damaged == "":
		if err := c.remember(key); err != nil {
			return err
		}
		c.cfg.debugf("%s: host key %s is new and trusted from now on", c.cfg.Host, sshkey.Describe(key))
		return nil
	case c.cfg.Policy == Ask && c.cfg.Asker != nil:
		return c.ask(key, unknown)
	}
	unknown.KnownOnly = c.cfg.Policy == KnownOnly
	return unknown
}

// ask is the conversation that OpenSSH users know.
func (c *Check) ask(key ssh.PublicKey, unknown *UnknownError) error {
	defer c.cfg.Pause()()
	p, fingerprint := c.cfg.Asker, ssh.FingerprintSHA256(key)
	p.Show(message.New("The authenticity of %s (%s) can't be established.\n%s key fingerprint is %s.",
		c.cfg.Host, knownName(c.cfg.Alias, c.cfg.Port), sshkey.Type(key), fingerprint))
	question := message.New("Are you sure you want to continue connecting (yes/no/[fingerprint])? ")
	for {
		answer, err := p.Line(c.ctx, question)
		if err != nil {
			return message.Errorf("%s: asking about the host key: %w", c.cfg.Host, err)
		}
		switch answer = strings.TrimSpace(answer); {
		case strings.EqualFold(answer, "yes"), answer == fingerprint:
			if err := c.remember(key); err != nil {
				var changed *ChangedError
				if errors.As(err, &changed) {
					return err
				}
				p.Show(message.New("warning: %s", err)) // the person has decided; only our memory fails
			}
			return nil
		case strings.EqualFold(answer, "no"):
			unknown.Rejected = true
			return unknown
		}
		question = message.New("Please type 'yes', 'no' or the fingerprint: ")
	}
}

// remember stores the key. Another process may have stored one meanwhile.
func (c *Check) remember(key ssh.PublicKey) error {
	if c.cfg.File == "" {
		return message.Errorf("remembering the host key of %s: no known_hosts file is configured", c.cfg.Host)
	}
	store := &Store{path: c.cfg.File, tell: c.cfg.tell}
	err := store.add(c.ctx, c.cfg, key, c.cfg.line(key))
	if err != nil {
		return message.Errorf("remembering the host key of %s: %w", c.cfg.Host, err)
	}
	return nil
}
