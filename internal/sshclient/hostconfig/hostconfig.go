// Package hostconfig reads what the user's ssh_config says about a host, by asking
// ssh -G where there is an ssh. Package sshconfig writes ours.
package hostconfig

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
)

// Config is what the user's ssh_config says about a host. Fields that neither
// the files nor the options set are zero: ssh's own defaults do not appear here.
// (A User that equals the local user's name can't be told from the default.)
type Config struct {
	User           string
	Port           int // 0 when not set by the user
	IdentityFiles  []string
	CertFiles      []string
	IdentitiesOnly bool
	// IdentityAgent is a socket or pipe, "none" for no agent, or "" for the usual
	// one.
	IdentityAgent string
	// ForwardAgent lets the device use an agent: ForwardSocket, or "" for the one
	// that is used here.
	ForwardAgent  bool
	ForwardSocket string
	// ExitOnForwardFailure ends the connection when a forward cannot listen.
	ExitOnForwardFailure bool
	// HostKeyPolicy is StrictHostKeyChecking; nil when not set.
	HostKeyPolicy *knownhosts.Policy
	// ConnectTimeout is 0 when not set.
	ConnectTimeout time.Duration
	// ConnectionAttempts is 0 when not set.
	ConnectionAttempts int
	// UserKnownHosts and GlobalKnownHosts are files of host keys; nil when not set,
	// and empty for none.
	UserKnownHosts, GlobalKnownHosts []string
	// HostKeyAlias is the host's name in such files, or "".
	HostKeyAlias string
	// NoHostKeyUpdates is UpdateHostKeys no.
	NoHostKeyUpdates bool
	// Quiet is LogLevel QUIET, FATAL or ERROR.
	Quiet bool
	// KeepAlive is ServerAliveInterval: 0 when not set, negative when it is
	// turned off. KeepAliveMax is ServerAliveCountMax, 0 when not set.
	KeepAlive    time.Duration
	KeepAliveMax int
	Algorithms   Algorithms
	Login        Login
	Session      Session
	// Unmet are options that are set, change what the user gets and are not
	// honoured; Ignored are others that are not honoured, for -v.
	Unmet, Ignored []string
}

// UnsafeNameError says that a name must not be given to ssh, where Match exec may
// hand it to a shell. Ask for the SIM ID instead.
type UnsafeNameError struct{ Name string }

func (e *UnsafeNameError) Text() message.Text {
	return message.New("the name %q can't be looked up in ssh_config", safetext.Trim(e.Name))
}
func (e *UnsafeNameError) Error() string { return e.Text().String() }

// SafeName says whether a name may be looked up in ssh_config: letters and
// digits of any script, and . _ - but not first.
func SafeName(name string) bool {
	if name == "" || len(name) > 255 {
		return false
	}
	for i, r := range name {
		ok := unicode.In(r, unicode.L, unicode.M, unicode.N) || r == '_' || i > 0 && (r == '.' || r == '-')
		if !ok {
			return false
		}
	}
	return true
}

// Load asks `ssh -G name` where ssh exists, else a parser for files
// without Match. file is -F ("" is the default), options are -o, all as typed. A
// name that SafeName refuses is an *UnsafeNameError.
func Load(ctx context.Context, name, file string, options []string) (Config, error) {
	if !SafeName(name) {
		return Config{}, &UnsafeNameError{Name: name}
	}
	c, err := load(ctx, name, file, options)
	return c, message.WithHint(err, "correct the options after -o and -F, or your ssh_config; ssh -G %s reads them too", name)
}

func load(ctx context.Context, name, file string, options []string) (Config, error) {
	set, err := askSSH(ctx, name, file, options)
	if errors.Is(err, errNoSSH) {
		set, err = parseConfigs(name, file, options)
	}
	if err != nil {
		return Config{}, message.Errorf("reading ssh_config: %w", err)
	}
	return set.hostConfig(name)
}

// keywords are options by lower-case keyword, without ssh's defaults.
type keywords struct {
	values   map[string][]string
	hostname string // what %h stands for
	user     string // what %r stands for
	ignored  []string
	unmet    []string
}

// harmless are options that can't matter here, so that -v need not name them: the
// address comes from Napter, and names are not hashed in our own file.
func harmless(key string) bool {
	return slices.Contains([]string{"host", "hostname", "hashknownhosts", "addressfamily", "checkhostip", "canonicalizehostname"}, key) ||
		strings.HasPrefix(key, "gssapi")
}

