package sshclient

import (
	"errors"
	"os"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// ErrEscaped is returned by a session that the person ended with "~.".
var ErrEscaped = message.Errorf("the session was ended by an escape (~.)")

// SignalError says that the remote command died of a signal. Signal is its name
// without SIG, such as TERM (RFC 4254, section 6.10); Message is the device's own
// text, made printable, often empty.
type SignalError struct{ Signal, Message string }

func (e *SignalError) Text() message.Text {
	if e.Message != "" {
		return message.New("the remote command was ended by signal %s (%s)", e.Signal, e.Message)
	}
	return message.New("the remote command was ended by signal %s", e.Signal)
}

func (e *SignalError) Error() string { return e.Text().String() }

// DroppedError says that the session ended without an exit status, nearly always
// because the connection was lost.
type DroppedError struct{ Err error }

// errNoStatus is the cause when the connection is in order. Some network
// equipment ends its shells so.
var errNoStatus = message.Errorf("the device ended the session without an exit status")

func (e *DroppedError) Text() message.Text {
	switch {
	case e.Err == nil:
		return message.New("the connection was lost")
	case errors.Is(e.Err, errNoStatus):
		return message.Of(e.Err)
	}
	cause := e.Err
	if call, ok := errors.AsType[*os.SyscallError](cause); ok {
		cause = call.Err // the addresses around it are noise
	}
	return message.New("the connection was lost: %s", cleanWords(cause))
}

func (e *DroppedError) Error() string { return e.Text().String() }

func (e *DroppedError) Unwrap() error { return e.Err }

// Hint is the next step.
func (e *DroppedError) Hint() message.Text {
	if errors.Is(e.Err, errNoStatus) {
		return message.Text{}
	}
	return message.New("the device may have lost its network or power, or the port mapping has expired; connect again")
}

// exit turns the library's report of a session's end into Run's.
func (c *Client) exit(err error) (int, error) {
	if err == nil {
		return 0, nil
	}
	var exit *ssh.ExitError
	if errors.As(err, &exit) {
		if exit.Signal() != "" {
			return failed, &SignalError{Signal: safetext.Line(exit.Signal()), Message: safetext.Line(exit.Msg())}
		}
		return exit.ExitStatus(), nil
	}
	var missing *ssh.ExitMissingError
	if errors.As(err, &missing) {
		err = &DroppedError{Err: errNoStatus}
	}
	return failed, c.explain(err)
}

// failed is the status that goes with an error, as in OpenSSH.
const failed = 255
