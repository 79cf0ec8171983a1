package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// openssh prepares the real ssh with a configuration file, as a person would run
// it: nobody is asked.
func (w *world) openssh(config string, server *sshdtest.Server, args ...string) *exec.Cmd {
	w.t.Helper()
	program := w.program(append([]string{"-F", config, "-o", "BatchMode=yes", "-i", server.UserKeyFile, "-l", server.User}, args...)...)
	cmd := exec.Command(sshdtest.Tool(w.t, "ssh"), program.Args[1:]...)
	cmd.Env, cmd.Dir = program.Env, w.t.TempDir()
	return cmd
}

// sshConfig writes what `ssh-config` prints.
func (w *world) sshConfig() string {
	w.t.Helper()
	r := w.run(w.program("ssh-config"))
	if r.status != 0 {
		w.t.Fatalf("ssh-config: status %d: %s", r.status, r.stderr)
	}
	file := filepath.Join(w.t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(r.out), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return file
}

func TestRealSSHReachesSIMsByName(t *testing.T) {
	t.Parallel()
	w, server := withSSHD(t)
	config := w.sshConfig()
	for _, host := range []string{
		"gateway-001", "gateway-001.napter", gateway, gateway + ".napter", "sim-" + gateway, // blocks
		"GATEWAY-001.napter", "440103710000000.napter", // the fallback, with the keys from KnownHostsCommand
	} {
		r := w.run(w.openssh(config, server, host, "echo there; exit 7"))
		if r.status != 7 || r.out != "there\n" || strings.Contains(r.stderr, "napter-connect:") {
			t.Errorf("ssh %s: status %d, %q: %s", host, r.status, r.out, r.stderr)
		}
	}
	w.nothingOpen()
}

// The two clients share the host keys: what one has learned, the other believes; a
// changed key is refused by both.
func TestRealSSHSharesHostKeys(t *testing.T) {
	t.Parallel()
	server := sshdtest.Start(t, sshdtest.Options{})
	w := newWorld(t, simulator.Options{Devices: map[int]string{22: server.Addr, 50022: server.Addr}})
	known := filepath.Join(w.vars["XDG_STATE_HOME"], "napter-connect", "known_hosts")
	if err := os.Remove(known); err != nil {
		t.Fatal(err)
	}
	rules := "sims:\n  - name: gw1\n    port: 50022\n    user: " + server.User + "\n    identity: [" + server.UserKeyFile + "]\n"
	if err := os.WriteFile(filepath.Join(w.vars["XDG_CONFIG_HOME"], "napter-connect", "config.yaml"), []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	config := w.sshConfig()
	if r := w.run(w.openssh(config, server, "gateway-001", "true")); r.status != 255 || !strings.Contains(r.stderr, "Host key verification failed") {
		t.Errorf("an unknown key: status %d: %s", r.status, r.stderr)
	}
	for _, host := range []string{"gateway-001", "gw1"} {
		if r := w.run(w.openssh(config, server, "-o", "StrictHostKeyChecking=accept-new", host, "true")); r.status != 0 {
			t.Errorf("ssh %s: status %d: %s", host, r.status, r.stderr)
		}
		if r := w.run(w.program("ssh", "-F", "none", "-i", server.UserKeyFile, "-l", server.User, host, "true")); r.status != 0 {
			t.Errorf("our ssh %s does not believe OpenSSH's key: status %d: %s", host, r.status, r.stderr)
		}
	}
	gw1, _ := w.SIMByName("gw1")
	data, err := os.ReadFile(known)
	if err != nil || !strings.Contains(string(data), "\n[sim-"+gw1.ID+"]:50022 ") || !strings.HasPrefix(string(data), "sim-"+gateway+" ") {
		t.Errorf("known_hosts, %v: %s", err, data)
	}
	other := sshdtest.Start(t, sshdtest.Options{})
	if err := os.WriteFile(known, []byte("sim-"+gateway+strings.TrimPrefix(firstLine(t, other.KnownHosts), "["+other.Host+"]:"+other.Port)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := w.run(w.openssh(config, server, "-o", "StrictHostKeyChecking=accept-new", "gateway-001", "true")); r.status != 255 || !strings.Contains(r.stderr, "IDENTIFICATION HAS CHANGED") {
		t.Errorf("a changed key: status %d: %s", r.status, r.stderr)
	}
	w.nothingOpen()
}

func firstLine(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return line
}

// A name that was made to run something runs nothing, as an alias or as typed.
func TestRealSSHRunsNothingOfAName(t *testing.T) {
	t.Parallel()
	w, server := withSSHD(t)
	bad := "x; touch pwned; $(touch pwned) `touch pwned`\nHost *\n    ProxyCommand touch pwned\n"
	if err := w.UpdateSIM(gateway, func(s *simulator.SIM) { s.Tags = map[string]string{"name": bad} }); err != nil {
		t.Fatal(err)
	}
	config := w.sshConfig()
	for host, want := range map[string]int{
		gateway: 0, "x-touch-pwned-touch-pwned-touch-pwned-Host-ProxyCommand-touc": 0,
		"x; touch pwned;.napter": 255, "$(touch pwned).napter": 255, "`touch pwned`.napter": 255, "a'; touch pwned; '.napter": 255,
	} {
		cmd := w.openssh(config, server, "--", host, "true")
		r := w.run(cmd)
		if r.status != want {
			t.Errorf("ssh %q: status %d, want %d: %s", host, r.status, want, r.stderr)
		}
		left, err := os.ReadDir(cmd.Dir)
		if err != nil || len(left) > 0 {
			t.Errorf("ssh %q leaves %v, %v", host, left, err)
		}
	}
	w.nothingOpen()
}

// What --write installs works from the user's own file, and ours reads it too.
func TestRealSSHWithTheInstalledBlocks(t *testing.T) {
	t.Parallel()
	w, server := withSSHD(t)
	mine := filepath.Join(w.vars["HOME"], ".ssh", "config")
	if err := os.MkdirAll(filepath.Dir(mine), 0o700); err != nil {
		t.Fatal(err)
	}
	before := "Host gateway-001\n    ServerAliveInterval 7\nHost *\n    User nobody-else\n    IdentitiesOnly yes"
	if err := os.WriteFile(mine, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	// The name of a Host line stays the user's; name.napter is the SIM's.
	if r := w.run(w.program("ssh-config", "--write")); r.status != 0 {
		t.Fatalf("status %d: %s", r.status, r.stderr)
	}
	if r := w.run(w.openssh(mine, server, "gateway-001.napter", "exit 3")); r.status != 3 {
		t.Errorf("ssh: status %d: %s", r.status, r.stderr)
	}
	if r := w.run(w.program("ssh", "-F", mine, "-i", server.UserKeyFile, "-l", server.User, "gateway-001", "exit 4")); r.status != 4 {
		t.Errorf("our ssh: status %d: %s", r.status, r.stderr)
	}
	if r := w.run(w.program("ssh-config", "--remove")); r.status != 0 {
		t.Errorf("status %d: %s", r.status, r.stderr)
	}
	if data, err := os.ReadFile(mine); err != nil || string(data) != before {
		t.Errorf("%q, %v", data, err)
	}
	w.nothingOpen()
}

// A link stays a link in the blocks: what it leads to changes with every update.
func TestTheBlocksNameTheProgramAsItWasCalled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	real, err := exec.LookPath("napter-connect")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "home brew", "bin")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "napter-connect")
	if err := os.Symlink(real, link); err != nil {
		sshdtest.OnlyWindows(t, err)
	}
	// testscript's main hides the path that it was called by, so a process can
	// only show the look-up in PATH.
	want := "ProxyCommand " + strings.ReplaceAll(link, " ", `\ `) + " proxy "
	cmd := w.program("ssh-config")
	cmd.Path, cmd.Args[0], cmd.Env = link, "napter-connect", append(cmd.Env, "PATH="+dir)
	if r := w.run(cmd); !strings.Contains(r.out, want) {
		t.Errorf("no %q: %s", want, r.stderr)
	}
}
