package connect

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"

	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"

	"github.com/napter-connect/napter-connect/internal/config"
)

const defaultSSHPort = 22

// loginSettings are what the flags, the SIM's rule, ssh_config and the defaults come
// to, the first that says something winning.
type loginSettings struct {
	user           string
	port           int
	service        string
	identities     []string
	certificates   []string
	identitiesOnly bool
	agent          string
	forwardAgent   bool
	forwardSocket  string
	knownHosts     []string
	hostNames      []string
	noKeyUpdates   bool
	quiet          bool
	attempts       int
	allForwards    bool
	algorithms     hostconfig.Algorithms
	login          hostconfig.Login
	session        hostconfig.Session
	legacy         []string
	hostKeys       knownhosts.Policy
	timeout        time.Duration
	keepAlive      time.Duration
	keepAliveMax   int
}

// merge decides. It is called twice: before the SIM is known, for the port and
// the service, with the rule for the name as typed; and afterwards, for the rest,
// with the rule for the SIM's real name and tags. A rule by tag can therefore not
// set the port or the service: they are needed before the tags are known.
func merge(flags SSHOptions, rule config.Rule, host hostconfig.Config) loginSettings {
	s := loginSettings{
		user:           cmp.Or(flags.User, rule.User, host.User, flags.LocalUser),
		port:           cmp.Or(flags.Request.Port, rule.Port, host.Port, defaultSSHPort),
		service:        cmp.Or(flags.Request.Service, rule.Service),
		identitiesOnly: flags.IdentitiesOnly || host.IdentitiesOnly,
		forwardAgent:   flags.ForwardAgent || host.ForwardAgent,
		knownHosts:     slices.Concat(over(host.UserKnownHosts, flags.UserKnownHosts), over(host.GlobalKnownHosts, flags.GlobalKnownHosts)),
		quiet:          flags.Quiet || host.Quiet,
		noKeyUpdates:   host.NoHostKeyUpdates,
		attempts:       host.ConnectionAttempts,
		allForwards:    host.ExitOnForwardFailure,
		algorithms:     host.Algorithms,
		login:          host.Login,
		session:        host.Session,
		certificates:   host.CertFiles,
		agent:          agentSocket(host.IdentityAgent, flags.AgentSocket),
		hostKeys:       flags.HostKeyPolicy,
		timeout:        cmp.Or(flags.ConnectTimeout, host.ConnectTimeout),
		keepAlive:      host.KeepAlive,
		keepAliveMax:   host.KeepAliveMax,
		legacy:         append(append([]string{}, flags.Legacy...), rule.Legacy...),
	}
	if host.HostKeyAlias != "" {
		s.hostNames = []string{host.HostKeyAlias}
	}
	if !flags.ForwardAgent { // -A is the agent that is used here
		s.forwardSocket = host.ForwardSocket
	}
	if host.HostKeyPolicy != nil && flags.HostKeyPolicy == knownhosts.Ask {
		s.hostKeys = *host.HostKeyPolicy
	}
	switch {
	case len(flags.Identities) > 0:
		s.identities = flags.Identities
	case len(rule.Identity) > 0:
		for _, file := range rule.Identity {
			s.identities = append(s.identities, hostconfig.ExpandHome(file))
		}
	default:
		s.identities = host.IdentityFiles
	}
	return s
}

// over is what ssh_config lists, or else the default.
func over(host, byDefault []string) []string {
	if host != nil {
		return host
	}
	return byDefault
}

// agentSocket reads ssh_config's IdentityAgent: a path, none, or SSH_AUTH_SOCK.
func agentSocket(identityAgent, environment string) string {
	switch {
	case identityAgent == "" || identityAgent == "SSH_AUTH_SOCK":
		return environment
	case strings.EqualFold(identityAgent, "none"):
		return ""
	}
	return identityAgent
}
