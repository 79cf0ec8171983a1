package doctor_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/doctor"
	"github.com/napter-connect/napter-connect/internal/myip"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// examined is a machine of its own beside a simulated Soracom.
type examined struct {
	*simulator.Simulator
	*doctor.Doctor
	t *testing.T
}

func newExamined(t *testing.T) *examined {
	t.Helper()
	sim, err := simulator.Start(context.Background(), simulator.Options{SIMs: 10})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	var services []myip.Service
	for _, u := range sim.IPServices() {
		services = append(services, myip.Service{URL: u, Operator: u})
	}
	finder, err := myip.NewFinder(services...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(finder.Close)
	engineer, _ := sim.Account(simulator.Engineer)
	sessions := access.NewSessions()
	home := t.TempDir()
	return &examined{sim, &doctor.Doctor{
		Version: "1", Dirs: config.Dirs{Config: home, State: filepath.Join(home, "state"), Cache: filepath.Join(home, "cache")},
		Leases: filepath.Join(home, "state", "leases"), KnownHosts: filepath.Join(home, "known_hosts"),
		Account: func(context.Context) (profile.Account, error) {
			return profile.Account{Profile: "test", Endpoint: sim.Endpoint(), Coverage: "jp", Credentials: client.Credentials{
				AuthKeyID: engineer.AuthKeyID, AuthKey: engineer.AuthKey,
			}}, nil
		},
		Session: func(a profile.Account) (*client.Session, error) { return sessions.Session(a, access.Network{}, nil) },
		Finder:  finder, Now: time.Now,
	}, t}
}

// check is what the check of that name found.
func (e *examined) check(name string) doctor.Check {
	e.t.Helper()
	all := e.Run(e.t.Context(), func(string) {}, func(doctor.Check) {})
	i := slices.IndexFunc(all, func(c doctor.Check) bool { return c.Name == name })
	if i < 0 {
		e.t.Fatalf("there is no check %q in %v", name, all)
	}
	return all[i]
}

func (e *examined) finds(name string, status doctor.Status, detail, hint string) {
	e.t.Helper()
	c := e.check(name)
	if c.Status != status || !strings.Contains(c.Detail.String(), detail) || !strings.Contains(c.Hint.String(), hint) {
		e.t.Errorf("%s: %s, %q, hint %q; want %s, %q, %q", name, c.Status, c.Detail.String(), c.Hint.String(), status, detail, hint)
	}
}

func TestClock(t *testing.T) {
	e := newExamined(t)
	e.finds("clock", doctor.OK, "within 30s", "")
	e.Advance(-2 * time.Hour)
	e.finds("clock", doctor.Note, "differ by ", "NTP")
}

func TestJournal(t *testing.T) {
	e := newExamined(t)
	e.finds("journal", doctor.OK, "0 left over", "")
	if err := os.WriteFile(filepath.Join(e.Leases, "20261122T000000-aaaaaaaaaaaa.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	e.finds("journal", doctor.Note, "set aside as", "")
	e.finds("journal", doctor.OK, "0 left over", "")
	blocked := filepath.Join(e.Dirs.Config, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e.Leases = filepath.Join(blocked, "leases")
	e.finds("journal", doctor.Failed, "cannot be used", "XDG_STATE_HOME")
	e.Dirs.State = filepath.Join(blocked, "state")
	e.finds("folders", doctor.Failed, "making the folder", "XDG_STATE_HOME")
}

func TestHostKeys(t *testing.T) {
	e := newExamined(t)
	e.finds("host-keys", doctor.OK, "0", "")
	if err := os.WriteFile(e.Doctor.KnownHosts, e.Simulator.KnownHosts(), 0o600); err != nil {
		t.Fatal(err)
	}
	e.finds("host-keys", doctor.OK, "10", "")
	e.Doctor.KnownHosts = t.TempDir()
	e.finds("host-keys", doctor.Failed, "is a directory", "")
}

// A check that is interrupted is not one that failed.
func TestCancelled(t *testing.T) {
	e := newExamined(t)
	ctx, cancel := context.WithCancel(t.Context())
	all := e.Run(ctx, func(name string) {
		if name == "agent" {
			cancel()
		}
	}, func(doctor.Check) {})
	if len(all) == 0 || all[len(all)-1].Name != "ssh-config" {
		t.Errorf("checked %v", all)
	}
}
