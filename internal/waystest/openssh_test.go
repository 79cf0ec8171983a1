//go:build linux

package waystest_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// randomFile has n bytes that do not compress.
func (w *world) randomFile(name string, n int64) (path string, sum [32]byte) {
	w.t.Helper()
	path = filepath.Join(w.Dir, name)
	f, err := os.Create(path)
	if err != nil {
		w.t.Fatal(err)
	}
	hash := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(f, hash), rand.NewChaCha8([32]byte{1}), n); err != nil {
		w.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		w.t.Fatal(err)
	}
	return path, [32]byte(hash.Sum(nil))
}

func (w *world) sum(path string) [32]byte {
	w.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	return sha256.Sum256(b)
}

// OpenSSH ends its ProxyCommand by HUP and does not wait for it.
func TestSSHEndsDeleteTwentyTimes(t *testing.T) {
	for _, c := range []struct{ name, variable string }{{"keeper", "A=a"}, {"no keeper", "NAPTER_CONNECT_NO_KEEPER=1"}} {
		t.Run(c.name, func(t *testing.T) {
			w := newSimulatedSSHWorld(t)
			w.Env = append(w.Env, c.variable)
			for i := range 20 {
				if got := w.works("ssh", w.ssh("gateway-001", "echo", fmt.Sprint(i))...); got != fmt.Sprintln(i) {
					t.Fatalf("run %d gave %q", i, got)
				}
				w.clean()
			}
			if n := w.sim.Count("deletePortMapping"); n != 20 {
				t.Errorf("%d deletions for 20 sessions", n)
			}
			w.stopKeeper()
		})
	}
}

func TestSSHStatusAndStreams(t *testing.T) {
	w, _ := newSSHWorld(t)
	r := w.run("ssh", w.ssh("gateway-001", "echo out; echo err >&2; exit 7")...)
	if r.status != 7 || r.out != "out\n" || r.err != "err\n" {
		t.Errorf("%+v", r)
	}
	w.clean()
	gateway, _ := w.sim.SIMByName("gateway-001")
	for _, target := range []string{gateway.ID, "sim-" + gateway.ID, "GATEWAY-001.napter", "440103710000000"} {
		w.works("ssh", w.ssh(target, "true")...)
	}
	w.clean()
	w.stopKeeper()
}

// A tunnel that cannot come about says why in one line and a hint.
func TestSSHFailsWithOneClearLine(t *testing.T) {
	w, _ := newSSHWorld(t)
	for _, c := range []struct{ target, cause, hint string }{
		{"no-such-sim", `no SIM is named "no-such-sim"`, "napter-connect sims"},
		{"dup-sensor", `2 SIMs are named "dup-sensor"`, "SIM ID"},
		{"pump-07", "is offline since", "power"},
	} {
		r := w.run("ssh", w.ssh(c.target, "true")...)
		lines := strings.Split(strings.TrimSpace(r.err), "\n")
		if r.status != 255 || r.out != "" || len(lines) < 2 || len(lines) > 3 ||
			!strings.HasPrefix(lines[0], "napter-connect: ") || !strings.Contains(lines[0], c.cause) ||
			!strings.HasPrefix(lines[1], "hint: ") || !strings.Contains(lines[1], c.hint) {
			t.Errorf("%s: status %d, stdout %q, stderr:\n%s", c.target, r.status, r.out, r.err)
		}
	}
	r := w.run("ssh", w.ssh("-p", "2222", "gateway-001", "true")...)
	if r.status != 255 || !strings.Contains(r.err, "napter-connect: Napter accepted the connection, but the device did not accept it on port 2222\nhint: ") {
		t.Errorf("a closed port: status %d, stderr:\n%s", r.status, r.err)
	}
	w.clean()
	w.stopKeeper()
}

func TestSCPAndSFTP(t *testing.T) {
	w, _ := newSSHWorld(t)
	path, sum := w.randomFile("big", 20<<20)
	for _, mode := range []string{"-s", "-O"} { // by SFTP, and by the old protocol
		there, back := filepath.Join(w.Dir, "there"+mode), filepath.Join(w.Dir, "back"+mode)
		w.works("scp", w.ssh("-q", mode, path, "gateway-001:"+there)...)
		w.works("scp", w.ssh("-q", mode, "gateway-001:"+there, back)...)
		if w.sum(there) != sum || w.sum(back) != sum {
			t.Errorf("scp %s: the copies differ", mode)
		}
		w.clean()
	}
	batch := w.Write("batch", []byte("put "+path+" "+filepath.Join(w.Dir, "put")+"\nget "+filepath.Join(w.Dir, "put")+" "+filepath.Join(w.Dir, "got")+"\n"))
	w.works("sftp", w.ssh("-q", "-b", batch, "gateway-001")...)
	if w.sum(filepath.Join(w.Dir, "got")) != sum {
		t.Error("sftp: the copies differ")
	}
	w.clean()
	w.stopKeeper()
}

func TestRsyncBothWays(t *testing.T) {
	w, _ := newSSHWorld(t)
	tree := filepath.Join(w.Dir, "tree")
	if err := os.MkdirAll(filepath.Join(tree, "sub"), 0o750); err != nil {
		t.Fatal(err)
	}
	_, _ = w.randomFile("tree/a", 3<<20)
	_, sum := w.randomFile("tree/sub/b", 1<<20)
	if err := os.Symlink("a", filepath.Join(tree, "link")); err != nil {
		t.Fatal(err)
	}
	shell := "ssh " + strings.Join(w.ssh(), " ")
	there, back := filepath.Join(w.Dir, "there"), filepath.Join(w.Dir, "back")
	w.works("rsync", "-a", "-e", shell, tree+"/", "gateway-001:"+there)
	w.clean()
	w.works("rsync", "-a", "-e", shell, "gateway-001:"+there+"/", back)
	w.clean()
	if w.sum(filepath.Join(back, "sub", "b")) != sum || w.sum(filepath.Join(back, "link")) != w.sum(filepath.Join(tree, "a")) {
		t.Error("the copies differ")
	}
	w.stopKeeper()
}

