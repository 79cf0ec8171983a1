// Package connect is the job as the user sees it: get access, launch something
// over it, give it back.
package connect

import (
	"context"
	"errors"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Connector does the job. Its fields are set once, before use.
type Connector struct {
	Opener access.Opener
	// Rules are config.yaml's rules for single SIMs; nil is none.
	Rules Rules
	// Keys remembers which SSH key last worked for a SIM; nil forgets.
	Keys KeyMemory
	// Audit gives the audit log for explaining a failed dial; nil, or an error
	// from it, means without.
	Audit AuditProvider
	// Progress receives the events of the whole job; may be nil. It is told
	// nothing while the terminal belongs to the remote shell.
	Progress access.Progress
	// Notice receives lines for the person, on stderr; may be nil.
	Notice func(line string)
	// Debugf receives lines for -v; may be nil.
	Debugf func(format string, args ...any)
	// Signals gives clean-up its contexts; nil is a plain time limit.
	Signals *Signals
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Rules give what config.yaml says about one SIM.
type Rules interface {
	For(name string, tags map[string]string) config.Rule
}

// KeyMemory remembers the fingerprint of the key that last worked for a SIM.
type KeyMemory interface {
	PreferredKey(simID string) string
	KeyUsed(simID, fingerprint string)
}

// SSHOptions are one embedded SSH session. What the user did not set stays zero:
// then the SIM's rule decides, then ssh_config, then the default.
type SSHOptions struct {
	// Request is what to open. Port 0 and Service "" mean "not given".
	Request access.Request

	User           string
	Identities     []string // -i
	IdentitiesOnly bool
	ForwardAgent   bool // -A
	Legacy         []string
	HostKeyPolicy  sshclient.HostKeyPolicy

	// ConfigFile is -F, ConfigOptions -o, both as typed.
	ConfigFile    string
	ConfigOptions []string
	// LocalUser is the user name when nothing else gives one.
	LocalUser string
	// AgentSocket is SSH_AUTH_SOCK; ssh_config's IdentityAgent wins.
	AgentSocket        string
	KnownHosts         string
	ReadOnlyKnownHosts []string
	Prompt             sshclient.Prompter
	ConnectTimeout     time.Duration

	// Session is what to run; its Info is filled in here.
	Session sshclient.SessionOptions
}

// SSH opens access, runs one session and gives the access back, whatever
// happens. status is the remote status when err is nil, and 255 otherwise.
func (c *Connector) SSH(ctx context.Context, o SSHOptions) (status int, err error) {
	return 255, errors.New("not built yet")
}

// ExitError is an error with the exit status that it calls for. Err nil means
// that there is nothing to print.
type ExitError struct {
	Status int
	Err    error
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

func (e *ExitError) Unwrap() error { return e.Err }
