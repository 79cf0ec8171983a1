package connect_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/myip"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// world is a simulated Soracom with its devices, and a Connector to it.
type world struct {
	*simulator.Simulator
	*connect.Connector
	t          *testing.T
	state      string
	knownHosts string
	leases     *lease.Manager
	timings    connect.Timings

	mu      sync.Mutex
	notices []string
}

func newWorld(t *testing.T, o simulator.Options) *world {
	t.Helper()
	home := t.TempDir()
	o.SIMs = 40
	sim, err := simulator.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	w := &world{Simulator: sim, t: t, state: filepath.Join(home, "state"), knownHosts: filepath.Join(home, "known_hosts")}
	if err := os.WriteFile(w.knownHosts, sim.KnownHosts(), 0o600); err != nil {
		t.Fatal(err)
	}
	w.leases, err = lease.Open(lease.Options{Dir: filepath.Join(w.state, "leases")})
	if err != nil {
		t.Fatal(err)
	}
	sessions := access.NewSessions()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = sessions.Close(ctx)
		_ = w.leases.Close()
	})
	w.Connector = &connect.Connector{
		Opener:   access.NewLocal(access.Options{Sessions: sessions, Leases: w.leases, Debugf: t.Logf, Now: w.now}),
		Keys:     config.NewRecent(w.state),
		Audit:    func(r access.Request) (launch.AuditLog, error) { return sessions.Session(r.Account, r.Network, nil) },
		Progress: w.timings.Event, Debugf: t.Logf,
		Notice: func(line string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.notices = append(w.notices, line)
		},
	}
	return w
}

// now is the clock of everything here, which a test may set by Connector.Now.
func (w *world) now() time.Time {
	if c := w.Connector; c != nil && c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// noticed are the lines that the person was told.
func (w *world) noticed() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.notices, "\n")
}

// options run a command on a SIM's device, with nothing of the machine's own.
func (w *world) options(target, command string) connect.SSHOptions {
	w.t.Helper()
	engineer, _ := w.Account(simulator.Engineer)
	var services []myip.Service
	for _, u := range w.IPServices() {
		services = append(services, myip.Service{URL: u, Operator: u})
	}
	return connect.SSHOptions{
		Request: access.Request{
			Account: profile.Account{Profile: "test", Endpoint: w.Endpoint(), Coverage: "jp", Credentials: client.Credentials{
				AuthKeyID: engineer.AuthKeyID, AuthKey: engineer.AuthKey,
			}},
			Network: access.Network{IPServices: services},
			Target:  target, Command: "ssh " + target,
		},
		ConfigFile: "none", LocalUser: "pi", Identities: []string{"none"}, KnownHosts: w.knownHosts,
		Session: sshclient.SessionOptions{Command: command},
	}
}

// result is what a session gave.
type result struct {
	status   int
	err      error
	out, all string
}

func (w *world) run(ctx context.Context, o connect.SSHOptions) result {
	w.t.Helper()
	var out, errs bytes.Buffer
	o.Session.Stdout, o.Session.Stderr = &out, &errs
	status, err := w.SSH(ctx, o)
	return result{status, err, out.String(), out.String() + errs.String()}
}

// clean checks that nothing is open and nothing in the journal.
func (w *world) clean() {
	w.t.Helper()
	if open := w.Mappings(); len(open) > 0 {
		w.t.Errorf("left open: %+v", open)
	}
	if entries, problems, err := w.leases.Entries(); len(entries) > 0 || len(problems) > 0 || err != nil {
		w.t.Errorf("left in the journal: %+v, %v, %v", entries, problems, err)
	}
}

// fails runs what cannot work: status 255, cause and hint, nothing left.
func (w *world) fails(o connect.SSHOptions, cause, next string) error {
	w.t.Helper()
	r := w.run(w.t.Context(), o)
	if r.status != 255 || r.err == nil {
		w.t.Errorf("status %d, error %v, output %q; want an error with %q", r.status, r.err, r.all, cause)
		return nil
	}
	if !strings.Contains(r.err.Error(), cause) || !strings.Contains(message.Hint(r.err).String(), next) {
		w.t.Errorf("error %q, hint %q; want %q and %q in them", r.err, message.Hint(r.err).String(), cause, next)
	}
	w.clean()
	return r.err
}

// until waits for something that happens in another goroutine.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Errorf("%s did not come", what)
}
