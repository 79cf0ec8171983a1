package connect_test

import (
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

func TestSSH(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	for _, c := range []struct {
		target, command string
		status          int
		out             string
	}{
		{"gateway-001", "echo hello", 0, "hello\n"},
		{"gateway-001.napter", "exit 7", 7, ""},
		{"line 3 press (north)", "echo a name that must not reach ssh", 0, "a name that must not reach ssh\n"},
		{"arc-laptop-01", "true", 0, ""},
	} {
		r := w.run(t.Context(), w.options(c.target, c.command))
		if r.err != nil || r.status != c.status || r.out != c.out {
			t.Errorf("%s on %s: status %d, error %v, output %q", c.command, c.target, r.status, r.err, r.all)
		}
		w.clean()
	}
	if n := w.noticed(); n != "" {
		t.Errorf("told without need: %s", n)
	}
}

// TestLend: a UI gives its terminal to the session alone, and gets it back before
// the mapping is deleted.
func TestLend(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	o := w.options("gateway-001", "exit 3")
	lent, open := 0, 0
	o.Lend = func(_ context.Context, use func() error) error {
		lent++
		err := use()
		open = len(w.Mappings())
		return err
	}
	if r := w.run(t.Context(), o); r.err != nil || r.status != 3 || lent != 1 || open != 1 {
		t.Errorf("status %d, error %v, lent %d times, %d mappings open then", r.status, r.err, lent, open)
	}
	w.clean()
	o.Lend = func(context.Context, func() error) error { return errors.New("the terminal is gone") }
	if r := w.run(t.Context(), o); r.err == nil || r.status != 255 {
		t.Errorf("status %d, error %v", r.status, r.err)
	}
	w.clean()
}

func TestTimingsShowEveryStep(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	if r := w.run(t.Context(), w.options("gateway-001", "true")); r.err != nil {
		t.Fatal(r.err)
	}
	var steps []access.Step
	before := time.Duration(0)
	for _, e := range w.timings.Steps() {
		steps = append(steps, e.Step)
		if start := e.At - e.Elapsed; start < before {
			t.Errorf("%s starts at %s, listed after a step at %s", e.Step, start, before)
		} else {
			before = start
		}
	}
	slices.Sort(steps)
	want := []access.Step{"address", "delete", "dial", "list", "login", "mapping", "sim", "ssh"}
	if !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
}

func TestSSHFailures(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	change := func(f func(*connect.SSHOptions)) connect.SSHOptions {
		o := w.options("gateway-001", "true")
		f(&o)
		return o
	}
	w.fails(w.options("gateway-999", "true"), `no SIM is named "gateway-999"`, "napter-connect sims")
	w.fails(w.options("dup-sensor", "true"), `2 SIMs are named "dup-sensor"`, "SIM ID")
	w.fails(w.options("pump-07", "true"), "is offline since", "power")
	w.fails(change(func(o *connect.SSHOptions) { o.Request.Port = 70000 }), "port 70000", "65535")
	w.fails(change(func(o *connect.SSHOptions) { o.Request.Duration = 9 * time.Hour }), "9h", "8h")
	w.fails(change(func(o *connect.SSHOptions) { o.Request.Sources = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")} }), "admits every address", "your own network")
	w.fails(change(func(o *connect.SSHOptions) { o.Request.Account.Credentials.AuthKey = "secret-wrong" }), "auth", "auth login")
	w.fails(change(func(o *connect.SSHOptions) { o.ConfigFile = filepath.Join(t.TempDir(), "absent") }), "reading ssh_config", "")
	w.fails(change(func(o *connect.SSHOptions) { o.KnownHosts = filepath.Join(t.TempDir(), "empty") }), "host key", "")
	w.fails(w.options("gateway-001", "kill -TERM $$"), "signal TERM", "")
}

// What cannot be seen from here, the audit log knows.
func TestFailedConnectionIsExplained(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	closed := w.options("gateway-001", "true")
	closed.Request.Port = 2222
	w.fails(closed, "the device did not accept it on port 2222", "firewall")

	elsewhere := w.options("gateway-001", "true")
	elsewhere.Request.Sources = []netip.Prefix{netip.MustParsePrefix("198.51.100.7/32")}
	w.fails(elsewhere, "it came from 203.0.113.10, and the mapping lets in 198.51.100.7/32", "--source 203.0.113.10/32")
}

func TestChangedHostKeyIsRefused(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	sims := w.SIMs()
	gateway, _ := w.SIMByName("gateway-001")
	other := sims[len(sims)-1]
	wrong := strings.Replace(string(w.KnownHosts(other.ID)), other.ID, gateway.ID, 1)
	if err := os.WriteFile(w.knownHosts, []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	o := w.options("gateway-001", "true")
	o.HostKeyPolicy = knownhosts.AcceptNew
	err := w.fails(o, "", "")
	var changed *knownhosts.ChangedError
	if !errors.As(err, &changed) {
		t.Errorf("got %v", err)
	}
}

// start runs a command that does not end, and returns when the session is up.
func (w *world) start(ctx context.Context) <-chan result {
	w.t.Helper()
	done := make(chan result, 1)
	go func() { done <- w.run(ctx, w.options("gateway-001", "sleep 600")) }()
	until(w.t, "the session", func() bool {
		return slices.ContainsFunc(w.timings.Steps(), func(e access.Event) bool { return e.Step == access.StepSSH })
	})
	return done
}

func TestCancelledSessionIsGivenBack(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	ctx, cancel := context.WithCancelCause(t.Context())
	done := w.start(ctx)
	cause := &connect.Interrupted{Signal: os.Interrupt}
	cancel(cause)
	if r := <-done; r.status != 255 || !errors.Is(r.err, cause) || !errors.Is(r.err, context.Canceled) {
		t.Errorf("status %d, error %v", r.status, r.err)
	}
	w.clean()
}

func TestPanicGivesBack(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	w.Keys = panicking{}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		w.run(t.Context(), w.options("gateway-001", "true"))
	}()
	w.clean()
}

type panicking struct{}

func (panicking) Get(string) (config.Use, error)                          { panic("a bug") }
func (panicking) Update(context.Context, string, func(*config.Use)) error { return nil }

func TestMappingThatEndsUnderASession(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	var ahead atomic.Int64
	w.Connector.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }

	done := w.start(t.Context())
	ahead.Store(int64(8*time.Hour + time.Second))
	if err := w.ExpireMapping(w.Mappings()[0].Port); err != nil {
		t.Fatal(err)
	}
	r := <-done
	var expired *connect.ExpiredError
	if r.status != 255 || !errors.As(r.err, &expired) || !strings.Contains(message.Hint(r.err).String(), "--duration") {
		t.Errorf("status %d, error %v, hint %q", r.status, r.err, message.Hint(r.err).String())
	}
	w.clean()
}

func TestConnectionThatDropsIsNotCalledExpired(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	done := w.start(t.Context())
	if err := w.DeleteMapping(w.Mappings()[0].Port); err != nil {
		t.Fatal(err)
	}
	r := <-done
	var dropped *sshclient.DroppedError
	if r.status != 255 || !errors.As(r.err, &dropped) || strings.Contains(r.err.Error(), "expired") {
		t.Errorf("status %d, error %v", r.status, r.err)
	}
	w.clean()
}

func TestKeepTellsHowToDelete(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	o := w.options("gateway-001", "true")
	o.Request.Keep = true
	if r := w.run(t.Context(), o); r.status != 0 {
		t.Fatalf("status %d, %v", r.status, r.err)
	}
	open := w.Mappings()
	if len(open) != 1 {
		t.Fatalf("%d mappings", len(open))
	}
	want := "napter-connect mappings delete " + netip.AddrPortFrom(open[0].IP, uint16(open[0].Port)).String()
	if !strings.Contains(w.noticed(), want) {
		t.Errorf("told %q, want %q in it", w.noticed(), want)
	}
}

// The API is away at the end: the status is still the remote one, and the person
// is told.
func TestDeletionThatFailsIsTold(t *testing.T) {
	t.Parallel() // waits the five seconds that an orderly end has
	w := newWorld(t, simulator.Options{})
	o := w.options("gateway-001", "exit 3")
	defer w.Inject(simulator.Fault{Operation: "deletePortMapping", Status: 503})()
	if r := w.run(t.Context(), o); r.status != 3 || r.err != nil {
		t.Errorf("status %d, error %v", r.status, r.err)
	}
	m := w.Mappings()[0]
	if want := "napter-connect mappings delete " + netip.AddrPortFrom(m.IP, uint16(m.Port)).String(); !strings.Contains(w.noticed(), want) {
		t.Errorf("told %q, want %q in it", w.noticed(), want)
	}
}

func TestWideSourcesAreTold(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	o := w.options("gateway-001", "true")
	for cidr, want := range map[string]string{
		"203.0.112.0/22": "203.0.112.0/22 admits 1024 addresses",
		"203.0.112.0/23": "203.0.112.0/23 admits 512 addresses", // the narrowest that is told
		"203.0.113.0/24": "",
	} {
		o.Request.Sources = []netip.Prefix{netip.MustParsePrefix(cidr)}
		w.notices = nil
		if r := w.run(t.Context(), o); r.err != nil {
			t.Fatal(r.err)
		}
		if got := w.noticed(); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: told %q, want %q", cidr, got, want)
		}
	}
}

// rules are a config.yaml.
func rules(list ...config.Rule) config.File { return config.File{SIMs: list} }

func TestWhereSettingsComeFrom(t *testing.T) {
	key := newKey(t)
	w := newWorld(t, simulator.Options{AuthorizedKeys: []ssh.PublicKey{key.public}})
	file := filepath.Join(t.TempDir(), "ssh_config")
	text := "Host gateway-001\n  User fromconfig\n  Port 2201\n  IdentityFile \"" + key.file + "\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	gateway, _ := w.SIMByName("gateway-001")
	port := func(want int, change func(*connect.SSHOptions)) {
		t.Helper()
		w.ResetRequests()
		o := w.options("gateway-001", "true")
		o.ConfigFile, o.Identities = file, nil
		change(&o)
		w.fails(o, "did not accept it on port", "")
		if got := w.Requests(); len(got) == 0 || !slices.ContainsFunc(got, func(r simulator.Request) bool {
			return r.Operation == "createPortMappingForSim" && strings.Contains(string(r.Body), `"port":`+strconv.Itoa(want))
		}) {
			t.Errorf("no mapping to port %d was asked for", want)
		}
	}
	port(2201, func(*connect.SSHOptions) {})
	port(2203, func(o *connect.SSHOptions) { o.Request.Port = 2203 })
	w.Rules = rules(config.Rule{Name: "gateway-*", Port: 2202, User: "fromrule"})
	port(2202, func(*connect.SSHOptions) {})

	// A rule by tag holds for the user and the key, which are needed after the SIM
	// is known; here the target is the SIM ID, so that no name is typed.
	w.Rules = rules(config.Rule{Tag: "role=gateway", User: "fromtag", Identity: []string{key.file}})
	o := w.options(gateway.ID, "whoami")
	o.Identities = nil
	if r := w.run(t.Context(), o); r.err != nil || r.out != "fromtag\n" {
		t.Errorf("status %d, error %v, output %q", r.status, r.err, r.all)
	}
	remembered := func(user string) {
		t.Helper()
		last, err := config.NewRecent(w.state).Get(gateway.ID)
		if err != nil || last.Key != ssh.FingerprintSHA256(key.public) || last.User != user || last.Port != 22 || last.Protocol != "ssh" {
			t.Errorf("remembered %+v, %v; want user %q", last, err, user)
		}
	}
	remembered("") // the rule decided, and may be changed
	o.User = "fromtag"
	if r := w.run(t.Context(), o); r.err != nil || r.out != "fromtag\n" {
		t.Errorf("status %d, error %v, output %q", r.status, r.err, r.all)
	}
	remembered("") // as a form does that shows the rule's user
	o.User = "fromflag"
	if r := w.run(t.Context(), o); r.err != nil || r.out != "fromflag\n" {
		t.Errorf("status %d, error %v, output %q", r.status, r.err, r.all)
	}

	// What worked is remembered for the SIM.
	remembered("fromflag")

	named := w.options("gateway-001", "whoami")
	named.ConfigFile, named.Identities, named.Request.Port = file, nil, 22
	w.Rules = rules()
	if r := w.run(t.Context(), named); r.err != nil || r.out != "fromconfig\n" {
		t.Errorf("status %d, error %v, output %q", r.status, r.err, r.all)
	}
	remembered("") // ssh_config decided
	w.clean()
}

type keyPair struct {
	public ssh.PublicKey
	file   string
}

func newKey(t *testing.T) keyPair {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	sshKey, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return keyPair{sshKey, file}
}
