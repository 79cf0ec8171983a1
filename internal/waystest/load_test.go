//go:build linux

package waystest_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

const (
	crowd = 100 // proxies at once
	// crowdMemory is what all of them may take up together, keeper included, in
	// bytes. The goal is 1 GB; they need a quarter of it.
	crowdMemory = 500_000_000
	crowdOfSSH  = 5 // how many of them real ssh starts
)

// A hundred proxies to a hundred SIMs at once, from nothing, as Ansible starts
// them: one login, one keeper, and each reaches its own device.
func TestHundredProxiesAtOnce(t *testing.T) {
	w := newWorld(t, simulator.Options{SIMs: 400})
	sims := w.online(crowd)
	began := time.Now()
	var connected, ended sync.WaitGroup
	goOn := make(chan struct{})
	connected.Add(crowd)
	for i, s := range sims {
		key, ok := w.sim.HostKey(s.ID)
		if !ok {
			t.Fatalf("%s has no host key", s.Name())
		}
		use := func(up func()) error { return w.useTunnel(s, key, up, goOn) }
		if i < crowdOfSSH {
			use = func(up func()) error { return w.useSSH(s, up, goOn) }
		}
		ended.Go(func() {
			up := sync.OnceFunc(connected.Done)
			defer up()
			if err := use(up); err != nil {
				t.Errorf("%s: %v", s.Name(), err)
			}
		})
	}
	connected.Wait()
	t.Logf("%d connected after %v", crowd, time.Since(began))
	if !t.Failed() {
		w.crowded()
	}
	began = time.Now()
	close(goOn)
	ended.Wait()
	w.clean()
	t.Logf("and clean %v after their end began", time.Since(began))
	for operation, want := range map[string]int{"auth": 1, "createPortMappingForSim": crowd, "deletePortMapping": crowd} {
		if n := w.sim.Count(operation); n != want {
			t.Errorf("%d requests %s, want %d", n, operation, want)
		}
	}
	w.stopKeeper()
}

// useTunnel logs in through a proxy, and out again when it may.
func (w *world) useTunnel(s simulator.SIM, key ssh.PublicKey, up func(), goOn <-chan struct{}) error {
	tunnel, err := w.tunnel(s.Name(), "22")
	if err != nil {
		return err
	}
	client, err := tunnel.login(key)
	up()
	if err != nil {
		return fmt.Errorf("%w; %w", err, tunnel.end())
	}
	<-goOn
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	out, err := session.Output("echo hello")
	if err != nil || string(out) != "hello\n" {
		return fmt.Errorf("the device said %q: %w", out, err)
	}
	return tunnel.end()
}

// useSSH does the same with OpenSSH.
func (w *world) useSSH(s simulator.SIM, up func(), goOn <-chan struct{}) error {
	known := w.Write("known-"+s.ID, w.sim.KnownHosts(s.ID))
	cmd := w.command("ssh", "-F", "none", "-o", "ProxyCommand="+w.Bin+" proxy %h %p", "-o", "HostKeyAlias=sim-"+s.ID,
		"-o", "UserKnownHostsFile="+known, "-o", "GlobalKnownHostsFile=none", "-o", "StrictHostKeyChecking=yes",
		"-o", "IdentityFile="+filepath.Join(w.Dir, "none"), "-o", "IdentityAgent=none", "-o", "BatchMode=yes", "pi@"+s.Name(),
		"echo hello; read x")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	hello := make([]byte, len("hello\n"))
	_, err = stdout.Read(hello)
	up()
	if err == nil {
		<-goOn
	}
	_ = stdin.Close()
	if err := cmd.Wait(); err != nil && (cmd.ProcessState.ExitCode() != 1 || stderr.Len() > 0) { // read's status at the end
		return fmt.Errorf("ssh: %w; stderr %q", err, &stderr)
	}
	if string(hello) != "hello\n" {
		return fmt.Errorf("the device said %q", hello)
	}
	return err
}

// crowded looks at the keeper and the memory while all are connected.
func (w *world) crowded() {
	w.t.Helper()
	proxies, keepers := w.Processes("proxy\x00"), w.Keepers()
	if len(proxies) != crowd || len(keepers) != 1 {
		w.t.Errorf("there are %d proxies and %d keepers", len(proxies), len(keepers))
	}
	if n := len(w.sim.Mappings()); n != crowd {
		w.t.Errorf("%d mappings are open", n)
	}
	users := w.users()
	for _, pid := range proxies {
		if !users[pid] {
			w.t.Errorf("keeper status does not list process %d", pid)
		}
	}
	if len(users) != crowd {
		w.t.Errorf("keeper status lists %d users", len(users))
	}
	own, keeper := pss(w.t, proxies...), pss(w.t, keepers...)
	w.t.Logf("memory: %.1f MB in all, %.2f MB a proxy, %.1f MB the keeper",
		float64(own+keeper)/1e6, float64(own)/1e6/crowd, float64(keeper)/1e6)
	if own+keeper > crowdMemory {
		w.t.Errorf("they take up %d bytes, more than %d", own+keeper, crowdMemory)
	}
}

// users are the processes that hold a mapping of the keeper's each.
func (w *world) users() map[int]bool {
	w.t.Helper()
	var status struct {
		Leases []struct{ Users []struct{ PID int } }
	}
	if err := json.Unmarshal([]byte(w.works("napter-connect", "keeper", "status", "--json")), &status); err != nil {
		w.t.Error(err)
	}
	users := map[int]bool{}
	for _, lease := range status.Leases {
		if len(lease.Users) != 1 {
			w.t.Errorf("a mapping has %d users", len(lease.Users))
		}
		for _, user := range lease.Users {
			users[user.PID] = true
		}
	}
	return users
}
