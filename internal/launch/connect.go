package launch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/netfault"
)

// connectLimit is how long one connection may take to come about: shorter than
// the 15 s that VS Code gives its ssh, so that it still gets to see the reason.
const connectLimit = 10 * time.Second

// Conn is a stream to a port of a device that can be half-closed.
type Conn interface {
	net.Conn
	CloseWrite() error
}

// MappingDialer makes connections through an open mapping.
type MappingDialer struct {
	Info access.Info
	// TLS speaks TLS with Soracom, which must prove to be the mapping's host. The
	// mapping must have been made with TLS.
	TLS bool
	// Roots are the authorities to believe; nil is the system's.
	Roots *x509.CertPool
	// Dialer replaces the network; nil is a *net.Dialer.
	Dialer Dialer
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Connect opens one connection, for which the device need not have answered yet:
// Napter accepts before it asks the device. Its errors are *DialError and
// *CertificateError, or the cause of ctx.
func (d MappingDialer) Connect(ctx context.Context) (Conn, error) {
	limited, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	conn, err := d.dial(limited)
	if err != nil {
		return nil, d.failed(ctx, err)
	}
	plain, ok := conn.(Conn)
	if !ok {
		_ = conn.Close()
		return nil, message.Errorf("the network gave a connection that cannot be half-closed")
	}
	if !d.TLS {
		return plain, nil
	}
	secure := tls.Client(plain, &tls.Config{
		ServerName: d.Info.Mapping.Hostname, RootCAs: d.Roots, MinVersion: tls.VersionTLS12,
	})
	if err := secure.HandshakeContext(limited); err != nil {
		_ = plain.Close()
		return nil, d.failed(ctx, err)
	}
	return secure, nil
}

// dial goes to the address that the API gave; its host name is for the
// certificate.
func (d MappingDialer) dial(ctx context.Context) (net.Conn, error) {
	var dialer Dialer = &net.Dialer{}
	if d.Dialer != nil {
		dialer = d.Dialer
	}
	m := d.Info.Mapping
	if fresh(m, d.Now) {
		return dial(ctx, dialer, "tcp4", m.Addr.String())
	}
	return dialer.DialContext(ctx, "tcp4", m.Addr.String())
}

func (d MappingDialer) failed(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return &CertificateError{Hostname: d.Info.Mapping.Hostname, Err: err}
	}
	return &DialError{Name: d.Info.SIM.Label(), Addr: d.Info.Mapping.Addr.String(), Err: err}
}

// DialError says that no connection came about. Name is untrusted text.
type DialError struct {
	Name, Addr string
	Err        error
}

// Text tells a refusal and silence from other failures.
func (e *DialError) Text() message.Text {
	var timeout net.Error
	switch {
	case netfault.Refused(e.Err):
		return message.New("connecting to %s: %s refused the connection", e.Name, e.Addr)
	case errors.Is(e.Err, context.DeadlineExceeded), errors.As(e.Err, &timeout) && timeout.Timeout():
		return message.New("connecting to %s: %s did not answer within %ds", e.Name, e.Addr, int(connectLimit.Seconds()))
	}
	return message.New("connecting to %s: %s cannot be reached: %v", e.Name, e.Addr, e.Err)
}

func (e *DialError) Error() string { return e.Text().String() }
func (e *DialError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *DialError) Hint() message.Text {
	return message.New("check that this network allows outgoing connections to any port, and that the device is online: napter-connect sims")
}

// SilentError says that a connection ended before the device sent anything.
type SilentError struct {
	Name string
	Port int
	Err  error // nil for an orderly end
}

// Text says what was seen, not why: that is not known here.
func (e *SilentError) Text() message.Text {
	return message.New("%s: the connection to port %d was closed before the device sent anything", e.Name, e.Port)
}

func (e *SilentError) Error() string { return e.Text().String() }
func (e *SilentError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *SilentError) Hint() message.Text {
	return message.New("check that the service runs on the device, its port and the device's firewall")
}

// CertificateError says that what answered is not who it should be.
type CertificateError struct {
	Hostname string
	Err      error
}

// Text has the verifier's reason.
func (e *CertificateError) Text() message.Text {
	return message.New("the TLS certificate is not one for %s: %v", e.Hostname, e.Err)
}

func (e *CertificateError) Error() string { return e.Text().String() }
func (e *CertificateError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *CertificateError) Hint() message.Text {
	return message.New("something between here and Soracom answers in its place: try another network")
}
