package sshdtest

import (
	"crypto"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/ssh/agent"
)

// Agent runs an ssh-agent that holds the private keys, until the test ends, and
// returns the path of its socket (the value of SSH_AUTH_SOCK).
func Agent(t testing.TB, keys ...crypto.Signer) (socket string) {
	t.Helper()
	program := Tool(t, "ssh-agent")
	// Not t.TempDir: a socket's path may have about 100 characters only.
	dir, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket = filepath.Join(dir, "s")
	// -D stays in the foreground, so that it can be killed and waited for.
	cmd := exec.CommandContext(t.Context(), program, "-D", "-a", socket)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // the test's context has killed it by then
	conn := dialAgent(t, socket)
	defer func() { _ = conn.Close() }()
	client := agent.NewClient(conn)
	for _, key := range keys {
		if err := client.Add(agent.AddedKey{PrivateKey: key, Comment: "test"}); err != nil {
			t.Fatalf("adding a key to ssh-agent: %v", err)
		}
	}
	return socket
}

// dialAgent connects as soon as the agent listens.
func dialAgent(t testing.TB, socket string) net.Conn {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		conn, err := new(net.Dialer).DialContext(t.Context(), "unix", socket)
		if err == nil {
			return conn
		}
		if time.Now().After(deadline) {
			t.Fatalf("ssh-agent does not listen: %v", err)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
