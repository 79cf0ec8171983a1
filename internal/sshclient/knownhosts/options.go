// Package knownhosts knows the host keys of devices: it reads known_hosts files,
// decides about the key that a device shows, and keeps our own file.
package knownhosts

import (
	"context"
	"strings"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// Policy says what to do with a host key that is not known. A key that differs from
// the known one is always refused.
type Policy int

// Policies, as in OpenSSH's StrictHostKeyChecking ("no" is AcceptNew here).
const (
	Ask Policy = iota
	AcceptNew
	KnownOnly // "yes"
)

// ParsePolicy reads a value of StrictHostKeyChecking. "no" and "off" are AcceptNew:
// there is no insecure mode.
func ParsePolicy(value string) (Policy, error) {
	switch strings.ToLower(value) {
	case "ask":
		return Ask, nil
	case "accept-new", "no", "off", "false":
		return AcceptNew, nil
	case "yes", "true":
		return KnownOnly, nil
	}
	return Ask, message.Errorf("StrictHostKeyChecking: %q is none of ask, accept-new, yes and no", safetext.Trim(value))
}

// Asker asks the person and tells them something. It escapes untrusted text itself.
type Asker interface {
	Line(ctx context.Context, prompt message.Text) (string, error)
	Show(text message.Text)
}

// Options are one device whose key is looked up, and where.
type Options struct {
	// Host is what messages call the device, safe to print; Target is how a person
	// names it on a command line, without characters that a shell takes for more.
	Host, Target string
	// Alias is the name the key is stored under, Port the device's port: alias for
	// 22, [alias]:port otherwise.
	Alias string
	Port  int
	// Names are further names of the host in known_hosts files, such as the SIM's.
	// Plain keys under them count only where none is known under Alias.
	Names []string
	// DeviceID is the device's identity (IMEI) now.
	DeviceID string
	// File is our own file, written under a lock; ReadOnly are further files that
	// are believed and never written. A file that does not exist is empty.
	File     string
	ReadOnly []string
	Policy   Policy
	Asker    Asker // nil when nobody can be asked
	// Pause stops a time limit while a person is asked.
	Pause  func() (resume func())
	Debugf func(format string, args ...any)
}

func (c *Options) debugf(format string, args ...any) {
	if c.Debugf != nil {
		c.Debugf(format, args...)
	}
}

// tell warns the user, or the log where there is none.
func (c *Options) tell(text message.Text) {
	if c.Asker != nil {
		c.Asker.Show(text)
	} else {
		c.debugf("%s", text)
	}
}
