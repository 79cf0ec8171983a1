package myip

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	defaultTimeout = 5 * time.Second
	// staleAfter is how long an answer over a warm connection may take before a
	// new connection is tried beside it: a network that went away while the
	// machine slept leaves connections that are silent, not closed.
	staleAfter = time.Second
)

// Answer is what one service said.
type Answer struct {
	Service Service
	Addr    netip.Addr // invalid when Err is set
	Err     error
	Elapsed time.Duration
}

// Result is an address that two operators agreed on.
type Result struct {
	Addr netip.Addr
	// Answers are those that had arrived when the address was decided.
	Answers []Answer
}

// Options are what a Finder needs; the zero value is ready for use.
type Options struct {
	// Services are whom to ask; none means the built-in ones.
	Services []Service
	// Timeout bounds one Find; 0 is 5 s.
	Timeout time.Duration
	// TLS replaces the system's trust, for tests.
	TLS *tls.Config
}

// Finder asks the services. Its connections stay warm between calls. It is safe
// for concurrent use.
type Finder struct {
	services []Service
	timeout  time.Duration
	stale    time.Duration
	tls      *tls.Config
	// documentation: the simulator's addresses are good enough.
	documentation bool
	// route is the local address towards a remote one; tests replace it.
	route func(ctx context.Context, remote netip.AddrPort) (netip.Addr, error)

	mu sync.Mutex
	// client is replaced by Reset.
	client *http.Client
	// paths is the newest connection to each host:port.
	paths map[string]path
}

// path is where a connection goes, and the local address that it goes from.
type path struct {
	remote netip.AddrPort
	local  netip.Addr
}

// NewFinder returns a finder for services; none means the built-in list.
func NewFinder(services ...Service) (*Finder, error) {
	return New(Options{Services: services})
}

// New returns a finder. It makes no connection.
func New(o Options) (*Finder, error) {
	if len(o.Services) == 0 {
		o.Services = BuiltIn()
	}
	if err := checkServices(o.Services); err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	f := &Finder{
		services:      o.Services,
		timeout:       o.Timeout,
		stale:         staleAfter,
		tls:           o.TLS,
		documentation: allLoopback(o.Services),
		route:         routeTo,
	}
	f.Reset()
	return f, nil
}

// Find asks all services at once and returns at the second equal answer from
// different operators; the others are cancelled. Its errors are *DisagreeError,
// *RefusedError and *UnreachableError (also when the time ran out), and
// context.Canceled.
//
// Warm connections are dropped first when the local address towards their
// service has changed, so that the answer comes by the path that a new
// connection takes.
func (f *Finder) Find(ctx context.Context) (Result, error) {
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	f.dropMoved(limited)
	var answers []Answer
	for answer := range f.askAll(limited) {
		answers = append(answers, answer)
		if agreed(answers) {
			return Result{Addr: answer.Addr, Answers: answers}, nil
		}
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return Result{}, err
	}
	return Result{}, failure(answers)
}

// Warm opens connections to the services, so that Find costs one round trip.
// net/http opens none without a request, so it asks and drops the answers. It
// fails when fewer than two services can be reached.
func (f *Finder) Warm(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	f.dropMoved(limited)
	var answers []Answer
	reached := 0
	for answer := range f.askAll(limited) {
		answers = append(answers, answer)
		if answer.Err == nil {
			reached++
		}
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return err
	}
	if reached < 2 {
		return failure(answers)
	}
	return nil
}

// agreed reports whether the newest answer repeats another operator's.
func agreed(answers []Answer) bool {
	newest := answers[len(answers)-1]
	if newest.Err != nil {
		return false
	}
	for _, a := range answers[:len(answers)-1] {
		if a.Err == nil && a.Addr == newest.Addr && a.Service.Operator != newest.Service.Operator {
			return true
		}
	}
	return false
}

// askAll yields every service's answer as it arrives.
func (f *Finder) askAll(ctx context.Context) func(yield func(Answer) bool) {
	return func(yield func(Answer) bool) {
		client := f.current()
		answers := make(chan Answer, len(f.services))
		for _, s := range f.services {
			go func() {
				start := time.Now()
				addr, err := f.ask(ctx, client, s)
				answers <- Answer{Service: s, Addr: addr, Err: err, Elapsed: time.Since(start)}
			}()
		}
		for range f.services {
			if !yield(<-answers) {
				return
			}
		}
	}
}
