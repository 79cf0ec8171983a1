package sshclient

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"

	"github.com/napter-connect/napter-connect/internal/message"
	"golang.org/x/crypto/ssh"
)

// hostKeyCheck decides about the key that a device shows, for one connection.
type hostKeyCheck struct {
	ctx   context.Context
	keys  *hostKeys
	cfg   *Config
	clock *clock

	// The library calls from its own goroutine, and again at each rekeying.
	mu      sync.Mutex
	trusted ssh.PublicKey
	refused error
}

func (c *hostKeyCheck) callback(_ string, _ net.Addr, key ssh.PublicKey) error {
	c.mu.Lock()
	trusted := c.trusted
	c.mu.Unlock()
	if sameKey(trusted, key) {
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

// accepted says whether the key exchange got past the host key.
func (c *hostKeyCheck) accepted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trusted != nil
}

// err is why the key was refused, or nil.
func (c *hostKeyCheck) err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused
}

func (c *hostKeyCheck) check(key ssh.PublicKey) error {
	if k, ok := c.keys.revoked(key); ok {
		return &HostKeyRevokedError{Host: c.cfg.host(), Key: key, File: k.file.path, Line: k.num}
	}
	if cert, ok := key.(*ssh.Certificate); ok {
		return c.certificate(cert)
	}
	keys := c.keys.keys()
	for _, k := range keys {
		if sameKey(k.line.key, key) {
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

func (c *hostKeyCheck) certificate(cert *ssh.Certificate) error {
	err := c.keys.db.HostKeyCallback()(c.keys.name, placeholder(), cert)
	if err != nil {
		return message.Errorf("%s: the host certificate is not valid: %w", c.cfg.host(), err)
	}
	return nil
}

// tell warns the user, or the log where there is none.
func (c *Config) tell(text message.Text) {
	if c.Prompt != nil {
		c.Prompt.Show(text)
	} else {
		c.debugf("%s", text)
	}
}

// changed is the error for a key that is not the known one. A key of the same
// type is the one to compare with.
func (c *Config) changed(keys []known, offered ssh.PublicKey) *HostKeyChangedError {
	k := keys[0]
	for _, other := range keys {
		if other.line.key.Type() == offered.Type() {
			k = other
			break
		}
	}
	e := &HostKeyChangedError{
		Host: c.host(), Known: k.line.key, Offered: offered, File: k.file.path, Line: k.num,
		KnownDevice: k.line.deviceID(), Device: cleanLine(c.DeviceID),
		ours: k.file.ours, target: c.commandName(), entry: knownName(c.Alias, c.DevicePort),
	}
	e.DeviceChanged = e.KnownDevice != "" && e.Device != "" && e.KnownDevice != e.Device
	return e
}

func (c *hostKeyCheck) unknown(key ssh.PublicKey) error {
	unknown := &HostKeyUnknownError{Host: c.cfg.host(), Key: key, Damaged: c.keys.damaged, target: c.cfg.commandName()}
	switch {
	case c.cfg.HostKeyPolicy == AcceptNew && c.keys.damaged == "":
		if err := c.remember(key); err != nil {
			return err
		}
		c.cfg.debugf("%s: host key %s is new and trusted from now on", c.cfg.host(), describeKey(key))
		return nil
	case c.cfg.HostKeyPolicy == Ask && c.cfg.Prompt != nil:
		return c.ask(key, unknown)
	}
	unknown.KnownOnly = c.cfg.HostKeyPolicy == KnownOnly
	return unknown
}

// ask is the conversation that OpenSSH users know.
func (c *hostKeyCheck) ask(key ssh.PublicKey, unknown *HostKeyUnknownError) error {
	resume := c.clock.pause()
	defer resume()
	p, fingerprint := c.cfg.Prompt, ssh.FingerprintSHA256(key)
	p.Show(message.New("The authenticity of %s (%s) can't be established.\n%s key fingerprint is %s.",
		c.cfg.host(), knownName(c.cfg.Alias, c.cfg.DevicePort), keyType(key), fingerprint))
	question := message.New("Are you sure you want to continue connecting (yes/no/[fingerprint])? ")
	for {
		answer, err := p.Line(c.ctx, question)
		if err != nil {
			return message.Errorf("%s: asking about the host key: %w", c.cfg.host(), err)
		}
		switch answer = strings.TrimSpace(answer); {
		case strings.EqualFold(answer, "yes"), answer == fingerprint:
			if err := c.remember(key); err != nil {
				var changed *HostKeyChangedError
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
func (c *hostKeyCheck) remember(key ssh.PublicKey) error {
	if c.cfg.KnownHosts == "" {
		return message.Errorf("remembering the host key of %s: no known_hosts file is configured", c.cfg.host())
	}
	store := &HostKeyStore{path: c.cfg.KnownHosts, tell: c.cfg.tell}
	line := knownName(c.cfg.Alias, c.cfg.DevicePort) + " " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
	if id := strings.Join(strings.Fields(cleanLine(c.cfg.DeviceID)), ""); id != "" {
		line += " " + devicePrefix + id
	}
	err := store.add(c.ctx, c.cfg, key, line)
	if err != nil {
		return message.Errorf("remembering the host key of %s: %w", c.cfg.host(), err)
	}
	return nil
}

// keyType is how OpenSSH calls a key's type: ED25519, RSA, ECDSA.
func keyType(key ssh.PublicKey) string {
	switch t := plainKey(key).Type(); {
	case strings.HasPrefix(t, "ecdsa-"):
		return "ECDSA"
	default:
		return strings.ToUpper(strings.TrimPrefix(t, "ssh-"))
	}
}

func describeKey(key ssh.PublicKey) string {
	return keyType(key) + " " + ssh.FingerprintSHA256(key)
}
