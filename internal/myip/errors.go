package myip

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"unicode"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/netfault"
)

const sourceHint = "--source CIDR"

// DisagreeError says that the services named different addresses.
type DisagreeError struct{ Answers []Answer }

// Text names the answers.
func (e *DisagreeError) Text() message.Text {
	var said []message.Text
	for _, a := range e.Answers {
		if addr := told(a); addr.IsValid() {
			said = append(said, message.New("%s says %s", a.Service, addr))
		}
	}
	return message.New("the services disagree about the public IPv4 address: %s", message.Join(said, ", "))
}

func (e *DisagreeError) Error() string { return e.Text().String() }

// Hint is the next step.
func (e *DisagreeError) Hint() message.Text {
	return message.New(
		"a VPN or a network with several addresses? Name the range that your connections come from: %s", sourceHint,
	)
}

// RefusedError says that the services named no global address.
type RefusedError struct{ Answers []Answer }

// Text names the answers.
func (e *RefusedError) Text() message.Text {
	return message.New("no public IPv4 address: %s", reasons(e.Answers))
}

func (e *RefusedError) Error() string { return e.Text().String() }

// Hint is the next step.
func (e *RefusedError) Hint() message.Text {
	return behindPortal()
}

// UnreachableError says that fewer than two operators gave an address.
type UnreachableError struct{ Answers []Answer }

// Text names the one answer, if there was one, and why there are no others.
func (e *UnreachableError) Text() message.Text {
	for _, a := range e.Answers {
		if a.Err == nil {
			return message.New("the public IPv4 address is not certain: only %s says %s; %s", a.Service, a.Addr, reasons(e.Answers))
		}
	}
	return message.New("no service returned the public IPv4 address: %s", reasons(e.Answers))
}

func (e *UnreachableError) Error() string { return e.Text().String() }

// Unwrap gives what failed at each service.
func (e *UnreachableError) Unwrap() []error {
	var errs []error
	for _, a := range e.Answers {
		if a.Err != nil {
			errs = append(errs, a.Err)
		}
	}
	return errs
}

// Hint is the next step.
func (e *UnreachableError) Hint() message.Text {
	dns, portal := 0, 0
	for _, a := range e.Answers {
		var status *statusError
		var cert *tls.CertificateVerificationError
		var lookup *net.DNSError
		switch {
		case errors.As(a.Err, &lookup):
			dns++
		case errors.As(a.Err, &cert), errors.As(a.Err, &status), errors.Is(a.Err, errNotAnAddress):
			portal++
		}
	}
	switch {
	case portal > 0:
		return behindPortal()
	case dns > 0 && dns == len(e.Answers):
		return message.New("check the network and its DNS")
	}
	return message.New(
		"check the network and its firewall (the services are asked directly, not through a proxy), or use %s", sourceHint,
	)
}

func behindPortal() message.Text {
	return message.New(
		"something on the way answers in place of the services: log in to the network in a browser first, or use %s", sourceHint,
	)
}

// failure says why answers decide nothing.
func failure(answers []Answer) error {
	addrs := map[netip.Addr]bool{}
	global := false
	for _, a := range answers {
		if addr := told(a); addr.IsValid() {
			addrs[addr] = true
		}
		global = global || a.Err == nil
	}
	switch {
	case len(addrs) > 1 && global:
		return &DisagreeError{answers}
	case len(addrs) > 0 && !global:
		return &RefusedError{answers}
	}
	return &UnreachableError{answers}
}

// told is the address that a service named, also when it was refused.
func told(a Answer) netip.Addr {
	var refused *NotGlobalError
	if errors.As(a.Err, &refused) {
		return refused.Addr
	}
	return a.Addr
}

// reasons lists why answers failed, each reason once, with its services.
func reasons(answers []Answer) message.Text {
	var order []message.Text
	by := map[string][]string{}
	for _, a := range answers {
		if a.Err == nil {
			continue
		}
		r := reason(a.Err)
		if by[r.String()] == nil {
			order = append(order, r)
		}
		by[r.String()] = append(by[r.String()], a.Service.String())
	}
	for i, r := range order {
		order[i] = message.New("%s (%s)", r, strings.Join(by[r.String()], ", "))
	}
	return message.Join(order, "; ")
}

// reason is an error in a few words without the host, so that equal causes
// read equal.
func reason(err error) message.Text {
	var lookup *net.DNSError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &lookup):
		return message.New("name not resolved")
	case errors.As(err, &cert):
		return message.New("certificate not trusted")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return message.New("no answer in time")
	case netfault.Refused(err):
		return message.New("connection refused")
	case netfault.Unreachable(err):
		return message.New("network unreachable")
	}
	// What a service may have put into an error does not reach the terminal.
	return message.Cleaned(err, func(s string) string { return strings.Map(printable, s) })
}

// printable is r, or ? for what a terminal may take for a command.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '?'
}
