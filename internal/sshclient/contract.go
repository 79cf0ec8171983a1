package sshclient

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

var errUnbuilt = errors.New("not built yet")

// HostKeyPolicy says what to do with a host key that is not known. A key that
// differs from the known one is always refused.
type HostKeyPolicy int

// Policies, as in OpenSSH's StrictHostKeyChecking ("no" is AcceptNew here).
const (
	Ask HostKeyPolicy = iota
	AcceptNew
	KnownOnly // "yes"
)

// Prompter asks the person. Implementations escape untrusted text themselves.
// A nil Prompter means that nobody can be asked.
type Prompter interface {
	// Line asks for a visible answer.
	Line(ctx context.Context, prompt string) (string, error)
	// Secret asks for a hidden answer.
	Secret(ctx context.Context, prompt string) (string, error)
	// Show tells something before a question (banner, fingerprint).
	Show(text string)
}

// Config is one connection.
type Config struct {
	// Addr is what to dial, ip:port, over tcp4.
	Addr string
	// Dial replaces the network (tests).
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Name is what prompts call the host, such as the SIM's name.
	Name string
	// Alias is the name the host key is stored under (sim-<simId>, lower case),
	// DevicePort the device's port: alias for 22, [alias]:port otherwise.
	Alias      string
	DevicePort int
	// KnownHosts is our own file, written under a lock; ReadOnlyKnownHosts are
	// further files that are believed and never written.
	KnownHosts         string
	ReadOnlyKnownHosts []string
	HostKeyPolicy      HostKeyPolicy
	// DeviceID is the device's identity (IMEI) now. It is stored beside a new
	// host key, and a changed key's error says whether it changed too.
	DeviceID string

	User           string
	IdentityFiles  []string
	CertFiles      []string
	IdentitiesOnly bool
	// AgentSocket is SSH_AUTH_SOCK, IdentityAgent or a Windows pipe; "" is none.
	AgentSocket string
	// PreferredKey is the fingerprint (SHA256:...) that last worked; KeyUsed is
	// told the one that worked now.
	PreferredKey string
	KeyUsed      func(fingerprint string)
	// Legacy are algorithms to allow besides the current ones, by name.
	Legacy []string
	Prompt Prompter

	// ConnectTimeout covers TCP, banner and key exchange; 0 is 30 s. Time that a
	// person takes to answer does not count.
	ConnectTimeout time.Duration
	// KeepAlive is the interval of keepalive requests while idle, 0 is 15 s,
	// negative is off; after KeepAliveMax (0 is 3) unanswered ones the
	// connection is given up.
	KeepAlive    time.Duration
	KeepAliveMax int

	// OnStep is told when dialling ("dial") and the handshake with
	// authentication ("ssh") start and end; may be nil.
	OnStep func(step string, done bool, err error)
	// Debugf receives lines for -v; may be nil.
	Debugf func(format string, args ...any)
}

// Client is an authenticated connection.
type Client struct{}

// Dial connects and authenticates.
func Dial(ctx context.Context, c Config) (*Client, error) { return nil, errUnbuilt }

// Close ends the connection.
func (c *Client) Close() error { return errUnbuilt }

// RTT is the last measured round trip to the device, or 0.
func (c *Client) RTT() time.Duration { return 0 }

// SessionOptions are one session on a connection.
type SessionOptions struct {
	// Command is what to run; "" is a login shell.
	Command string
	// TTY asks for a pseudo-terminal.
	TTY    bool
	Stdin  *os.File
	Stdout io.Writer
	Stderr io.Writer
	// Env are environment variables to send, NAME=value (LANG, LC_*).
	Env          []string
	Term         string // TERM
	ForwardAgent bool
	// Escapes allows ~. ~? ~~ ~B ~I; Info writes the answer to ~I.
	Escapes bool
	Info    func() string
}

// Run runs one session to its end. With TTY it puts Stdin in raw mode and always
// restores it. status is the remote exit status; a remote signal is a
// *SignalError, a lost connection a *DroppedError.
func (c *Client) Run(ctx context.Context, o SessionOptions) (status int, err error) {
	return 0, errUnbuilt
}

// SignalError says that the remote command died of a signal.
type SignalError struct{ Signal, Message string }

func (e *SignalError) Error() string { return "the remote command was ended by signal " + e.Signal }

// DroppedError says that the connection ended without an exit status.
type DroppedError struct{ Err error }

func (e *DroppedError) Error() string { return "the connection was lost" }
func (e *DroppedError) Unwrap() error { return e.Err }

// HostConfig is what the user's ssh_config says about a host.
type HostConfig struct {
	User           string
	Port           int // 0 when not set by the user
	IdentityFiles  []string
	CertFiles      []string
	IdentitiesOnly bool
	IdentityAgent  string
	ForwardAgent   bool
	// Ignored are options that are set and that the embedded client does not
	// honour, for -v.
	Ignored []string
}

// LoadHostConfig asks `ssh -G name` where ssh exists, else a parser for files
// without Match. file is -F ("" is the default), options are -o, all as typed.
func LoadHostConfig(ctx context.Context, name, file string, options []string) (HostConfig, error) {
	return HostConfig{}, errUnbuilt
}
