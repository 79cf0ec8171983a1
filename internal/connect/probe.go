package connect

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/launch"
)

// Limits of what a probe reads.
const (
	// greetingLimit is how long a device may take to say something first. An SSH
	// server that looks up names can need some seconds.
	greetingLimit = 5 * time.Second
	// longestGreeting is SSH's limit for its line (RFC 4253, section 4.2).
	longestGreeting = 255
)

// Probe is what one connection to a port of a device showed.
type Probe struct {
	Info access.Info
	// Greeting is the first line that the device sent, untrusted, without its
	// end; "" when the device waits for the other side to speak.
	Greeting string
}

// Probe opens access as a session would, makes one connection, waits a moment for
// what the device says first, and gives everything back. Its errors are those of
// a session that could not connect.
func (c *Connector) Probe(ctx context.Context, r access.Request) (Probe, error) {
	rec := access.NewRecorder(c.Progress, c.Now)
	r = c.completed(r)
	held, conn, err := c.dial(ctx, r, rec)
	if err != nil {
		return Probe{}, err
	}
	defer c.giveBack(held) //nolint:contextcheck // with a context of its own
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	began := c.now()
	line, err := readGreeting(conn)
	p := Probe{Info: held.Info(), Greeting: line}
	var timeout net.Error
	if err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		return p, nil
	}
	if errors.Is(err, io.EOF) {
		err = nil // an orderly end
	}
	return Probe{}, c.explain(ctx, r, p.Info, began, &launch.SilentError{Name: p.Info.SIM.Label(), Port: r.Port, Err: err})
}

// readGreeting reads the first line; one that is not ended counts too.
func readGreeting(conn net.Conn) (string, error) {
	_ = conn.SetReadDeadline(time.Now().Add(greetingLimit))
	reader := bufio.NewReaderSize(io.LimitReader(conn, longestGreeting), longestGreeting)
	line, err := reader.ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line != "" {
		return line, nil
	}
	return "", err
}
