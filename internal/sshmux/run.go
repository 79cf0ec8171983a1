package sshmux

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net"
	"path/filepath"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/message"
)

const (
	// joinLimit is how long a process without a command waits for one.
	joinLimit = 3 * time.Second
	// helloLimit is how long a new connection may take to say what it wants.
	helloLimit = 5 * time.Second
	// drainLimit is how long what a command has sent may take to the device when the
	// command has ended.
	drainLimit = 5 * time.Second
	// sayLimit is how long a command may take to hear that the connection has ended.
	sayLimit = 2 * time.Second
)

// RunOptions say how to be a process.
type RunOptions struct {
	Socket string
	// Patient dials a mapping that may still refuse connections.
	Patient func(ctx context.Context, network, addr string) (net.Conn, error)
	// Ready is told once the process listens, and closed.
	Ready io.WriteCloser
}

// Run is the background process: it returns when its connection has ended, or has had
// no command for long enough, or ctx has ended.
func Run(ctx context.Context, o RunOptions) error {
	daemon.CloseInherited()
	listener, err := daemon.Bind(o.Socket, func(error) {})
	if err != nil {
		return err
	}
	sweep(ctx, o.Socket)
	s, err := newServer(o.Patient)
	if err != nil {
		return err
	}
	daemon.Ready(o.Ready)
	return s.serve(ctx, listener)
}

// sweep removes the sockets of processes that were killed. Nobody is between taking a
// name and listening: whoever started this process has the lock.
func sweep(ctx context.Context, own string) {
	names, _ := filepath.Glob(filepath.Join(filepath.Dir(own), socketPrefix+"*"+socketSuffix))
	for _, name := range names {
		if name != own {
			removeDead(ctx, name)
		}
	}
}

func newServer(patient func(context.Context, string, string) (net.Conn, error)) (*server, error) {
	// The command asks for no proof; SSH wants a key all the same.
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, message.Errorf("making a key: %w", err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, message.Errorf("making a key: %w", err)
	}
	s := &server{
		patient: patient, turn: make(chan struct{}, 1), users: map[*user]struct{}{}, asking: make(chan struct{}),
		ssh: &ssh.ServerConfig{Config: localAlgorithms(), NoClientAuth: true},
	}
	s.ssh.AddHostKey(signer)
	return s, nil
}
