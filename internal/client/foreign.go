package client

import (
	"crypto/x509"
	"errors"
	"strings"

	"github.com/napter-connect/napter-connect/internal/message"
)

// foreign is what a library said: one of the known texts, which can then be
// translated, or the words as they are.
func foreign(words string, known []message.Text) message.Text {
	words = oneLine(words)
	for _, t := range known {
		if t.String() == words {
			return t
		}
	}
	return message.Verbatim(words)
}

// decodeFault is what encoding/json, or a type of ours, says of an answer.
func decodeFault(err error) message.Text {
	if cut := message.New("unexpected end of JSON input"); err.Error() == cut.String() {
		return cut
	}
	return safe(err)
}

// lookupFaults are the common ones of net's resolver.
func lookupFaults() []message.Text {
	return []message.Text{
		message.New("no such host"),
		message.New("server misbehaving"),
		message.New("i/o timeout"),
	}
}

// certificateFaults are those of crypto/tls and crypto/x509 that a proxy which
// opens TLS, a wrong endpoint or a wrong clock lead to.
func certificateFaults(err error) []message.Text {
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	causes := []message.Text{message.New("x509: certificate signed by unknown authority")}
	switch {
	case errors.As(err, &hostname):
		if hostname.Certificate != nil && len(hostname.Certificate.DNSNames) == 1 {
			causes = append(causes, message.New(
				"x509: certificate is valid for %s, not %s", oneLine(hostname.Certificate.DNSNames[0]), oneLine(hostname.Host),
			))
		}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		causes = append(causes, expiryFaults(oneLine(invalid.Detail))...)
	}
	known := []message.Text{message.New("http: server gave HTTP response to HTTPS client")}
	for _, cause := range causes {
		known = append(known, cause, message.New("tls: failed to verify certificate: %s", cause))
	}
	return known
}

// expiryFaults are what x509 says of a certificate that is out of its time, with
// the detail that it gives.
func expiryFaults(detail string) []message.Text {
	times := strings.TrimPrefix(detail, "current time ")
	if now, end, ok := strings.Cut(times, " is after "); ok {
		return []message.Text{
			message.New("x509: certificate has expired or is not yet valid: current time %s is after %s", now, end),
		}
	}
	if now, begin, ok := strings.Cut(times, " is before "); ok {
		return []message.Text{
			message.New("x509: certificate has expired or is not yet valid: current time %s is before %s", now, begin),
		}
	}
	return nil
}
