package sshclient

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// RefusedError says that nothing listens at the address.
type RefusedError struct {
	Host, Addr string
	Err        error
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("connecting to %s: %s refused the connection", e.Host, e.Addr)
}
func (e *RefusedError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *RefusedError) Hint() string {
	return "check that an SSH server runs on the device, and its port (-p)"
}

// TimeoutError says that the device did not answer in time. Stage is
// "connecting", "waiting for the SSH banner", "exchanging keys" or
// "authenticating".
type TimeoutError struct {
	Host, Stage string
	After       time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("%s: no answer within %s while %s", e.Host, e.After, e.Stage)
}

// Timeout makes it a timeout in the sense of net.Error.
func (e *TimeoutError) Timeout() bool { return true }

// Hint says what to do.
func (e *TimeoutError) Hint() string {
	if e.Stage == "waiting for the SSH banner" {
		return "something accepts connections but does not speak SSH: check the port (-p), and whether the device is overloaded or has just lost its link"
	}
	return "check that the device is online and its signal; a slow link may need a longer connect timeout (-o ConnectTimeout=60)"
}

// ClosedError says that the connection was closed during Stage, which is
// one of TimeoutError's.
type ClosedError struct {
	Host, Stage string
	Err         error
}

func (e *ClosedError) Error() string {
	return fmt.Sprintf("%s: the connection was closed while %s", e.Host, e.Stage)
}
func (e *ClosedError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *ClosedError) Hint() string {
	switch e.Stage {
	case "waiting for the SSH banner":
		return "check that an SSH server runs on that port of the device (-p); a server that is overloaded or has banned this address closes like this too"
	case "authenticating":
		return "the device may allow fewer attempts: name one key with -i KEY -o IdentitiesOnly=yes"
	}
	return "the link may have dropped: try again"
}

// NotSSHError says that what answered does not speak SSH. Got is the first line
// that it sent, safe to print.
type NotSSHError struct{ Host, Got string }

func (e *NotSSHError) Error() string {
	return fmt.Sprintf("%s does not speak SSH on this port: it sent \"%s\"", e.Host, e.Got)
}

// Hint says what to do.
func (e *NotSSHError) Hint() string {
	if strings.HasPrefix(e.Got, "HTTP/") {
		return "this is a web server: open it with napter-connect open, or name the SSH port with -p"
	}
	return "name the port of the device's SSH server with -p"
}

// handshakeError is any other failure, with the device's words made safe.
type handshakeError struct {
	stage string
	err   error
}

func (e *handshakeError) Error() string {
	text := strings.TrimPrefix(e.err.Error(), "ssh: handshake failed: ")
	return e.stage + ": " + cleanLine(strings.TrimPrefix(text, "ssh: "))
}
func (e *handshakeError) Unwrap() error { return e.err }

// isTooManyFailures knows OpenSSH's disconnect message (auth.c,
// auth_maxtries_exceeded); the library does not export the type.
func isTooManyFailures(err error) bool {
	return strings.Contains(err.Error(), "Too many authentication failures")
}

// firstLine is the first line of what a stranger sent, safe and short.
func firstLine(b []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimLeft(b, "\r\n"), []byte("\n"))
	s := []rune(cleanLine(string(line)))
	if len(s) > 80 {
		s = append(s[:80], '…')
	}
	return string(s)
}
