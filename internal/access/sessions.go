package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/sync/errgroup"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// Sessions are the API sessions of one process: one login for each account,
// however many callers. Safe for concurrent use.
type Sessions struct {
	otp func(context.Context) (string, error)

	mu   sync.Mutex
	open map[sessionKey]*client.Session
}

type sessionKey struct{ account, proxy, noProxy, lang, userAgent string }

// NewSessions returns an empty set. otp asks for an MFA code when a password
// login is refused; nil means that nobody can be asked.
func NewSessions(otp func(context.Context) (string, error)) *Sessions {
	return &Sessions{otp: otp, open: map[sessionKey]*client.Session{}}
}

// Session is the session of an account; it logs in at its first call.
func (s *Sessions) Session(a profile.Account, n Network) (*client.Session, error) {
	key := sessionKey{a.Key(), n.HTTPSProxy, n.NoProxy, n.Lang, n.UserAgent}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.open[key]; have != nil {
		return have, nil
	}
	c, err := client.New(client.Options{
		Endpoint: a.Endpoint, Headers: a.Headers, Lang: n.Lang, UserAgent: n.UserAgent,
		Proxy: n.proxy(),
	})
	if err != nil {
		return nil, err
	}
	made := c.Session(func(ctx context.Context) (client.Token, error) { return a.Login(ctx, c, s.otp) })
	s.open[key] = made
	return made, nil
}

// Close logs out of all sessions at once, within ctx; once per process. A token
// that stays because of an error ends by itself.
func (s *Sessions) Close(ctx context.Context) error {
	s.mu.Lock()
	open := s.open
	s.open = map[sessionKey]*client.Session{}
	s.mu.Unlock()
	errs := make(chan error, len(open))
	var g errgroup.Group
	for _, session := range open {
		g.Go(func() error {
			errs <- session.Logout(ctx)
			return nil
		})
	}
	_ = g.Wait()
	close(errs)
	var all []error
	for err := range errs {
		if err != nil {
			all = append(all, fmt.Errorf("logging out: %w", err))
		}
	}
	return errors.Join(all...)
}

// proxy honours the request's proxy variables, not those of this process, which
// may have been started in another environment (the keeper).
func (n Network) proxy() func(*http.Request) (*url.URL, error) {
	proxy := (&httpproxy.Config{HTTPSProxy: n.HTTPSProxy, NoProxy: n.NoProxy}).ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
}
