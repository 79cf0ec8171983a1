//go:build linux

package waystest_test

import (
	"crypto"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// regressCase is a case of OpenSSH's own regress tests, for ssh and for ours. In its
// texts {free} is a free port, {hello} the port of a server that says hello, {dir} a
// folder and {name} what the device is called.
type regressCase struct {
	name    string
	flags   []string
	config  string // lines of ssh_config, before those that every case has
	noKey   bool   // the user's key is not among those
	server  string // of regressWorld
	command string
	after   []string // of what follows the device's name
	stdin   string
	times   int // one after another; 0 is one
	env     []string
	out     string
	err     string // has to be in stderr
	status  int
	fails   bool // with a status of ssh's own, and nothing on stdout
}

// regressWorld has what the cases need: servers as ports of a device, and keys.
type regressWorld struct {
	*world
	name    string
	servers map[string]*sshdtest.Server
	known   string
	hello   string
	userKey crypto.Signer // may log in everywhere
	agent   string        // the socket of one that has it
}

// devicePort is where a server is found on the device.
func devicePort(server string) int {
	return map[string]int{"": 22, "cert": 2201, "unknown": 2202, "rekey": 2203, "banner": 2204, "changed": 2205, "revoked": 2206}[server]
}

func newRegressWorld(t *testing.T) *regressWorld {
	t.Helper()
	sshdtest.Tool(t, "ssh")
	dir, userKey := t.TempDir(), sshdtest.NewKey(t, "ed25519")
	ca, hostCA := sshdtest.NewKey(t, "ed25519"), newSigner(t, sshdtest.NewKey(t, "ed25519"))
	banner := filepath.Join(dir, "banner")
	writeFiles(t, map[string]string{
		banner: "no trespassing\n", filepath.Join(dir, "ca.pub"): authorizedKey(newSigner(t, ca)),
	})
	users := []ssh.PublicKey{newSigner(t, userKey).PublicKey()}
	w := &regressWorld{userKey: userKey, servers: map[string]*sshdtest.Server{
		"": sshdtest.Start(t, sshdtest.Options{
			AuthorizedKeys: users,
			Config:         []string{"TrustedUserCAKeys " + filepath.Join(dir, "ca.pub"), "MaxSessions 100", "Subsystem hello /bin/echo hello"},
		}),
		"rekey":   sshdtest.Start(t, sshdtest.Options{AuthorizedKeys: users, Config: []string{"RekeyLimit 256K"}}),
		"banner":  sshdtest.Start(t, sshdtest.Options{AuthorizedKeys: users, Config: []string{"Banner " + banner}}),
		"unknown": sshdtest.Start(t, sshdtest.Options{}),
		"changed": sshdtest.Start(t, sshdtest.Options{}),
		"revoked": sshdtest.Start(t, sshdtest.Options{}),
	}}
	w.agent = sshdtest.Agent(t, userKey)
	hostKey := sshdtest.NewKey(t, "ecdsa")
	sshdtest.WriteKey(t, filepath.Join(dir, "host"), hostKey)
	w.servers["cert"] = sshdtest.Start(t, sshdtest.Options{
		AuthorizedKeys: users,
		Config:         []string{"HostKey " + filepath.Join(dir, "host"), "HostCertificate " + filepath.Join(dir, "host-cert.pub")},
	})
	devices := map[int]string{}
	for name, server := range w.servers {
		devices[devicePort(name)] = server.Addr
	}
	w.world, w.name = newWorld(t, simulator.Options{Devices: devices}), "gateway-001"
	w.hello = helloServer(t)
	sim, _ := w.sim.SIMByName(w.name)
	cert := certificate(t, hostCA, newSigner(t, hostKey), ssh.HostCert, "127.0.0.1", "sim-"+sim.ID)
	writeFiles(t, map[string]string{filepath.Join(dir, "host-cert.pub"): authorizedKey(cert)}) // read at each connection
	w.trust(sim.ID, hostCA)
	w.userKeys(t, newSigner(t, ca))
	return w
}

// trust writes the host keys that the user knows, by OpenSSH's name of a server and by
// ours.
func (w *regressWorld) trust(simID string, ca ssh.Signer) {
	known := ""
	for name, server := range w.servers {
		names, key := fmt.Sprintf("[%s]:%s,[sim-%s]:%d", server.Host, server.Port, simID, devicePort(name)), server.HostKeys[0]
		if name == "" {
			names = fmt.Sprintf("[%s]:%s,sim-%s", server.Host, server.Port, simID)
		}
		switch name {
		case "unknown":
			continue
		case "cert":
			names, key = "@cert-authority "+names, ca.PublicKey()
		case "revoked":
			names = "@revoked " + names
		case "changed":
			key = ca.PublicKey()
		}
		known += names + " " + string(ssh.MarshalAuthorizedKey(key))
	}
	w.known = w.Write("napter-connect/known_hosts", []byte(known))
}

// userKeys writes the users' keys that the cases name.
func (w *regressWorld) userKeys(t *testing.T, ca ssh.Signer) {
	t.Helper()
	user := w.servers[""].User
	for _, c := range []struct{ file, principal string }{{"certified", user}, {"another", "somebody-else"}} {
		key := sshdtest.NewKey(t, "ed25519")
		sshdtest.WriteKey(t, filepath.Join(w.Dir, c.file), key)
		cert := certificate(t, ca, newSigner(t, key), ssh.UserCert, c.principal)
		w.Write(c.file+"-cert.pub", []byte(authorizedKey(cert)))
		if c.file == "certified" { // by another name its certificate is not found
			sshdtest.WriteKey(t, filepath.Join(w.Dir, "renamed"), key)
		}
	}
	sshdtest.WriteKey(t, filepath.Join(w.Dir, "stranger"), sshdtest.NewKey(t, "ed25519"))
	for _, name := range []string{"plain", "key-" + w.name + "-" + user + "-%"} {
		sshdtest.WriteKey(t, filepath.Join(w.Dir, name), w.userKey)
	}
	w.Write("included", []byte("SetEnv LC_A=included\n"))
}

func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	for path, text := range files {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func newSigner(t *testing.T, key any) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// publicKeyer is a signer or a certificate's holder.
type publicKeyer interface{ PublicKey() ssh.PublicKey }

func authorizedKey(k publicKeyer) string { return string(ssh.MarshalAuthorizedKey(k.PublicKey())) }

func certificate(t *testing.T, ca, key ssh.Signer, typ uint32, names ...string) ssh.Signer {
	t.Helper()
	cert := &ssh.Certificate{Key: key.PublicKey(), CertType: typ, ValidPrincipals: names, ValidBefore: ssh.CertTimeInfinity}
	if typ == ssh.UserCert {
		cert.Extensions = map[string]string{"permit-pty": "", "permit-port-forwarding": ""}
	}
	if err := cert.SignCert(rand.Reader, ca); err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewCertSigner(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// helloServer says hello to each who connects, and hangs up.
func helloServer(t *testing.T) (port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("hello\n"))
			_ = c.Close()
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port
}

// commands are the case for OpenSSH's ssh, straight to the server, and for ours, by
// the program's name.
func (w *regressWorld) commands(t *testing.T, c regressCase) map[string]*exec.Cmd {
	t.Helper()
	server, all := w.servers[c.server], map[string]*exec.Cmd{}
	for _, name := range []string{"ssh", "napter-connect"} {
		in := strings.NewReplacer("{free}", fmt.Sprint(freePort(t)), "{hello}", w.hello, "{dir}", w.Dir, "{name}", w.name, "{agent}", w.agent, "{user}", server.User)
		config := c.config + "\nHost *\n  User " + server.User + "\n  IdentitiesOnly yes\n  BatchMode yes\n"
		if !c.noKey {
			config += "  IdentityFile " + server.UserKeyFile + "\n"
		}
		file := filepath.Join(t.TempDir(), "config")
		writeFiles(t, map[string]string{file: in.Replace(config)})
		args := []string{"-F", file, "-o", "StrictHostKeyChecking=yes", "-p", fmt.Sprint(devicePort(c.server))}
		if name == "ssh" {
			args = []string{"-F", file, "-o", "StrictHostKeyChecking=yes", "-o", "HostName=" + server.Host, "-p", server.Port,
				"-o", "UserKnownHostsFile=" + w.known, "-o", "GlobalKnownHostsFile=none"}
		} else {
			args = append([]string{"ssh"}, args...)
		}
		for _, flag := range c.flags {
			args = append(args, in.Replace(flag))
		}
		args = append(args, w.name)
		for _, arg := range c.after {
			args = append(args, in.Replace(arg))
		}
		if c.command != "" {
			args = append(args, in.Replace(c.command))
		}
		cmd := w.command(name, args...)
		for _, v := range c.env {
			cmd.Env = append(cmd.Env, in.Replace(v))
		}
		if c.stdin != "" {
			cmd.Stdin = strings.NewReader(c.stdin)
		}
		all[name] = cmd
	}
	return all
}

// What OpenSSH's regress tests try comes out of our ssh as it does of OpenSSH's.
func TestRegressAsOpenSSH(t *testing.T) {
	w := newRegressWorld(t)
	t.Run("cases", func(t *testing.T) {
		for _, c := range regressCases() {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.out = strings.NewReplacer("{name}", w.name, "{user}", w.servers[""].User).Replace(c.out)
				for range max(c.times, 1) {
					for name, cmd := range w.commands(t, c) {
						c.compare(t, name, w.finish(cmd))
					}
				}
			})
		}
	})
	w.clean()
	w.stopKeeper()
}

func (c *regressCase) compare(t *testing.T, name string, got result) {
	t.Helper()
	if got.out != c.out || !strings.Contains(got.err, c.err) || got.status != c.status && !c.fails {
		t.Errorf("%s: status %d, not %d; stdout (%d bytes):\n%.300s\nstderr:\n%s", name, got.status, c.status, len(got.out), got.out, got.err)
	}
	if c.fails && (got.status == 0 || got.err == "") {
		t.Errorf("%s: no failure: %+v", name, got)
	}
}