func TestGitClone(t *testing.T) {
	w, _ := newSSHWorld(t)
	w.Env = append(w.Env, "GIT_SSH_COMMAND=ssh "+strings.Join(w.ssh(), " "), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	origin, clone := filepath.Join(w.Dir, "origin"), filepath.Join(w.Dir, "clone")
	w.works("git", "init", "-q", "-b", "main", origin)
	_, sum := w.randomFile("origin/data", 2<<20)
	w.works("git", "-C", origin, "add", "data")
	w.works("git", "-C", origin, "commit", "-q", "-m", "data")
	w.works("git", "clone", "-q", "gateway-001:"+origin, clone)
	if w.sum(filepath.Join(clone, "data")) != sum {
		t.Error("the clone differs")
	}
	w.clean()
	w.stopKeeper()
}

// The master lives on after its ssh has ended, and the tunnel with it.
func TestControlMaster(t *testing.T) {
	w, _ := newSSHWorld(t)
	control := w.ssh("-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-S", filepath.Join(w.Dir, "master"))
	w.works("ssh", append(control, "gateway-001", "true")...)
	for range 3 {
		if got := w.works("ssh", append(control, "gateway-001", "echo again")...); got != "again\n" {
			t.Errorf("got %q", got)
		}
	}
	if open, created := len(w.sim.Mappings()), w.sim.Count("createPortMappingForSim"); open != 1 || created != 1 {
		t.Errorf("%d mappings are open and %d were made for one master", open, created)
	}
	if r := w.run("ssh", append(control, "-O", "check", "gateway-001")...); r.status != 0 {
		t.Errorf("-O check: %+v", r)
	}
	if r := w.run("ssh", append(control, "-O", "exit", "gateway-001")...); r.status != 0 {
		t.Errorf("-O exit: %+v", r)
	}
	w.clean()

	control = w.ssh("-o", "ControlMaster=auto", "-o", "ControlPersist=1", "-S", filepath.Join(w.Dir, "short"))
	w.works("ssh", append(control, "gateway-001", "true")...)
	w.clean()
	w.stopKeeper()
}

func TestJumpThroughADevice(t *testing.T) {
	w, server := newSSHWorld(t)
	all, err := os.ReadFile(filepath.Join(w.Dir, "ssh_config"))
	if err != nil {
		t.Fatal(err)
	}
	// OpenSSH refuses -J for a host that has a ProxyCommand.
	w.Write("ssh_config", []byte(strings.Replace(string(all), "  ProxyCommand", "Host gateway-*\n  ProxyCommand", 1)+
		"Host *\n"+strings.SplitN(string(all), "\n", 3)[2]))
	if got := w.works("ssh", w.ssh("-J", "gateway-001", "-p", server.Port, server.Host, "echo behind")...); got != "behind\n" {
		t.Errorf("got %q", got)
	}
	if n := w.sim.Count("createPortMappingForSim"); n != 1 {
		t.Errorf("%d mappings were made", n)
	}
	w.clean()
	w.stopKeeper()
}

func TestFiveAtOnceShareOneMapping(t *testing.T) {
	w, _ := newSSHWorld(t)
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			cmd := w.command("ssh", w.ssh("gateway-001", "cat")...)
			var out bytes.Buffer
			text := strings.Repeat(fmt.Sprint(i), 100_000)
			cmd.Stdin, cmd.Stdout = strings.NewReader(text), &out
			if r := w.finish(cmd); r.status != 0 || r.err != "" || out.String() != text {
				t.Errorf("number %d: status %d, %d bytes, stderr %s", i, r.status, out.Len(), r.err)
			}
		})
	}
	wg.Wait()
	w.clean()
	if n := w.sim.Count("auth"); n != 1 {
		t.Errorf("%d logins", n)
	}
	w.stopKeeper()
}

func TestKilledSSHLeavesNothing(t *testing.T) {
	w, _ := newSSHWorld(t)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGKILL, syscall.SIGINT} {
		for _, phase := range []string{"start", "open", "up"} {
			cmd := w.command("ssh", w.ssh("gateway-001", "echo up; sleep 600")...)
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			created := w.sim.Count("createPortMappingForSim")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			switch phase {
			case "start":
				w.until("the proxy", func() error { return found(w.Processes("proxy\x00gateway-001")) })
			case "open":
				w.until("the mapping", func() error { return more(w.sim.Count("createPortMappingForSim"), created) })
			case "up":
				if _, err := io.ReadFull(stdout, make([]byte, 3)); err != nil {
					t.Errorf("%v in %s: %v", sig, phase, err)
				}
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Error(err)
			}
			_ = cmd.Wait()
			w.clean()
			if t.Failed() {
				t.Fatalf("ssh was ended by %v in phase %s", sig, phase)
			}
		}
	}
	w.stopKeeper()
}

func found(pids []int) error {
	if len(pids) == 0 {
		return fmt.Errorf("there is none")
	}
	return nil
}

func more(n, than int) error {
	if n <= than {
		return fmt.Errorf("still %d", n)
	}
	return nil
}
