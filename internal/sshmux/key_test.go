package sshmux

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Commands share a connection only if each would have got the same by itself.
func TestKey(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	base := func() (Use, sshclient.Config) {
		return Use{
			Account: profile.Account{Endpoint: "https://a", Credentials: client.Credentials{AuthKeyID: "keyId-1", AuthKey: "secret-1"}},
			Info:    access.Info{Operator: "OP1", SIM: access.SIM{ID: "8942"}, Mapping: access.Mapping{DevicePort: 22, Created: now}},
			Home:    "/home/me",
		}, sshclient.Config{User: "pi", Addr: "192.0.2.1:1"}
	}
	u, c := base()
	same, err := Key(u, c)
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(u *Use, c *sshclient.Config){
		"endpoint":         func(u *Use, _ *sshclient.Config) { u.Account.Endpoint = "https://b" },
		"AuthKey":          func(u *Use, _ *sshclient.Config) { u.Account.Credentials.AuthKeyID = "keyId-2" },
		"e-mail":           func(u *Use, _ *sshclient.Config) { u.Account.Credentials.Email = "a@example.com" },
		"SAM user":         func(u *Use, _ *sshclient.Config) { u.Account.Credentials.UserName = "sam" },
		"account":          func(u *Use, _ *sshclient.Config) { u.Account.Credentials.OperatorID = "OP2" },
		"switched user":    func(u *Use, _ *sshclient.Config) { u.Account.Switch = &profile.SwitchUser{UserName: "x"} },
		"operator":         func(u *Use, _ *sshclient.Config) { u.Info.Operator = "OP2" },
		"SIM":              func(u *Use, _ *sshclient.Config) { u.Info.SIM.ID = "8943" },
		"IMSI":             func(u *Use, _ *sshclient.Config) { u.Info.SIM.IMSI = "440" },
		"port":             func(u *Use, _ *sshclient.Config) { u.Info.Mapping.DevicePort = 2022 },
		"service":          func(u *Use, _ *sshclient.Config) { u.Info.Mapping.Service = "arc" },
		"another mapping":  func(u *Use, _ *sshclient.Config) { u.Info.Mapping.Created = now.Add(time.Second) },
		"agent forwarding": func(u *Use, _ *sshclient.Config) { u.ForwardAgent = true },
		"home":             func(u *Use, _ *sshclient.Config) { u.Home = "/root" },
	} {
		u, c := base()
		change(&u, &c)
		if got, err := Key(u, c); err != nil || got == same {
			t.Errorf("%s: %v, the key is the same", what, err)
		}
	}
	for what, change := range map[string]func(u *Use, c *sshclient.Config){
		"what a hold is":    func(u *Use, _ *sshclient.Config) { u.Info.Mapping.Shared, u.Info.Mapping.Foreign = true, true },
		"linger":            func(u *Use, _ *sshclient.Config) { u.Linger = time.Hour },
		"a new AuthKey":     func(u *Use, _ *sshclient.Config) { u.Account.Credentials.AuthKey = "secret-2" },
		"last key":          func(_ *Use, c *sshclient.Config) { c.PreferredKey = "SHA256:x" },
		"who is asked":      func(_ *Use, c *sshclient.Config) { c.Prompt = &caller{} },
		"who is told":       func(_ *Use, c *sshclient.Config) { c.OnStep = func(string, bool, error) {} },
		"-v":                func(_ *Use, c *sshclient.Config) { c.Debugf = func(string, ...any) {} },
		"-q":                func(_ *Use, c *sshclient.Config) { c.Quiet = true },
		"fresh or not":      func(u *Use, _ *sshclient.Config) { u.Fresh = true },
		"the SIM's session": func(u *Use, _ *sshclient.Config) { u.Info.SIM.Online = true },
	} {
		u, c := base()
		change(&u, &c)
		if got, err := Key(u, c); err != nil || got != same {
			t.Errorf("%s: %v, the key differs", what, err)
		}
	}
}

// Every option of the SSH configuration counts, also one that is yet to come.
func TestEveryOptionIsInTheKey(t *testing.T) {
	same, err := Key(Use{}, sshclient.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[sshclient.Config]()) {
		if f.Tag.Get("json") == "-" || f.Name == "PreferredKey" {
			continue
		}
		var c sshclient.Config
		if !set(reflect.ValueOf(&c).Elem().FieldByIndex(f.Index)) {
			t.Errorf("%s: the test cannot set a %s", f.Name, f.Type)
			continue
		}
		if key, err := Key(Use{}, c); err != nil || key == same {
			t.Errorf("%s is not in the key: %v", f.Name, err)
		}
	}
}

// set gives v a value that is not its zero value.
func set(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		return set(v.Index(0))
	case reflect.Struct:
		return set(v.Field(0))
	default:
		return false
	}
	return true
}

// What a process may need of a configuration gets through the socket.
func TestPathsAreAbsolute(t *testing.T) {
	c, err := absolute(sshclient.Config{
		IdentityFiles: []string{"none", "~/.ssh/id", "key", "/abs"}, CertFiles: []string{"cert"},
		AgentSocket: "none", KnownHosts: "kh", ReadOnlyKnownHosts: []string{"ro"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{c.IdentityFiles[2], c.CertFiles[0], c.KnownHosts, c.ReadOnlyKnownHosts[0]} {
		if !strings.HasPrefix(p, "/") && !strings.Contains(p, ":") {
			t.Errorf("%s is relative", p)
		}
	}
	if c.IdentityFiles[0] != "none" || c.IdentityFiles[1] != "~/.ssh/id" || c.AgentSocket != "none" {
		t.Errorf("changed: %q, agent %q", c.IdentityFiles, c.AgentSocket)
	}
}

func TestErrorsCrossTheSocket(t *testing.T) {
	inner := encodeError(context.Canceled).decode()
	for _, err := range []error{
		&sshclient.RefusedError{Host: "h", Addr: "a", Err: inner},
		&sshclient.TimeoutError{Host: "h", Stage: "connecting", After: time.Second},
		&sshclient.ClosedError{Host: "h", Stage: "authenticating", Err: inner},
		&sshclient.AuthError{Host: "h", User: "u", Allowed: []string{"publickey"}},
		inner,
	} {
		got := encodeError(err).decode()
		if got.Error() != err.Error() || message.Hint(got).String() != message.Hint(err).String() {
			t.Errorf("%v became %v", err, got)
		}
		if a, b := reflect.TypeOf(err), reflect.TypeOf(got); a != b && b != reflect.TypeFor[*remoteError]() {
			t.Errorf("%v became %v", a, b)
		}
	}
}
