package launch

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Command is a program that runs in our place while a mapping is open.
type Command struct {
	Args           []string // the program and its arguments
	Env            []string // nil is ours
	Stdin          *os.File
	Stdout, Stderr io.Writer
	// Starting is called before the program gets the terminal; may be nil.
	Starting func()
}

// Find looks for the program, so that no mapping is created needlessly.
func (c *Command) Find() error {
	path, err := exec.LookPath(c.Args[0])
	if err != nil {
		return message.WithHint(message.Errorf("running %q: %w", c.Args[0], errors.Unwrap(err)),
			"check the program's name and PATH")
	}
	c.Args[0] = path
	return nil
}

// Run runs it to its end, and passes on signals, except those that the terminal
// sends to it as well. status is the program's, or 128 and the signal that ended
// it, as in a shell. When ctx has ended before it starts, it does not.
func (c *Command) Run(ctx context.Context, divert func(func(os.Signal)) (undo func())) (status int, err error) {
	// Not with ctx, which would kill it: the signals that end ctx are the program's.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), c.Args[0], c.Args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Env, c.Stdin, c.Stdout, c.Stderr
	signals := make(chan os.Signal, 8)
	undo := divert(func(sig os.Signal) {
		select {
		case signals <- sig:
		default: // a program that takes none needs no more of them
		}
	})
	defer undo()
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if c.Starting != nil {
		c.Starting()
	}
	if err := cmd.Start(); err != nil {
		return 0, message.Errorf("running %s: %w", c.Args[0], err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case sig := <-signals:
			if !fromTerminal(sig) {
				_ = cmd.Process.Signal(sig)
			}
		case err := <-ended:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return 0, message.Errorf("running %s: %w", c.Args[0], err)
			}
			return exitStatus(cmd.ProcessState), nil
		}
	}
}
