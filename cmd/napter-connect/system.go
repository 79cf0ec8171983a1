package main

import (
	"crypto/x509"
	"io"
	"os"
	"time"

	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/environ"
)

// system is what a command needs of the world around it. The demo and the tests
// give it another one.
type system struct {
	in       *os.File
	out, err io.Writer
	getenv   func(string) string
	environ  func() []string
	now      func() time.Time
	arg0     string // the program as it was called
	// demo is set inside `napter-connect demo`: nothing of the user's is read.
	demo bool
	// roots are the authorities to believe where TLS ends at Soracom; nil is the
	// system's.
	roots *x509.CertPool
}

func osSystem() system {
	return system{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		getenv: os.Getenv, environ: os.Environ, now: time.Now, arg0: os.Args[0],
	}
}

// with returns the system with further environment variables set, for this
// program only.
func (s system) with(vars map[string]string) system {
	s.getenv, s.environ = environ.With(s.getenv, s.environ, vars)
	return s
}

func isTerminal(f any) bool { return console.IsTerminal(f) }
