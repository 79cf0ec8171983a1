//go:build linux

package waystest_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// member is one of many proxies, and who is logged in through it.
type member struct {
	*tunnel
	client *ssh.Client
}

// gather starts a proxy to each SIM at once, and logs in through all.
func (w *world) gather(sims []simulator.SIM) []member {
	w.t.Helper()
	members := make([]member, len(sims))
	var all sync.WaitGroup
	for i, s := range sims {
		key, _ := w.sim.HostKey(s.ID)
		all.Go(func() {
			p, err := w.tunnel(s.Name(), "22")
			if err != nil {
				w.t.Error(err)
				return
			}
			members[i].tunnel = p
			if members[i].client, err = p.login(key); err != nil {
				w.t.Errorf("%s: %v; %v", s.Name(), err, p.end())
			}
		})
	}
	all.Wait()
	if w.t.Failed() {
		w.t.FailNow()
	}
	return members
}

// works runs a command on the device.
func (m member) works() error {
	session, err := m.client.NewSession()
	if err != nil {
		return err
	}
	out, err := session.Output("echo hello")
	if err == nil && string(out) != "hello\n" {
		err = fmt.Errorf("the device said %q", out)
	}
	return err
}

func each(members []member, f func(member) error) error {
	var mu sync.Mutex
	var errs []error
	var all sync.WaitGroup
	for _, m := range members {
		all.Go(func() {
			if err := f(m); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// An API that has enough of so many requests gets them again when it said so: the
// login, and the first of each kind.
func TestCrowdAtAnAPIThatThrottles(t *testing.T) {
	w := newWorld(t, simulator.Options{SIMs: 200})
	for operation, times := range map[string]int{"auth": 2, "searchSims": 20, "createPortMappingForSim": 20, "deletePortMapping": 20} {
		w.sim.Inject(simulator.Fault{
			Operation: operation, Times: times, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1"}},
		})
	}
	members := w.gather(w.online(20))
	if err := each(members, member.works); err != nil {
		t.Error(err)
	}
	if err := each(members, func(m member) error { return m.end() }); err != nil {
		t.Error(err)
	}
	w.clean()
	if n := w.sim.Count("auth"); n != 3 {
		t.Errorf("%d requests auth: two refused and one that was not are 3", n)
	}
	w.stopKeeper()
}

// Proxies go on when their keeper is killed, and share the next one.
func TestCrowdOutlivesItsKeeper(t *testing.T) {
	const n = 40
	w := newWorld(t, simulator.Options{SIMs: 200})
	members := w.gather(w.online(n))
	old := w.Keepers()
	if len(old) != 1 {
		t.Fatalf("keepers %v", old)
	}
	_ = syscall.Kill(old[0], syscall.SIGKILL)
	w.until("the next keeper", func() error {
		if now := w.Keepers(); len(now) != 1 || now[0] == old[0] {
			return fmt.Errorf("keepers %v", now)
		}
		if users := w.users(); len(users) != n {
			return fmt.Errorf("it has %d users", len(users))
		}
		return nil
	})
	if err := each(members, member.works); err != nil {
		t.Error(err)
	}
	if open := len(w.sim.Mappings()); open != n {
		t.Errorf("%d mappings are open", open)
	}
	if err := each(members, func(m member) error { return m.end() }); err != nil {
		t.Error(err)
	}
	w.clean()
	if logins, made := w.sim.Count("auth"), w.sim.Count("createPortMappingForSim"); logins > 2 || made != n {
		t.Errorf("%d logins, %d mappings were made", logins, made)
	}
	// Not stopKeeper: the killed one could not log out.
	w.works("napter-connect", "keeper", "stop")
	if n := w.sim.Tokens(); n > 1 {
		t.Errorf("%d tokens are still valid", n)
	}
}

// Proxies that are killed, all at once, leave nothing.
func TestKilledCrowdLeavesNothing(t *testing.T) {
	w := newWorld(t, simulator.Options{SIMs: 200})
	members := w.gather(w.online(40))
	for _, m := range members {
		_ = m.cmd.Process.Kill()
	}
	for _, m := range members {
		_ = m.Close()
		_ = m.cmd.Wait()
	}
	w.clean()
	w.stopKeeper()
}
