// Package sshdtest runs the real OpenSSH for tests: a server with keys of its own
// and an agent. Tests that use it are skipped where OpenSSH is not installed,
// unless NAPTER_CONNECT_REQUIRE_TOOLS=1, which makes its absence a failure.
package sshdtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// Options describe a server. The zero value has one ed25519 host key and lets the
// user of the test in with Server.UserKey.
type Options struct {
	// HostKeyTypes are ed25519, ecdsa and rsa, in the order that the server
	// prefers; none is ed25519.
	HostKeyTypes []string
	// AuthorizedKeys may log in beside Server.UserKey.
	AuthorizedKeys []ssh.PublicKey
	// Password makes a user of the system with a password, removed when the test
	// ends, and lets it in by password and keyboard-interactive (PAM). This
	// changes /etc/passwd, so it needs root and NAPTER_CONNECT_REQUIRE_TOOLS=1;
	// the test is skipped otherwise.
	Password bool
	// Config are lines of sshd_config that go before, and so outrank, ours.
	Config []string
}

// Server is a running sshd.
type Server struct {
	Addr        string // 127.0.0.1:port
	Host, Port  string // the parts of Addr
	HostKeys    []ssh.PublicKey
	User        string
	Password    string     // with Options.Password
	UserKey     ssh.Signer // may log in as User
	UserKeyFile string     // UserKey's private key, unencrypted, mode 0600
	KnownHosts  string     // a known_hosts file with HostKeys for Addr

	program, dir, log string
	listener          net.Listener
	running           sync.WaitGroup
	mu                sync.Mutex
	procs             map[*os.Process]bool
	closed            bool
}

// Start runs an sshd on a free port of loopback until the test ends. When the test
// failed, the server's log is shown.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("sshd is run with sockets as its standard streams, which Windows lacks")
	}
	s := &Server{program: Tool(t, "sshd"), procs: map[*os.Process]bool{}}
	s.dir = tempDir(t)
	s.log = filepath.Join(s.dir, "log")
	s.makeUser(t, o)
	s.writeConfig(t, o)
	s.check(t)
	s.listen(t)
	s.writeKnownHosts(t)
	return s
}

// tempDir is a folder that other users may enter, as sshd reads authorized keys as
// the user who logs in; t.TempDir's parent is closed to them.
func tempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sshdtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (s *Server) makeUser(t testing.TB, o Options) {
	t.Helper()
	if o.Password {
		s.User, s.Password = passwordUser(t)
	} else {
		u, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		s.User = u.Username
	}
	key := NewKey(t, "ed25519")
	s.UserKey = signer(t, key)
	s.UserKeyFile = filepath.Join(s.dir, "user_key")
	WriteKey(t, s.UserKeyFile, key)
}

func (s *Server) writeConfig(t testing.TB, o Options) {
	t.Helper()
	lines := append([]string(nil), o.Config...)
	types := o.HostKeyTypes
	if len(types) == 0 {
		types = []string{"ed25519"}
	}
	for _, typ := range types {
		key := NewKey(t, typ)
		file := filepath.Join(s.dir, "host_"+typ)
		WriteKey(t, file, key)
		s.HostKeys = append(s.HostKeys, signer(t, key).PublicKey())
		lines = append(lines, "HostKey "+file)
	}
	authorized := ssh.MarshalAuthorizedKey(s.UserKey.PublicKey())
	for _, k := range o.AuthorizedKeys {
		authorized = append(authorized, ssh.MarshalAuthorizedKey(k)...)
	}
	yesNo := map[bool]string{true: "yes", false: "no"}[o.Password]
	lines = append(lines,
		"AuthorizedKeysFile "+s.write(t, "authorized_keys", string(authorized), 0o644),
		"StrictModes no", // the temporary folder is in one that all may write to
		"UsePAM "+yesNo, "PasswordAuthentication "+yesNo, "KbdInteractiveAuthentication "+yesNo,
		"PermitRootLogin yes", "AllowUsers "+s.User,
		"PermitUserRC no", "PrintMotd no", "PrintLastLog no", "UseDNS no", "PidFile none",
		"LogLevel VERBOSE", "AcceptEnv LANG LC_*",
	)
	s.write(t, "sshd_config", strings.Join(lines, "\n")+"\n", 0o644)
}

