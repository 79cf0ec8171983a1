package sshclient

import (
	"testing"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
)

// EscapeHelp is the answer to ~?.
func EscapeHelp() message.Text { return escapeHelpText('~') }

// ConfigForPassword is a connection to a device that wants the password, by the
// method, and nobody has met before.
func ConfigForPassword(t *testing.T, method, password string) Config {
	c := configFor(t, startDevice(t, passwords(method, password)).addr)
	c.HostKeyPolicy = knownhosts.Ask
	return c
}

// ConfigForKey is a connection to a device that wants the key, which it writes to
// path, closed with the passphrase.
func ConfigForKey(t *testing.T, path, passphrase string) Config {
	pub := writeKey(t, path, passphrase)
	c := configFor(t, startDevice(t, allowKeys(pub)).addr)
	c.IdentityFiles = []string{path}
	return c
}
