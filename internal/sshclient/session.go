package sshclient

import (
	"context"
	"errors"
	"io"
	"os"
)

var errUnbuilt = errors.New("not built yet")

// SessionOptions are one session on a connection.
type SessionOptions struct {
	// Command is what to run; "" is a login shell.
	Command string
	// TTY asks for a pseudo-terminal.
	TTY    bool
	Stdin  *os.File
	Stdout io.Writer
	Stderr io.Writer
	// Env are environment variables to send, NAME=value (LANG, LC_*).
	Env          []string
	Term         string // TERM
	ForwardAgent bool
	// Escapes allows ~. ~? ~~ ~B ~I; Info writes the answer to ~I.
	Escapes bool
	Info    func() string
}

// Run runs one session to its end. With TTY it puts Stdin in raw mode and always
// restores it. status is the remote exit status; a remote signal is a
// *SignalError, a lost connection a *DroppedError.
func (c *Client) Run(ctx context.Context, o SessionOptions) (status int, err error) {
	return 0, errUnbuilt
}

// SignalError says that the remote command died of a signal.
type SignalError struct{ Signal, Message string }

func (e *SignalError) Error() string { return "the remote command was ended by signal " + e.Signal }

// DroppedError says that the connection ended without an exit status.
type DroppedError struct{ Err error }

func (e *DroppedError) Error() string { return "the connection was lost" }
func (e *DroppedError) Unwrap() error { return e.Err }