func (s *Server) write(t testing.TB, name, text string, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(s.dir, name)
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return file
}

var missingDir = regexp.MustCompile(`Missing privilege separation directory: (\S+)`)

// check tries the configuration. Root makes the empty folder that sshd confines
// itself to, where it is missing because no boot script made it.
func (s *Server) check(t testing.TB) {
	t.Helper()
	for range 2 {
		out, err := exec.CommandContext(t.Context(), s.program, "-t", "-f", filepath.Join(s.dir, "sshd_config")).CombinedOutput()
		if err == nil {
			return
		}
		m := missingDir.FindSubmatch(out)
		if m == nil || os.Geteuid() != 0 {
			t.Fatalf("sshd -t: %v\n%s", err, out)
		}
		if err := os.MkdirAll(string(m[1]), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("sshd does not accept its privilege separation directory")
}

// listen accepts connections itself and gives each to an sshd of its own (-i), so
// that there is no port to guess, nothing to wait for, and no server that could
// outlive a test that is killed: it ends with the connection.
func (s *Server) listen(t testing.TB) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener, s.Addr = l, l.Addr().String()
	s.Host, s.Port, _ = net.SplitHostPort(s.Addr)
	ctx := context.WithoutCancel(t.Context()) // stop ends them, after the test's own cleanup
	s.running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.serve(ctx, c.(*net.TCPConn))
		}
	})
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			t.Logf("sshd's log:\n%s", s.Log())
		}
	})
}

func (s *Server) serve(ctx context.Context, c *net.TCPConn) {
	defer func() { _ = c.Close() }()
	f, err := c.File()
	if err != nil {
		s.logf("%v", err)
		return
	}
	defer func() { _ = f.Close() }()
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer func() { _ = log.Close() }()
	cmd := exec.CommandContext(ctx, s.program, "-i", "-e", "-f", filepath.Join(s.dir, "sshd_config"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = f, f, log
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if err := cmd.Start(); err != nil {
		s.logf("starting sshd: %v", err)
		return
	}
	s.procs[cmd.Process] = true
	s.running.Go(func() {
		_ = cmd.Wait() // its status says nothing that the log does not
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.procs, cmd.Process)
	})
}

func (s *Server) logf(format string, args ...any) {
	f, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	_, _ = fmt.Fprintf(f, format+"\n", args...)
	_ = f.Close()
}

// stop ends the listener and every connection.
func (s *Server) stop() {
	_ = s.listener.Close()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.Disconnect()
	s.running.Wait()
}

// Disconnect ends every connection from the server's side, without a farewell.
func (s *Server) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.procs {
		_ = p.Signal(os.Interrupt)
	}
}

// Log is what sshd has logged so far.
func (s *Server) Log() string {
	text, err := os.ReadFile(s.log)
	if err != nil && !os.IsNotExist(err) {
		return err.Error()
	}
	return string(text)
}

// WaitLog waits until sshd has logged text.
func (s *Server) WaitLog(t testing.TB, text string) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !strings.Contains(s.Log(), text) {
		if time.Now().After(deadline) {
			t.Fatalf("sshd did not log %q", text)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (s *Server) writeKnownHosts(t testing.TB) {
	t.Helper()
	var b bytes.Buffer
	for _, k := range s.HostKeys {
		fmt.Fprintf(&b, "[%s]:%s %s", s.Host, s.Port, ssh.MarshalAuthorizedKey(k))
	}
	s.KnownHosts = s.write(t, "known_hosts", b.String(), 0o600)
}
