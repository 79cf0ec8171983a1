package sshclient

import (
	"cmp"
	"context"
	"net"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
)

// Prompter asks the person, in the person's language. Implementations escape
// untrusted text themselves. A nil Prompter means that prompting is not possible.
type Prompter interface {
	// Line asks for a visible answer.
	Line(ctx context.Context, prompt message.Text) (string, error)
	// Secret asks for a hidden answer.
	Secret(ctx context.Context, prompt message.Text) (string, error)
	// Show tells something before a question (banner, fingerprint).
	Show(text message.Text)
}

// Config is one connection. As JSON it is what another process needs to make it.
type Config struct {
	// Addr is what to dial, ip:port, over tcp4.
	Addr string
	// Dial replaces the network (tests).
	Dial func(ctx context.Context, network, addr string) (net.Conn, error) `json:"-"`
	// Name is what prompts call the host, such as the SIM's name.
	Name string
	// Alias is the name the host key is stored under (sim-<simId>, lower case),
	// DevicePort the device's port: alias for 22, [alias]:port otherwise.
	Alias      string
	DevicePort int
	// HostNames are further names that known_hosts files may have it under, such as
	// the SIM's; see knownhosts.Options.
	HostNames []string
	// KnownHosts is our own file, written under a lock; ReadOnlyKnownHosts are
	// further files that are believed and never written.
	KnownHosts         string
	ReadOnlyKnownHosts []string
	HostKeyPolicy      knownhosts.Policy
	// NoHostKeyUpdates does not learn the other host keys of a device whose key was
	// trusted before.
	NoHostKeyUpdates bool
	// DeviceID is the device's identity (IMEI) now. It is stored beside a new
	// host key, and a changed key's error says whether it changed too.
	DeviceID string

	User string
	// IdentityFiles are private keys, or public keys whose private half an agent
	// holds; none means OpenSSH's default files. "none" means no file at all.
	IdentityFiles  []string
	CertFiles      []string
	IdentitiesOnly bool
	// AgentSocket is SSH_AUTH_SOCK, IdentityAgent or a Windows pipe; "" and
	// "none" are no agent.
	AgentSocket string
	// ForwardSocket is the agent that sessions forward; "" is AgentSocket.
	ForwardSocket string
	// PreferredKey is the fingerprint (SHA256:...) that last worked; KeyUsed is
	// told the one that worked now.
	PreferredKey string
	KeyUsed      func(fingerprint string) `json:"-"`
	// Legacy are algorithms to allow besides the current ones, by name.
	Legacy []string
	// Algorithms are the lists of ssh_config, which restrict and order what is offered.
	// What one names is allowed, secure or not.
	Algorithms hostconfig.Algorithms
	Prompt     Prompter `json:"-"`
	// Tell says what the device says before the login where Prompt is nil; may be nil.
	// Quiet leaves it out, also where there is a Prompt.
	Tell  func(text message.Text) `json:"-"`
	Quiet bool                    `json:"-"`

	// Methods are the authentication methods to try, in order, by their names in the
	// protocol; nil is publickey, keyboard-interactive, password.
	Methods []string
	// PasswordPrompts is how often a password or a passphrase is asked for; 0 is 3.
	PasswordPrompts int

	// ConnectTimeout covers TCP, banner and key exchange, and again the start of a
	// session; 0 is 30 s. Time that a person takes to answer does not count.
	ConnectTimeout time.Duration
	// ConnectionAttempts is how often to try TCP, a second apart; 0 is once.
	ConnectionAttempts int
	// KeepAlive is the interval of keepalive requests while idle, 0 is 15 s,
	// negative is off; after KeepAliveMax (0 is 3) unanswered ones the
	// connection is given up.
	KeepAlive    time.Duration
	KeepAliveMax int

	// OnStep is told when dialling ("dial") and the handshake with
	// authentication ("ssh") start and end; may be nil.
	OnStep func(step string, done bool, err error) `json:"-"`
	// Debugf receives lines for -v; may be nil.
	Debugf func(format string, args ...any) `json:"-"`
}

func (c *Config) methods() []string {
	if c.Methods == nil {
		return []string{"publickey", "keyboard-interactive", "password"}
	}
	return c.Methods
}

func (c *Config) tries() int {
	if c.PasswordPrompts == 0 {
		return tries
	}
	return c.PasswordPrompts
}

// forwardSocket is the agent that sessions forward.
func (c *Config) forwardSocket() string { return cmp.Or(c.ForwardSocket, c.AgentSocket) }

func (c *Config) connectTimeout() time.Duration {
	if c.ConnectTimeout <= 0 {
		return defaultConnectTimeout
	}
	return c.ConnectTimeout
}

func (c *Config) debugf(format string, args ...any) {
	if c.Debugf != nil {
		c.Debugf(format, args...)
	}
}

func (c *Config) step(name string, done bool, err error) {
	if c.OnStep != nil {
		c.OnStep(name, done, err)
	}
}

// host is what messages call the device, safe to print.
func (c *Config) host() string {
	for _, s := range []string{c.Name, c.Alias} {
		if s = safetext.Trim(s); s != "" {
			return s
		}
	}
	return c.Addr
}

// shellWord are names that may be shown as part of a command.
var shellWord = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

// commandName is how the user names the device on a command line.
func (c *Config) commandName() string {
	if shellWord.MatchString(c.Name) {
		return c.Name
	}
	return c.Alias
}

// Client is an authenticated connection. It may run several sessions and forwards
// at once.
type Client struct {
	conn   *ssh.Client
	config Config
	rtt    atomic.Int64  // nanoseconds
	dead   chan struct{} // closed when the connection is over and cause is set
	agents agentForwarder

	forwarding connections

	mu    sync.Mutex
	cause error
}

// Close ends the connection, its sessions and its forwards.
func (c *Client) Close() error {
	c.setCause(message.Errorf("it was closed on this side"))
	return c.conn.Close()
}

// RTT is the last measured round trip to the device, or 0.
func (c *Client) RTT() time.Duration { return time.Duration(c.rtt.Load()) }
