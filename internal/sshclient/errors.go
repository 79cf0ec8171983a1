package sshclient

import (
	"errors"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// RefusedError says that nothing listens at the address.
type RefusedError struct {
	Host, Addr string
	Err        error
}

func (e *RefusedError) Text() message.Text {
	return message.New("connecting to %s: %s refused the connection", e.Host, e.Addr)
}

func (e *RefusedError) Error() string { return e.Text().String() }

func (e *RefusedError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *RefusedError) Hint() message.Text {
	return message.New("check that an SSH server runs on the device, and its port (-p)")
}

// during says a stage of TimeoutError.
func during(stage string) message.Text {
	switch stage {
	case "connecting":
		return message.New("connecting")
	case "waiting for the SSH banner":
		return message.New("waiting for the SSH banner")
	case "exchanging keys":
		return message.New("exchanging keys")
	case "authenticating":
		return message.New("authenticating")
	case "opening a session":
		return message.New("opening a session")
	case "starting the session":
		return message.New("starting the session")
	}
	return message.Verbatim(stage)
}

// TimeoutError says that the device did not answer in time. Stage is
// "connecting", "waiting for the SSH banner", "exchanging keys",
// "authenticating", "opening a session" or "starting the session".
type TimeoutError struct {
	Host, Stage string
	After       time.Duration
}

func (e *TimeoutError) Text() message.Text {
	return message.New("%s: no answer within %s while %s", e.Host, e.After, during(e.Stage))
}

func (e *TimeoutError) Error() string { return e.Text().String() }

// Timeout makes it a timeout in the sense of net.Error.
func (e *TimeoutError) Timeout() bool { return true }

// Hint says what to do.
func (e *TimeoutError) Hint() message.Text {
	switch e.Stage {
	case "waiting for the SSH banner":
		return message.New("something accepts connections but does not speak SSH: " +
			"check the port (-p), and whether the device is overloaded or has just lost its link")
	case "authenticating":
		return message.New("the SSH server answers, but its login hangs: it may be short of memory, " +
			"or wait for a name server or a user directory (UseDNS, PAM)")
	case "opening a session", "starting the session":
		return message.New("the login succeeded, but what should start does not: " +
			"the device may be short of memory or processes; -o ConnectTimeout=60 waits longer")
	}
	return message.New("check that the device is online and its signal; " +
		"a slow link may need a longer connect timeout (-o ConnectTimeout=60)")
}

// ClosedError says that the connection was closed during Stage, which is
// one of TimeoutError's.
type ClosedError struct {
	Host, Stage string
	Err         error
}

func (e *ClosedError) Text() message.Text {
	return message.New("%s: the connection was closed while %s", e.Host, during(e.Stage))
}

func (e *ClosedError) Error() string { return e.Text().String() }

func (e *ClosedError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *ClosedError) Hint() message.Text {
	switch e.Stage {
	case "waiting for the SSH banner":
		return message.New("check that an SSH server runs on that port of the device (-p); " +
			"a server that is overloaded or has banned this address closes like this too")
	case "authenticating":
		return message.New("the device may allow fewer attempts: name one key with -i KEY -o IdentitiesOnly=yes")
	}
	return message.New("the link may have dropped: try again")
}

// BusyError says that the SSH server turns connections away for now. Got is the
// line that it sent, safe to print.
type BusyError struct{ Host, Got string }

func (e *BusyError) Text() message.Text {
	return message.New("%s: the SSH server accepts no connection for now: it sent \"%s\"", e.Host, e.Got)
}

func (e *BusyError) Error() string { return e.Text().String() }

// Hint says what to do.
func (e *BusyError) Hint() message.Text {
	return message.New("too many logins are under way (MaxStartups), or this address failed too often: wait a minute and try again")
}

// busy knows what OpenSSH's sshd sends in place of its banner (drop_connection in
// sshd.c).
func busy(line string) bool {
	return line == "Exceeded MaxStartups" || line == "Not allowed at this time"
}

// OldProtocolError says that the device speaks SSH 1 alone. Got is its banner, safe to print.
type OldProtocolError struct{ Host, Got string }

func (e *OldProtocolError) Text() message.Text {
	return message.New("%s speaks only SSH protocol 1 (\"%s\"), which neither this program nor OpenSSH supports", e.Host, e.Got)
}

func (e *OldProtocolError) Error() string { return e.Text().String() }

// Hint says what to do.
func (e *OldProtocolError) Hint() message.Text {
	return message.New("update the device's SSH server, or forward its port and use a client that has SSH 1, " +
		"such as PuTTY: napter-connect forward")
}

// NotSSHError says that what answered does not speak SSH. Got is the first line
// that it sent, safe to print.
type NotSSHError struct{ Host, Got string }

func (e *NotSSHError) Text() message.Text {
	return message.New("%s does not speak SSH on this port: it sent \"%s\"", e.Host, e.Got)
}

func (e *NotSSHError) Error() string { return e.Text().String() }

// Hint says what to do.
func (e *NotSSHError) Hint() message.Text {
	if strings.HasPrefix(e.Got, "HTTP/") {
		return message.New("this is a web server: open it with napter-connect open, or name the SSH port with -p")
	}
	return message.New("name the port of the device's SSH server with -p")
}

// handshakeError is any other failure, with the device's words made safe.
type handshakeError struct {
	stage string
	err   error
}

func (e *handshakeError) Text() message.Text {
	words := strings.TrimPrefix(e.err.Error(), "ssh: handshake failed: ")
	words = safetext.Trim(strings.TrimPrefix(words, "ssh: "))
	// One of our own comes back from the library with nothing but its prefix.
	var ours interface{ Text() message.Text }
	if errors.As(e.err, &ours) && ours.Text().String() == words {
		return message.New("%s: %s", during(e.stage), ours.Text())
	}
	return message.New("%s: %s", during(e.stage), words)
}

func (e *handshakeError) Error() string { return e.Text().String() }

func (e *handshakeError) Unwrap() error { return e.err }

// isTooManyFailures knows OpenSSH's disconnect message (auth.c,
// auth_maxtries_exceeded); the library does not export the type.
func isTooManyFailures(err error) bool {
	return strings.Contains(err.Error(), "Too many authentication failures")
}
