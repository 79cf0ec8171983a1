package knownhosts

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

// Unlearned picks, of the keys that a device says it has, those that may be learned
// once it has proved to have them. There are none unless the key of this connection was
// known before it, under the host's very name, and is among them.
func (c *Check) Unlearned(shown []ssh.PublicKey) []ssh.PublicKey {
	c.mu.Lock()
	trusted := c.trusted
	c.mu.Unlock()
	isTrusted := func(key ssh.PublicKey) bool { return sshkey.Same(key, trusted) }
	if c.cfg.File == "" || !slices.ContainsFunc(shown, isTrusted) || c.knownAs(trusted) == nil {
		return nil
	}
	all := c.keys.keys()
	var unlearned []ssh.PublicKey
	for _, key := range shown {
		_, certificate := key.(*ssh.Certificate)
		_, revoked := c.keys.revoked(key)
		same := func(k known) bool { return sshkey.Same(k.line.key, key) }
		if !certificate && !revoked && !slices.ContainsFunc(all, same) {
			unlearned = append(unlearned, key)
		}
	}
	return unlearned
}

// knownAs is the line that names the host and has the key, or nil: a pattern says
// nothing about which keys one host has.
func (c *Check) knownAs(key ssh.PublicKey) *known {
	for _, k := range c.keys.keys() {
		if sshkey.Same(k.line.key, key) && k.line.names(k.entry) {
			return &k
		}
	}
	return nil
}

// Learn remembers keys that Unlearned picked and the device has proved to have. They go
// into our own file, with the key of this connection where it stands elsewhere.
func (c *Check) Learn(ctx context.Context, keys []ssh.PublicKey) error {
	c.mu.Lock()
	trusted := c.trusted
	c.mu.Unlock()
	as := c.knownAs(trusted)
	if as == nil {
		return nil
	}
	host := knownName(c.cfg.Alias, c.cfg.Port)
	store := &Store{path: c.cfg.File, tell: c.cfg.tell}
	err := store.change(ctx, func(lines []knownLine) ([]knownLine, error) {
		has := func(key ssh.PublicKey) bool {
			return slices.ContainsFunc(lines, func(l knownLine) bool {
				return !l.bad && l.marker == "" && l.names(host) && sshkey.Same(l.key, key)
			})
		}
		if as.file.ours && !has(trusted) {
			return lines, nil // it was forgotten meanwhile
		}
		for _, key := range slices.Concat([]ssh.PublicKey{trusted}, keys) {
			if !has(key) {
				lines = append(lines, parseKnownLine(c.cfg.line(key)))
			}
		}
		return lines, nil
	})
	if err != nil {
		return message.Errorf("remembering the host key of %s: %w", c.cfg.Host, err)
	}
	return nil
}

// line is a key as our own file has it.
func (c *Options) line(key ssh.PublicKey) string {
	line := knownName(c.Alias, c.Port) + " " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
	if id := strings.Join(strings.Fields(safetext.Trim(c.DeviceID)), ""); id != "" {
		line += " " + devicePrefix + id
	}
	return line
}
