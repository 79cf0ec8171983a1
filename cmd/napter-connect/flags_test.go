package main

import (
	"context"
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/sshclient"
	"github.com/napter-connect/napter-connect/internal/sshmux"
)

// constructor makes a command that leaves its options in got in place of running.
type constructor func(a *app, got *any) *cobra.Command

func options[O any](newCommand func(*app, func(context.Context, *O) error) *cobra.Command) constructor {
	return func(a *app, got *any) *cobra.Command {
		return newCommand(a, func(_ context.Context, o *O) error {
			*got = *o
			return nil
		})
	}
}

func TestFlags(t *testing.T) {
	commands := map[string]constructor{
		"ssh": options(newSSHCommand), "proxy": options(newProxyCommand), "forward": options(newForwardCommand),
		"open": options(newOpenCommand), "audit": options(newAuditCommand), "doctor": options(newDoctorCommand),
		"simulator": options(newSimulatorCommand), "ssh-config": options(newSSHConfigCommand), "completion": options(newCompletionCommand),
		"version":  options(newVersionCommand),
		"sims":     options(newSimsCommand),
		"mappings": options(newMappingsCommand), "list": options(newMappingsListCommand), "create": options(newMappingsCreateCommand),
		"delete": options(newMappingsDeleteCommand), "prune": options(newMappingsPruneCommand),
		"keeper status": options(newKeeperStatusCommand), "keeper stop": options(newKeeperStopCommand), "keeper run": options(newKeeperRunCommand), "mux": options(newMuxCommand),
		"known-hosts list": options(newKnownHostsListCommand), "known-hosts forget": options(newKnownHostsForgetCommand), "known-hosts lookup": options(newKnownHostsLookupCommand), "login": options(newAuthLoginCommand),
		"auth status": options(newAuthStatusCommand), "auth logout": options(newAuthLogoutCommand), "auth revoke": options(newAuthRevokeCommand),
		"demo": options(newDemoCommand),
	}
	simulatorDefaults := simulatorOptions{listen: "127.0.0.1:0", sims: 1000, ports: map[int]string{}}
	simulatorDevice := simulatorDefaults
	simulatorDevice.devices, simulatorDevice.ports = []string{"22=127.0.0.1:2222"}, map[int]string{22: "127.0.0.1:2222"}
	for line, want := range map[string]any{
		"ssh my-pi":                      sshOptions{target: "my-pi", command: []string{}},
		"ssh pi@my-pi -- uptime -p":      sshOptions{login: "pi", target: "my-pi", command: []string{"uptime", "-p"}},
		"ssh my-pi -p 23 -t uptime -p":   sshOptions{port: 23, tty: 1, target: "my-pi", command: []string{"uptime", "-p"}},
		"ssh -A my-pi -N -- -p x":        sshOptions{forwardAgent: true, noCommand: true, target: "my-pi", command: []string{"-p", "x"}},
		"ssh -- my-pi -p 22":             sshOptions{target: "my-pi", command: []string{"-p", "22"}},
		"ssh my-pi -L 80:x:81":           sshOptions{local: []string{"80:x:81"}, forwards: forwards(t, sshclient.Local, "80:x:81"), target: "my-pi", command: []string{}},
		"ssh a@my-pi -l b":               sshOptions{login: "a", target: "my-pi", command: []string{}},
		"ssh -Aaxc a,b -m d -c c my-pi":  sshOptions{short: []string{"Ciphers=c", "MACs=d", "Ciphers=a,b", "ForwardAgent=no"}, target: "my-pi", command: []string{}},
		"ssh -aA -e ^B my-pi -e none":    sshOptions{forwardAgent: true, short: []string{"EscapeChar=none", "EscapeChar=^B", "ForwardAgent=no"}, target: "my-pi", command: []string{}},
		"ssh -s my-pi sftp":              sshOptions{subsystem: true, target: "my-pi", command: []string{"sftp"}},
		"ssh -W [::1]:80 my-pi":          sshOptions{stdio: "[::1]:80", target: "my-pi", command: []string{}},
		"ssh -W 80 my-pi":                "it should be host:port",
		"ssh -E log my-pi":               sshOptions{log: "log", target: "my-pi", command: []string{}},
		"ssh my-pi -l b":                 sshOptions{login: "b", target: "my-pi", command: []string{}},
		"ssh -l b ssh://a@my-pi:23":      sshOptions{login: "b", port: 23, target: "my-pi", command: []string{}},
		"ssh ssh://my-pi:23 -p 24":       sshOptions{port: 23, target: "my-pi", command: []string{}},
		"ssh -p 24 ssh://my-pi:23":       sshOptions{port: 24, target: "my-pi", command: []string{}},
		"ssh ssh://my-pi:x":              "does not end in a port",
		"ssh my-pi -p 0 uptime":          "port 0 is not a TCP port",
		"ssh my-pi --nonsense":           "unknown flag: --nonsense",
		"ssh -p 2222 -l pi my-pi":        sshOptions{port: 2222, login: "pi", target: "my-pi", command: []string{}},
		"ssh -i a -i b -F none my-pi":    sshOptions{identities: []string{"a", "b"}, file: "none", target: "my-pi", command: []string{}},
		"ssh -o A=1,2 -ANnT my-pi":       sshOptions{options: []string{"A=1,2"}, forwardAgent: true, noCommand: true, noStdin: true, noTTY: true, target: "my-pi", command: []string{}},
		"ssh -tt --predict never my-pi":  sshOptions{tty: 2, predict: "never", target: "my-pi", command: []string{}},
		"ssh --no-mux my-pi":             sshOptions{noMux: true, target: "my-pi", command: []string{}},
		"ssh -D 1080 my-pi":              sshOptions{dynamic: []string{"1080"}, forwards: forwards(t, sshclient.Dynamic, "1080"), target: "my-pi", command: []string{}},
		"ssh -L 80:x:81 my-pi":           sshOptions{local: []string{"80:x:81"}, forwards: forwards(t, sshclient.Local, "80:x:81"), target: "my-pi", command: []string{}},
		"ssh --duration 30m --keep pi":   sshOptions{accessFlags: accessFlags{duration: 30 * time.Minute, keep: true}, target: "pi", command: []string{}},
		"ssh --source auto,10.0.0.1 pi":  sshOptions{accessFlags: accessFlags{source: []string{"auto", "10.0.0.1"}}, target: "pi", command: []string{}},
		"ssh --linger 5m --no-reuse pi":  sshOptions{accessFlags: accessFlags{linger: 5 * time.Minute, noReuse: true}, target: "pi", command: []string{}},
		"ssh --service arc pi":           sshOptions{accessFlags: accessFlags{service: "arc"}, target: "pi", command: []string{}},
		"ssh -p 0 my-pi":                 "port 0 is not a TCP port",
		"ssh -p x my-pi":                 `--port "x" is not a whole number`,
		"ssh --predict now my-pi":        "--predict must be",
		"ssh -L nonsense my-pi":          "nonsense",
		"ssh --nonsense my-pi":           "unknown flag: --nonsense",
		"ssh":                            "ssh takes a SIM",
		"proxy my-pi":                    proxyOptions{target: "my-pi"},
		"proxy --no-keeper my-pi 80":     proxyOptions{accessFlags: accessFlags{noKeeper: true}, target: "my-pi", port: 80},
		"proxy my-pi x":                  `"x" is not a port`,
		"proxy my-pi 70000":              "70000",
		"proxy":                          "proxy takes a SIM",
		"forward my-pi 8080:80 --tls":    forwardOptions{tls: true, args: []string{"my-pi", "8080:80"}, ports: ports(t, "8080:80")},
		"forward --json my-pi 1 -- ls 1": forwardOptions{json: true, args: []string{"my-pi", "1"}, ports: ports(t, "1"), program: []string{"ls", "1"}},
		"forward my-pi":                  "forward takes a SIM and at least one port",
		"forward my-pi 1 --":             "there is no command after --",
		"forward my-pi x":                "x",
		"open my-pi":                     openOptions{target: "my-pi", name: "my-pi"},
		"open my-pi:8080 --path /x":      openOptions{target: "my-pi:8080", name: "my-pi", port: 8080, path: "/x"},
		"open --print a:b:VNC":           openOptions{target: "a:b:VNC", name: "a:b", scheme: "vnc", print: true},
		"open my-pi:http --scheme https": "contradict each other",
		"open my-pi:0":                   "does not end in a port",
		"open":                           "open takes a SIM",
		"audit":                          auditOptions{AuditQuery: inventory.AuditQuery{Limit: 100}},
		"audit my-pi --event denied":     auditOptions{AuditQuery: inventory.AuditQuery{Target: "my-pi", Limit: 100, Types: []string{"DENIED"}}},
		"audit --since 1h --limit 0":     auditOptions{AuditQuery: inventory.AuditQuery{Since: time.Hour}},
		"audit --json":                   auditOptions{AuditQuery: inventory.AuditQuery{Limit: 100}, json: true},
		"audit --event x":                `unknown --event "x"`,
		"audit --limit -1":               "--limit -1 is negative",
		"audit --since -1s":              "--since -1s is in the future",
		"audit a b":                      "audit takes one SIM at most",
		"doctor":                         doctorOptions{},
		"doctor -p 2222 my-pi --json":    doctorOptions{target: "my-pi", port: 2222, json: true},
		"doctor -p 0":                    "port 0 is not a TCP port",
		"doctor a b":                     "doctor takes one SIM at most",
		"simulator":                      simulatorDefaults,
		"simulator --device " + simulatorDevice.devices[0]: simulatorDevice,
		"simulator --device 22":                            `--device "22" is not PORT=HOST:PORT`,
		"simulator --listen 192.0.2.1:80":                  "is not a loopback address and port",
		"simulator --sims 0":                               "--sims 0 is out of range",
		"simulator --latency 2m":                           "--latency 2m0s is out of range",
		"ssh-config --write":                               sshConfigOptions{write: true},
		"ssh-config --remove":                              sshConfigOptions{remove: true},
		"ssh-config --write --remove":                      "give --write or --remove, not both",
		"ssh-config now":                                   "ssh-config takes no argument",
		"completion zsh":                                   completionOptions{shell: "zsh"},
		"completion":                                       "completion takes one shell",
		"completion tcsh":                                  `no completion for the shell "tcsh"`,
		"version":                                          versionOptions{},
		"version --json":                                   versionOptions{json: true},
		"keeper status --json":                             keeperOptions{json: true},
		"keeper status now":                                "status takes no argument",
		"keeper stop":                                      keeperOptions{},
		"keeper stop --json":                               "unknown flag: --json",
		"keeper run --state a --leases b --socket c":       keeper.RunOptions{Location: keeper.Location{State: "a", Socket: "c"}, Leases: "b", Idle: keeper.DefaultIdle},
		"mux --socket a":                                   sshmux.RunOptions{Socket: "a"},
		"keeper run --idle x":                              `--idle "x" is not a duration`,
		"mappings --json":                                  mappingsOptions{json: true},
		"mappings now":                                     `unknown command "mappings now"`,
		"list --json":                                      mappingsOptions{json: true},
		"create gw":                                        createOptions{target: "gw", port: 22},
		"create gw 80 --tls --duration 30m":                createOptions{accessFlags: accessFlags{duration: 30 * time.Minute}, target: "gw", port: 80, tls: true},
		"create gw x":                                      `"x" is not a port`,
		"create gw 0":                                      "port 0 is not a TCP port",
		"create":                                           "create takes a SIM",
		"delete 192.0.2.1:30022":                           mappingsOptions{targets: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:30022")}},
		"delete gw":                                        `"gw" is not an IPv4 address and port`,
		"delete [::1]:22":                                  "is not an IPv4 address and port",
		"delete":                                           "delete takes the IP:PORT",
		"prune":                                            mappingsOptions{},
		"prune now":                                        "prune takes no argument",
		"sims":                                             simsOptions{},
		"sims --online --json gw":                          simsOptions{query: "gw", online: true, json: true},
		"sims a b":                                         "sims takes one QUERY at most",
		"known-hosts list --json":                          knownHostsOptions{json: true},
		"known-hosts list a":                               "takes no argument",
		"known-hosts forget a b":                           knownHostsOptions{targets: []string{"a", "b"}},
		"known-hosts forget":                               "forget takes one or more SIMs",
		"known-hosts lookup a --json":                      knownHostsOptions{targets: []string{"a"}, json: true},
		"known-hosts lookup --openssh [a]:22":              knownHostsOptions{targets: []string{"[a]:22"}, openssh: true},
		"known-hosts lookup a b":                           "lookup takes one SIM",
		"login --auth-key-id k --force":                    loginOptions{Identity: console.Identity{KeyID: "k"}, force: true},
		"login --operator-id OP1 --user u":                 loginOptions{Identity: console.Identity{Operator: "OP1", User: "u"}},
		"login --email a@example.com":                      loginOptions{Identity: console.Identity{Email: "a@example.com"}},
		"login now":                                        "login takes no argument",
		"auth status --json":                               authOptions{json: true},
		"auth status --yaml":                               "unknown flag: --yaml",
		"auth logout":                                      authOptions{},
		"auth logout now":                                  "logout takes no argument",
		"auth revoke":                                      authOptions{},
		"auth revoke --json":                               "unknown flag: --json",
		"demo":                                             demoOptions{args: []string{}},
		"demo --lang ja ssh -p 22 gw":                      demoOptions{args: []string{"--lang", "ja", "ssh", "-p", "22", "gw"}},
	} {
		t.Run(line, func(t *testing.T) {
			args := strings.Fields(line)
			c := commands[args[0]]
			if c == nil { // a command of a group
				c, args = commands[args[0]+" "+args[1]], args[1:]
			}
			got, err := parseFlags(c, args)
			if text, ok := want.(string); ok {
				if cli.StatusOf(err, cli.Failed) != cli.Usage || !strings.Contains(err.Error(), text) || got != nil {
					t.Errorf("got %+v and the error %v, want a usage error with %q", got, err, text)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			changed := cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.String(), "changed") }, cmp.Ignore())
			if diff := cmp.Diff(want, got, changed, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRootFlags(t *testing.T) {
	for line, want := range map[string]any{
		"":                         rootOptions{},
		"--accessible --no-keeper": rootOptions{accessible: true, noKeeper: true},
		"-q --profile a --otp 1":   rootOptions{},
		"--lang fr":                `--lang "fr" is not a supported language`,
		"--keeper":                 "unknown flag: --keeper",
		"sim":                      `unknown command "sim"`,
	} {
		var got any
		root := options(newRoot)(&app{system: osSystem()}, &got)
		root.SetArgs(strings.Fields(line))
		err := root.ExecuteContext(t.Context())
		if text, ok := want.(string); ok {
			if cli.StatusOf(err, cli.Failed) != cli.Usage || !strings.Contains(err.Error(), text) || got != nil {
				t.Errorf("%q: got %+v and the error %v, want a usage error with %q", line, got, err, text)
			}
		} else if err != nil || got != want {
			t.Errorf("%q: got %+v, %v; want %+v", line, got, err, want)
		}
	}
}

// parseFlags reads a command line up to where the work would begin.
func parseFlags(c constructor, args []string) (got any, err error) {
	if c == nil {
		return nil, errors.New("there is no such command")
	}
	root := &cobra.Command{Use: "napter-connect", SilenceErrors: true, SilenceUsage: true}
	root.SetFlagErrorFunc(cli.FlagError)
	root.AddCommand(c(&app{system: osSystem()}, &got))
	root.SetArgs(args)
	err = root.ExecuteContext(context.Background())
	return got, err
}

func forwards(t *testing.T, kind sshclient.ForwardKind, spec string) []sshclient.Forward {
	t.Helper()
	f, err := sshclient.ParseForward(kind, spec)
	if err != nil {
		t.Fatal(err)
	}
	return []sshclient.Forward{f}
}

func ports(t *testing.T, text string) []connect.PortSpec {
	t.Helper()
	p, err := connect.ParsePortSpec(text)
	if err != nil {
		t.Fatal(err)
	}
	return []connect.PortSpec{p}
}
