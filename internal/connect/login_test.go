package connect

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"

	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
)

func TestMerge(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	flags := SSHOptions{
		Request: access.Request{Port: 2201, Service: "arc"}, User: "flag", Identities: []string{"flag.key"},
		LocalUser: "me", AgentSocket: "/env.sock", Legacy: []string{"a"},
	}
	rule := config.Rule{User: "rule", Port: 2202, Service: "air", Identity: []string{"~/rule.key", "/abs.key"}, Legacy: []string{"b"}}
	host := hostconfig.Config{
		User: "host", Port: 2203, IdentityFiles: []string{"host.key"}, CertFiles: []string{"host.cert"},
		IdentitiesOnly: true, IdentityAgent: "/host.sock", ForwardAgent: true,
	}
	known := knownhosts.KnownOnly
	ruleKeys := []string{filepath.Join(home, "rule.key"), "/abs.key"}
	nobody := SSHOptions{LocalUser: "me", AgentSocket: "/env.sock"}
	for _, c := range []struct {
		what  string
		flags SSHOptions
		rule  config.Rule
		host  hostconfig.Config
		want  loginSettings
	}{
		{"flags over all", flags, rule, host, loginSettings{
			user: "flag", port: 2201, service: "arc", identities: []string{"flag.key"}, certificates: []string{"host.cert"},
			identitiesOnly: true, agent: "/host.sock", forwardAgent: true, legacy: []string{"a", "b"},
		}},
		{"the rule over ssh_config", nobody, rule, host, loginSettings{
			user: "rule", port: 2202, service: "air", identities: ruleKeys, certificates: []string{"host.cert"},
			identitiesOnly: true, agent: "/host.sock", forwardAgent: true, legacy: []string{"b"},
		}},
		{"ssh_config over defaults", nobody, config.Rule{}, host, loginSettings{
			user: "host", port: 2203, identities: []string{"host.key"}, certificates: []string{"host.cert"},
			identitiesOnly: true, agent: "/host.sock", forwardAgent: true, legacy: []string{},
		}},
		{"defaults", nobody, config.Rule{}, hostconfig.Config{}, loginSettings{user: "me", port: 22, agent: "/env.sock", legacy: []string{}}},
		{"no agent", nobody, config.Rule{}, hostconfig.Config{IdentityAgent: "none"}, loginSettings{user: "me", port: 22, legacy: []string{}}},
		{"ssh_config's connection", nobody, config.Rule{}, hostconfig.Config{
			HostKeyPolicy: &known, ConnectTimeout: 9, KeepAlive: 8, KeepAliveMax: 7,
		}, loginSettings{user: "me", port: 22, agent: "/env.sock", legacy: []string{}, hostKeys: knownhosts.KnownOnly, timeout: 9, keepAlive: 8, keepAliveMax: 7}},
		{"flags over ssh_config's connection", SSHOptions{HostKeyPolicy: knownhosts.AcceptNew, ConnectTimeout: 3}, config.Rule{}, hostconfig.Config{
			HostKeyPolicy: &known, ConnectTimeout: 9,
		}, loginSettings{port: 22, legacy: []string{}, hostKeys: knownhosts.AcceptNew, timeout: 3}},
		{"files of host keys", SSHOptions{UserKnownHosts: []string{"u"}, GlobalKnownHosts: []string{"g"}}, config.Rule{},
			hostconfig.Config{GlobalKnownHosts: []string{}, ForwardAgent: true, ForwardSocket: "/a", Quiet: true, ConnectionAttempts: 2, HostKeyAlias: "x", NoHostKeyUpdates: true},
			loginSettings{port: 22, legacy: []string{}, knownHosts: []string{"u"}, forwardAgent: true, forwardSocket: "/a", quiet: true, attempts: 2, hostNames: []string{"x"}, noKeyUpdates: true}},
		{"-A over another agent", SSHOptions{ForwardAgent: true, AgentSocket: "/env.sock", UserKnownHosts: []string{"u"}}, config.Rule{},
			hostconfig.Config{ForwardAgent: true, ForwardSocket: "/a", UserKnownHosts: []string{"h"}},
			loginSettings{port: 22, legacy: []string{}, agent: "/env.sock", knownHosts: []string{"h"}, forwardAgent: true}},
		{"the usual agent", nobody, config.Rule{}, hostconfig.Config{IdentityAgent: "SSH_AUTH_SOCK"}, loginSettings{user: "me", port: 22, agent: "/env.sock", legacy: []string{}}},
	} {
		if got := merge(c.flags, c.rule, c.host); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.what, got, c.want)
		}
	}
}
