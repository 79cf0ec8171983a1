package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/netfault"
)

// NetworkError says that no whole answer of the API arrived.
type NetworkError struct {
	Operation string
	Host      string // of the endpoint
	Err       error

	unsent  bool          // the request certainly never reached the API
	limit   time.Duration // of the attempt
	stopped bool          // the caller's own context ended it
}

func (c *Client) networkError(ctx context.Context, r request, limit time.Duration, err error, unsent bool) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // the URL around it is noise, and holds the query
	}
	return &NetworkError{
		Operation: r.op, Host: c.host, Err: err,
		unsent: unsent, limit: limit, stopped: ctx.Err() != nil,
	}
}

// Unwrap gives the cause, context.Canceled included.
func (e *NetworkError) Unwrap() error { return e.Err }

// Text is a sentence such as "listSims: no answer from api.soracom.io within 15s".
func (e *NetworkError) Text() message.Text {
	op := operationText(e.Operation)
	switch e.kind() {
	case kindStopped:
		return message.New("%s: stopped while waiting for %s: %s", op, e.Host, safe(e.Err))
	case kindDNS:
		var dns *net.DNSError
		errors.As(e.Err, &dns)
		return message.New("%s: the name %s can't be resolved: %s", op, oneLine(dns.Name), message.Said(oneLine(dns.Err)))
	case kindRefused:
		if e.byProxy() {
			return message.New("%s: the proxy refused the connection", op)
		}
		return message.New("%s: %s refused the connection", op, e.Host)
	case kindTimeout:
		return message.New("%s: no answer from %s within %s", op, e.Host, e.limit)
	case kindTLS:
		return message.New("%s: no secure connection to %s: %s", op, e.Host, certificateFault(e.Err))
	case kindCut:
		return message.New("%s: %s cut the connection before its answer was complete", op, e.Host)
	}
	return message.New("%s: %s: %s", op, e.Host, safe(e.Err))
}

func (e *NetworkError) Error() string { return e.Text().String() }

// byProxy reports that it was not the API which was dialled.
func (e *NetworkError) byProxy() bool {
	var dial *net.OpError
	return errors.As(e.Err, &dial) && dial.Op == "proxyconnect"
}

// Hint is what to do next; it says nothing when the caller stopped it.
func (e *NetworkError) Hint() message.Text {
	switch e.kind() {
	case kindStopped:
		return message.Text{}
	case kindDNS:
		return message.New("check the network connection, the DNS server and the endpoint's name")
	case kindRefused:
		return message.New("nothing listens there: check the endpoint (SORACOM_ENDPOINT) and the proxy variables")
	case kindTLS:
		return message.New(
			"the certificate must be valid for the endpoint: check the clock, the endpoint, and whether a proxy opens TLS",
		)
	case kindCut:
		return message.New("try again; if it happens every time, look at the proxy or firewall in between")
	}
	return message.New("check the network connection, and whether this network needs a proxy (HTTPS_PROXY)")
}

// permanent reports that an immediate retry is useless.
func (e *NetworkError) permanent() bool {
	var dns *net.DNSError
	if errors.As(e.Err, &dns) && dns.IsNotFound {
		return true
	}
	return e.kind() == kindTLS
}

type networkKind int

const (
	kindOther networkKind = iota
	kindStopped
	kindDNS
	kindRefused
	kindTimeout
	kindTLS
	kindCut
)

func (e *NetworkError) kind() networkKind {
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case e.stopped:
		return kindStopped
	case isTLS(e.Err):
		return kindTLS
	case errors.As(e.Err, &dns):
		return kindDNS
	case netfault.Refused(e.Err):
		return kindRefused
	case errors.Is(e.Err, context.DeadlineExceeded), errors.As(e.Err, &timeout) && timeout.Timeout():
		return kindTimeout
	case errors.Is(e.Err, io.EOF), errors.Is(e.Err, io.ErrUnexpectedEOF), netfault.Reset(e.Err):
		return kindCut
	}
	return kindOther
}

func isTLS(err error) bool {
	var (
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	return errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &authority) || errors.As(err, &hostname) || errors.As(err, &invalid)
}