func (s *keywords) take(key string) (string, bool) {
	v := s.values[key]
	delete(s.values, key)
	if len(v) == 0 {
		return "", false
	}
	return v[0], true
}

func (s *keywords) takeAll(key string) []string {
	v := s.values[key]
	delete(s.values, key)
	return v
}

func (s *keywords) ignore(key, value string) {
	s.ignored = append(s.ignored, safetext.Trim(key+" "+value))
}

// refuse is ignore for an option whose absence the user has to know of.
func (s *keywords) refuse(key, value string) {
	s.unmet = append(s.unmet, safetext.Trim(key+" "+value))
}

// hostConfig takes what is honoured and lists the rest.
func (s *keywords) hostConfig(name string) (c Config, err error) {
	c.User, _ = s.take("user")
	if v, ok := s.take("port"); ok {
		if c.Port, ok = hostport.ParsePort(v); !ok {
			return c, message.Errorf("reading ssh_config: Port: %q is not a port", safetext.Trim(v))
		}
	}
	expand := s.expander(name, c.Port)
	c.IdentityFiles = s.paths("identityfile", expand)
	c.CertFiles = s.paths("certificatefile", expand)
	c.IdentitiesOnly = s.yes("identitiesonly")
	c.IdentityAgent = s.identityAgent(expand)
	c.ExitOnForwardFailure = s.yes("exitonforwardfailure")
	c.ForwardAgent, c.ForwardSocket = s.forwardAgent(expand)
	if v, ok := s.take("stricthostkeychecking"); ok {
		policy, err := knownhosts.ParsePolicy(v)
		if err != nil {
			return c, message.Errorf("reading ssh_config: %w", err)
		}
		c.HostKeyPolicy = &policy
	}
	s.knownHosts(&c, expand)
	s.times(&c)
	c.Algorithms, c.Login, c.Session = s.algorithms(), s.login(), s.session()
	c.Quiet = s.quiet()
	ours := s.ours()
	for _, key := range sortedKeys(s.values) {
		for _, v := range s.values[key] {
			switch {
			case harmless(key):
			case unmet(key, v) && !ours:
				s.refuse(key, v)
			default:
				s.ignore(key, v)
			}
		}
	}
	c.Ignored, c.Unmet = s.ignored, s.unmet
	return c, nil
}

func (s *keywords) times(c *Config) {
	if v, ok := s.take("connecttimeout"); ok && v != "none" {
		c.ConnectTimeout = s.seconds("connecttimeout", v)
	}
	if v, ok := s.take("connectionattempts"); ok {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			s.ignore("connectionattempts", v)
		}
		c.ConnectionAttempts = max(n, 0)
	}
	if v, ok := s.take("serveraliveinterval"); ok {
		if c.KeepAlive = s.seconds("serveraliveinterval", v); c.KeepAlive == 0 && v == "0" {
			c.KeepAlive = -1
		}
	}
	if v, ok := s.take("serveralivecountmax"); ok {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			s.ignore("serveralivecountmax", v)
		}
		c.KeepAliveMax = max(n, 0)
	}
}

// seconds reads one of OpenSSH's times (sshd_config(5), TIME FORMATS).
func (s *keywords) seconds(key, value string) time.Duration {
	if n, err := strconv.ParseInt(value, 10, 32); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	if d, err := time.ParseDuration(strings.ToLower(value)); err == nil && d > 0 {
		return d
	}
	s.ignore(key, value)
	return 0
}

func (s *keywords) yes(key string) bool {
	v, _ := s.take(key)
	return isYes(v)
}

func isYes(v string) bool { return strings.EqualFold(v, "yes") || strings.EqualFold(v, "true") }
func isNo(v string) bool  { return strings.EqualFold(v, "no") || strings.EqualFold(v, "false") }

// paths expands file names; those with a token that we do not know are ignored.
func (s *keywords) paths(key string, expand func(string) (string, error)) []string {
	var out []string
	for _, v := range s.takeAll(key) {
		path, err := expand(v)
		if err != nil {
			s.ignore(key, v+" ("+err.Error()+")")
			continue
		}
		out = append(out, path)
	}
	return out
}

func (s *keywords) identityAgent(expand func(string) (string, error)) string {
	v, ok := s.take("identityagent")
	if !ok || v == "SSH_AUTH_SOCK" {
		return ""
	}
	path, err := expand(v)
	if err != nil {
		s.ignore("identityagent", v+" ("+err.Error()+")")
		return ""
	}
	return path
}

func sortedKeys(m map[string][]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
