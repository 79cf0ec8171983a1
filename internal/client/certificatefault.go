package client

import (
	"crypto/x509"
	"errors"
	"strings"

	"github.com/napter-connect/napter-connect/internal/message"
)

// certificateFault is what crypto/tls and crypto/x509 say of a proxy that opens TLS,
// a wrong endpoint or a wrong clock. Their texts with arguments count only when they
// are theirs, to the letter.
func certificateFault(err error) message.Text {
	words := oneLine(err.Error())
	cause, verified := strings.CutPrefix(words, "tls: failed to verify certificate: ")
	text := message.Said(cause)
	for _, known := range certificateCauses(err) {
		if known.String() == cause {
			text = known
		}
	}
	if !verified {
		return text
	}
	return message.New("tls: failed to verify certificate: %s", text)
}

func certificateCauses(err error) []message.Text {
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &hostname):
		if hostname.Certificate != nil && len(hostname.Certificate.DNSNames) == 1 {
			return []message.Text{message.New(
				"x509: certificate is valid for %s, not %s", oneLine(hostname.Certificate.DNSNames[0]), oneLine(hostname.Host),
			)}
		}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return expiryFaults(oneLine(invalid.Detail))
	}
	return nil
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
