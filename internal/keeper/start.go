package keeper

import (
	"bufio"
	"context"
	"errors"
	"net"
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

// start makes sure that a keeper runs, and connects to it. A lock makes the
// start single: contenders wait for it, and then find the keeper there.
func (k *Keeper) start(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, message.Errorf("its start took too long"))
	defer cancel()
	if err := config.MakeDir(filepath.Dir(k.Location.Socket)); err != nil {
		return nil, err
	}
	lock := flock.New(k.Location.Socket+".start", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return nil, message.Errorf("waiting for another start: %w", err)
	}
	defer func() { _ = lock.Unlock() }()
	for {
		if conn, err := k.Location.dial(ctx); err == nil {
			return conn, nil
		}
		k.debugf("starting a keeper")
		err := k.Command.run(ctx)
		if err == nil {
			return k.Location.dial(ctx)
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
		return message.Errorf("starting the keeper: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return message.Errorf("starting the keeper: %w", err)
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
		return message.Errorf("starting the keeper: it ended at once; see keeper.log in the state folder")
	case <-ctx.Done():
		return message.Errorf("starting the keeper: %w", context.Cause(ctx))
	}
}
