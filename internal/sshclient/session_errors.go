package sshclient

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/safetext"
)

// ErrEscaped is returned by a session that the person ended with "~.".
var ErrEscaped = errors.New("the session was ended by an escape (~.)")

// SignalError says that the remote command died of a signal. Signal is its name
// without SIG, such as TERM (RFC 4254, section 6.10); Message is the device's own
// text, made printable, often empty.
type SignalError struct{ Signal, Message string }

func (e *SignalError) Error() string {
	if e.Message != "" {
		return fmt.Sprintf("the remote command was ended by signal %s (%s)", e.Signal, e.Message)
	}
	return "the remote command was ended by signal " + e.Signal
}

// DroppedError says that the session ended without an exit status, nearly always
// because the connection was lost.
type DroppedError struct{ Err error }

// errNoStatus is the cause when the connection is in order. Some network
// equipment ends its shells so.
var errNoStatus = errors.New("the device ended the session without an exit status")

func (e *DroppedError) Error() string {
	switch {
	case e.Err == nil:
		return "the connection was lost"
	case errors.Is(e.Err, errNoStatus):
		return e.Err.Error()
	}
	return "the connection was lost: " + safetext.Line(e.Err.Error())
}

func (e *DroppedError) Unwrap() error { return e.Err }

// Hint is the next step.
func (e *DroppedError) Hint() string {
	if errors.Is(e.Err, errNoStatus) {
		return ""
	}
	return "the device may have lost its network or power, or the port mapping has expired; connect again"
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
