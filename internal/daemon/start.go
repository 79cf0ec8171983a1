package daemon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/wait"
)

// Command is how to start the background process. Neither Args nor Env may hold
// a secret: other users can read them.
type Command struct {
	Path string
	Args []string
	Env  []string
}

// Self is how to start this program with arguments.
func Self(getenv func(string) string, args ...string) (*Command, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, message.Errorf("finding this program: %w", err)
	}
	return &Command{Path: self, Args: args, Env: environment(getenv)}, nil
}

// environment holds what the Go runtime and the certificate store need. All else comes with the requests: the process serves commands of
// different environments, and its own may be read by others.
func environment(getenv func(string) string) []string {
	list := []string{} // not nil, which would mean all
	for _, name := range []string{
		"SSL_CERT_FILE", "SSL_CERT_DIR", "TZ", "TMPDIR", "SystemRoot", "SystemDrive", "GOCOVERDIR", "GORACE",
	} {
		if v := getenv(name); v != "" {
			list = append(list, name+"="+v)
		}
	}
	return list
}

const (
	// startLimit is how long a start may take.
	startLimit = 10 * time.Second
	// lockRetry is how often a contender checks whether another process's start is
	// done. Locks of other processes cannot be waited for in any other way.
	lockRetry = 10 * time.Millisecond
	// readyLine is what the new process prints on stdout once it listens; then it
	// closes stdout.
	readyLine = "ready"
	// takenLine is what it prints when another one has the socket.
	takenLine = "taken"
)

var (
	// ErrRunning says that another process has the socket.
	ErrRunning = message.Errorf("another process has the socket")
	// ErrEnded says that the process ended before it was ready.
	ErrEnded = message.Errorf("it ended at once")
)

// Ready tells the command that started this process that it listens.
func Ready(stdout io.WriteCloser) {
	_, _ = fmt.Fprintln(stdout, readyLine)
	_ = stdout.Close()
}

// Taken tells it that another process has the socket.
func Taken(stdout io.Writer) { _, _ = fmt.Fprintln(stdout, takenLine) }

// Connect makes sure that a process serves the socket, and connects to it. A lock
// makes the start single: contenders wait for it, and then find the process there.
func Connect(ctx context.Context, socket, lock string, c *Command) (net.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, message.Errorf("its start took too long"))
	defer cancel()
	if err := config.MakeDir(filepath.Dir(socket)); err != nil {
		return nil, err
	}
	single := flock.New(lock, flock.SetPermissions(0o600))
	if _, err := single.TryLockContext(ctx, lockRetry); err != nil {
		return nil, message.Errorf("waiting for another start: %w", err)
	}
	defer func() { _ = single.Unlock() }()
	for {
		if conn, err := Dial(ctx, socket); err == nil {
			return conn, nil
		}
		err := c.run(ctx)
		if err == nil {
			return Dial(ctx, socket)
		}
		// One that a command started, which died then, is about to listen; or one
		// that is about to end has the socket for a moment.
		if !errors.Is(err, ErrRunning) || wait.For(ctx, lockRetry) != nil {
			return nil, err
		}
	}
}

// run starts the process and waits until it is ready. The process outlives this
// one: it has its own session and nothing of our terminal.
func (c *Command) run(ctx context.Context) error {
	cmd := exec.Command(c.Path, c.Args...) //nolint:noctx // it must not end with ctx
	cmd.Env = c.Env
	cmd.Dir = rootDir()
	detach(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		lines <- strings.TrimSpace(line)
		_ = out.Close()
		_ = cmd.Wait() // no zombie while we live
	}()
	select {
	case line := <-lines:
		switch line {
		case readyLine:
			return nil
		case takenLine:
			return ErrRunning
		}
		return ErrEnded
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
