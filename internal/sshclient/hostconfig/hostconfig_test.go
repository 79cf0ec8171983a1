package hostconfig

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func writeConfig(t *testing.T, text string) (home, path string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	path = filepath.Join(home, "config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return home, path
}

const fullConfig = `
Host gateway-*
  User pi
  Port 2222
  IdentityFile ~/.ssh/%n_key
  IdentityFile /keys/${WHICH}
  IdentityFile /keys/%q
  CertificateFile ~/pi-cert.pub
  IdentityAgent "/run/agent socket"
  IdentitiesOnly yes
  ForwardAgent yes
  StrictHostKeyChecking no
  ServerAliveInterval 5
  ServerAliveCountMax 4
  ConnectTimeout 7
Host *
  User nobody
`

// withoutSSH makes Load use its own parser.
func withoutSSH(t *testing.T) { t.Setenv("PATH", t.TempDir()) }

func TestHostConfigBothWays(t *testing.T) {
	for _, way := range []string{"ssh", "parser"} {
		t.Run(way, func(t *testing.T) {
			home, path := writeConfig(t, fullConfig)
			t.Setenv("WHICH", "second")
			if way == "ssh" {
				sshdtest.Tool(t, "ssh")
			} else {
				withoutSSH(t)
			}
			got, err := Load(t.Context(), "gateway-001", path, []string{"ConnectTimeout=9", "Port 2022"})
			if err != nil {
				t.Fatal(err)
			}
			accept := knownhosts.AcceptNew
			want := Config{
				User: "pi", Port: 2022,
				IdentityFiles:  []string{filepath.Join(home, ".ssh", "gateway-001_key"), "/keys/second"},
				CertFiles:      []string{filepath.Join(home, "pi-cert.pub")},
				IdentitiesOnly: true, IdentityAgent: "/run/agent socket", ForwardAgent: true,
				HostKeyPolicy: &accept, ConnectTimeout: 9 * time.Second, KeepAlive: 5 * time.Second, KeepAliveMax: 4,
				Ignored: []string{"identityfile /keys/%q (unknown token %q)"},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestHostConfigWithoutSettings(t *testing.T) {
	for _, way := range []string{"ssh", "parser"} {
		t.Run(way, func(t *testing.T) {
			_, path := writeConfig(t, "Host other\n  User pi\n")
			if way == "ssh" {
				sshdtest.Tool(t, "ssh")
			} else {
				withoutSSH(t)
			}
			got, err := Load(t.Context(), "gateway-001", path, nil)
			if diff := cmp.Diff(Config{}, got); diff != "" || err != nil {
				t.Errorf("%v, -want +got:\n%s", err, diff)
			}
		})
	}
}

func TestHostConfigSaysWhatItIgnores(t *testing.T) {
	sshdtest.Tool(t, "ssh")
	_, path := writeConfig(t, "Host gw\n  ProxyJump bastion\n  Compression yes\n  LocalForward 8080 localhost:80\n")
	got, err := Load(t.Context(), "gw", path, nil)
	if diff := cmp.Diff([]string{"compression yes"}, got.Ignored); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	if diff := cmp.Diff([]string{"proxyjump bastion"}, got.Unmet); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What our own ssh-config writes is nothing that we fail to honour.
func TestHostConfigOfOurOwnBlock(t *testing.T) {
	sshdtest.Tool(t, "ssh")
	_, path := writeConfig(t, "Host gw\n  HostKeyAlias sim-1\n  ProxyCommand /usr/bin/napter-connect proxy %h %p\n  UserKnownHostsFile /x\n")
	if got, err := Load(t.Context(), "gw", path, nil); err != nil || len(got.Unmet) > 0 || got.HostKeyAlias != "" || got.UserKnownHosts != nil ||
		slices.ContainsFunc(got.Ignored, func(option string) bool { return strings.HasPrefix(option, "hostkeyalias") }) {
		t.Errorf("%v, %+v", err, got)
	}
}

const sessionConfig = `
Host gw
  BatchMode yes
  NumberOfPasswordPrompts 1
  PreferredAuthentications password,hostbased,publickey,keyboard-interactive
  KbdInteractiveAuthentication no
  LocalForward 8080 localhost:80
  LocalForward 127.0.0.1:8081 [::1]:81
  RemoteForward 1080
  DynamicForward 127.0.0.1:1081
  RemoteCommand uptime -p
  RequestTTY force
  SessionType none
  StdinNull yes
  EscapeChar none
  SetEnv A=1 B="two words"
  SendEnv FOO_*
  ExitOnForwardFailure yes
`

func TestHostConfigOfASession(t *testing.T) {
	for _, way := range []string{"ssh", "parser"} {
		t.Run(way, func(t *testing.T) {
			_, path := writeConfig(t, sessionConfig)
			if way == "ssh" {
				sshdtest.Tool(t, "ssh")
			} else {
				withoutSSH(t)
			}
			got, err := Load(t.Context(), "gw", path, nil)
			if err != nil {
				t.Fatal(err)
			}
			login := Login{BatchMode: true, PasswordPrompts: 1, Methods: []string{"password", "publickey"}}
			if diff := cmp.Diff(login, got.Login); diff != "" {
				t.Errorf("login, -want +got:\n%s", diff)
			}
			s := got.Session
			for i, spec := range s.LocalForward { // ssh puts every host in brackets
				s.LocalForward[i] = strings.ReplaceAll(strings.ReplaceAll(spec, "[localhost]", "localhost"), "[127.0.0.1]", "127.0.0.1")
			}
			for i, spec := range s.DynamicForward {
				s.DynamicForward[i] = strings.ReplaceAll(spec, "[127.0.0.1]", "127.0.0.1")
			}
			want := Session{
				LocalForward:  []string{"8080:localhost:80", "127.0.0.1:8081:[::1]:81"},
				RemoteForward: []string{"1080"}, DynamicForward: []string{"127.0.0.1:1081"},
				RemoteCommand: "uptime -p", RequestTTY: "force", NoCommand: true, StdinNull: true, NoEscapes: true,
				SetEnv: []string{"A=1", "B=two words"}, SendEnv: []string{"FOO_*"},
			}
			if diff := cmp.Diff(want, s); diff != "" {
				t.Errorf("session, -want +got:\n%s", diff)
			}
			if len(got.Unmet) > 0 || !got.ExitOnForwardFailure {
				t.Errorf("unmet %q", got.Unmet)
			}
			sent := s.Send([]string{"FOO_A=1", "FOO=2", "BAR=3", "FOO_B=x=y"})
			if diff := cmp.Diff([]string{"FOO_A=1", "FOO_B=x=y"}, sent); diff != "" {
				t.Errorf("sent, -want +got:\n%s", diff)
			}
		})
	}
}

func TestHostConfigOfEscapeChar(t *testing.T) {
	for _, way := range []string{"ssh", "parser"} {
		t.Run(way, func(t *testing.T) {
			_, path := writeConfig(t, "EscapeChar none\n")
			if way == "ssh" {
				sshdtest.Tool(t, "ssh")
			} else {
				withoutSSH(t)
			}
			for text, want := range map[string]byte{"^B": 2, "^[": 27, "%": '%', "\\": '\\'} {
				got, err := Load(t.Context(), "gw", path, []string{"EscapeChar=" + text})
				if s := got.Session; err != nil || s.NoEscapes || s.EscapeChar != want || len(got.Unmet) > 0 {
					t.Errorf("%s: %+v, unmet %q, %v", text, s, got.Unmet, err)
				}
			}
			if got, err := Load(t.Context(), "gw", path, nil); err != nil || !got.Session.NoEscapes {
				t.Errorf("none: %+v, %v", got, err)
			}
		})
	}
}

func TestHostConfigBadInput(t *testing.T) {
	for _, way := range []string{"ssh", "parser"} {
		t.Run(way, func(t *testing.T) {
			_, path := writeConfig(t, "Port 22\n")
			if way == "ssh" {
				sshdtest.Tool(t, "ssh")
			} else {
				withoutSSH(t)
			}
			for _, options := range [][]string{{"Port=abc"}, {"Port"}, {"Port=70000"}, {"StrictHostKeyChecking=maybe"}} {
				if got, err := Load(t.Context(), "gw", path, options); err == nil {
					t.Errorf("%v was taken: %+v", options, got)
				}
			}
			if _, err := Load(t.Context(), "gw", filepath.Join(t.TempDir(), "absent"), nil); err == nil {
				t.Error("a file that was asked for and is not there was taken")
			}
		})
	}
}

// A name of the API must not reach a shell through Match exec, nor be a flag.
func TestHostConfigRefusesUnsafeNames(t *testing.T) {
	home, path := writeConfig(t, "Match exec \"touch $HOME/ran-%n\"\n  User root\n")
	bad := []string{
		"", "-oProxyCommand=x", "a b", "a;b", "$(touch ran)", "`x`", "a'b", "a\"b", "a|b", "a&b", "a\nb", "a/b", `a\b`, "a%b",
		"a@b", "a:b", "[a]", "a*", "a?", "!a", "~a", "#a", "a\x00b", "\u202egw", ".gw", strings.Repeat("a", 300),
	}
	for _, name := range bad {
		var unsafe *UnsafeNameError
		if _, err := Load(t.Context(), name, path, nil); !errors.As(err, &unsafe) {
			t.Errorf("%q was taken: %v", name, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(home, "ran*"))
	if err != nil || len(files) > 0 {
		t.Errorf("a command ran: %v %v", files, err)
	}
	for _, name := range []string{"gateway-001", "ゲートウェイ１号", "8981100000000000001", "a.b_c-d"} {
		if !SafeName(name) {
			t.Errorf("%q was refused", name)
		}
	}
}

func TestHostConfigDoesNotHang(t *testing.T) {
	sshdtest.Tool(t, "ssh")
	_, path := writeConfig(t, "Match exec \"sleep 60\"\n  User root\n")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := Load(ctx, "gw", path, nil); err == nil {
		t.Error("no error")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestParserLeavesOutFilesWithMatch(t *testing.T) {
	extra := t.TempDir()
	_, path := writeConfig(t, "Include "+extra+"/*\nHost gw\n  User pi\n")
	if err := os.WriteFile(filepath.Join(extra, "a"), []byte("Host gw\n  Port 2222\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	withoutSSH(t)
	got, err := Load(t.Context(), "gw", path, nil)
	if err != nil || got.User != "pi" || got.Port != 2222 {
		t.Errorf("without Match: %+v, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(extra, "b"), []byte("Match host gw exec \"false\"\n  User root\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err = Load(t.Context(), "gw", path, nil)
	if err != nil || got.User != "" || got.Port != 0 || len(got.Ignored) != 1 || !strings.Contains(got.Ignored[0], "Match") {
		t.Errorf("with Match: %+v, %v", got, err)
	}
}

func TestParserStopsAtIncludeLoops(t *testing.T) {
	_, path := writeConfig(t, "")
	if err := os.WriteFile(path, []byte("Include "+path+"\nHost gw\n  User pi\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	withoutSSH(t)
	if got, err := Load(t.Context(), "gw", path, nil); err == nil {
		t.Errorf("no error: %+v", got)
	}
}

func TestHostConfigOfAlgorithms(t *testing.T) {
	const text = "Ciphers aes128-ctr,aes256-ctr\nKexAlgorithms curve25519-sha256\nMACs hmac-sha2-256\n" +
		"HostKeyAlgorithms ssh-rsa\nPubkeyAcceptedAlgorithms ssh-ed25519\n"
	want := Algorithms{
		Ciphers: "aes128-ctr,aes256-ctr", KeyExchanges: "curve25519-sha256", MACs: "hmac-sha2-256",
		HostKeys: "ssh-rsa", PublicKeyAuths: "ssh-ed25519",
	}
	for _, way := range []string{"ssh", "parser"} {
		_, path := writeConfig(t, text)
		if way == "ssh" {
			sshdtest.Tool(t, "ssh")
		} else {
			withoutSSH(t)
		}
		got, err := Load(t.Context(), "gw", path, nil)
		if diff := cmp.Diff(Config{Algorithms: want}, got); err != nil || diff != "" {
			t.Errorf("%s: %v, -want +got:\n%s", way, err, diff)
		}
	}
	// Without ssh a change of the default is still to be made.
	_, path := writeConfig(t, "Ciphers +aes128-cbc\nPubkeyAcceptedKeyTypes -ssh-rsa*\n")
	got, err := Load(t.Context(), "gw", path, nil)
	if diff := cmp.Diff(Algorithms{Ciphers: "+aes128-cbc", PublicKeyAuths: "-ssh-rsa*"}, got.Algorithms); err != nil || diff != "" {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}

func TestHostConfigOfUpdateHostKeys(t *testing.T) {
	for text, want := range map[string]bool{
		"UpdateHostKeys no\n": true, "UpdateHostKeys ask\n": true, "UpdateHostKeys yes\n": false, "": false,
		"UserKnownHostsFile /x\n": false,
	} {
		for _, way := range []string{"ssh", "parser"} {
			t.Run(way+" "+text, func(t *testing.T) {
				_, path := writeConfig(t, text)
				if way == "ssh" {
					sshdtest.Tool(t, "ssh")
				} else {
					withoutSSH(t)
				}
				if got, err := Load(t.Context(), "gw", path, nil); err != nil || got.NoHostKeyUpdates != want || len(got.Ignored) > 0 {
					t.Errorf("%v, %+v", err, got)
				}
			})
		}
	}
}

func TestHostConfigOfHostsAndAgents(t *testing.T) {
	const text = "UserKnownHostsFile /abs/mine /abs/%n\nGlobalKnownHostsFile none\nForwardAgent /run/agent\n" +
		"HostKeyAlias fleet\nLogLevel QUIET\nConnectionAttempts 3\n"
	for _, way := range []string{"ssh", "parser"} {
		_, path := writeConfig(t, text)
		if way == "ssh" {
			sshdtest.Tool(t, "ssh")
		} else {
			withoutSSH(t)
		}
		want := Config{
			UserKnownHosts: []string{"/abs/mine", "/abs/gw"}, GlobalKnownHosts: []string{},
			HostKeyAlias: "fleet", ForwardAgent: true, ForwardSocket: "/run/agent", Quiet: true, ConnectionAttempts: 3,
		}
		got, err := Load(t.Context(), "gw", path, nil)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v, -want +got:\n%s", way, err, diff)
		}
	}
}
