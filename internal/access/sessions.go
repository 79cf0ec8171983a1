package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

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
	open map[sessionKey]session
}

type session struct {
	*client.Session
	account string
}

// SessionInfo is one API session, for people to read.
type SessionInfo struct {
	Account string    `json:"account"` // profile and user, no secret
	Expires time.Time `json:"expires,omitzero"`
}

type sessionKey struct{ account, proxy, noProxy, lang, userAgent string }

// NewSessions returns an empty set. otp asks for an MFA code when a password
// login is refused; nil means that nobody can be asked.
func NewSessions(otp func(context.Context) (string, error)) *Sessions {
	return &Sessions{otp: otp, open: map[sessionKey]session{}}
}

// Session is the session of an account; it logs in at its first call.
func (s *Sessions) Session(a profile.Account, n Network) (*client.Session, error) {
	key := sessionKey{a.Key(), n.HTTPSProxy, n.NoProxy, n.Lang, n.UserAgent}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, ok := s.open[key]; ok {
		return have.Session, nil
	}
	c, err := client.New(client.Options{
		Endpoint: a.Endpoint, Headers: a.Headers, Lang: n.Lang, UserAgent: n.UserAgent,
		Proxy: n.proxy(),
	})
	if err != nil {
		return nil, err
	}
	made := c.Session(func(ctx context.Context) (client.Token, error) { return a.Login(ctx, c, s.otp) })
	s.open[key] = session{made, a.String()}
	return made, nil
}

// List describes the sessions that are logged in.
func (s *Sessions) List() []SessionInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []SessionInfo{}
	for _, one := range s.open {
		if token, ok := one.Held(); ok {
			list = append(list, SessionInfo{Account: one.account, Expires: token.Expires})
		}
	}
	slices.SortFunc(list, func(a, b SessionInfo) int { return strings.Compare(a.Account, b.Account) })
	return list
}

// Close logs out of all sessions at once, within ctx; once per process. A token
// that stays because of an error ends by itself.
func (s *Sessions) Close(ctx context.Context) error {
	s.mu.Lock()
	open := s.open
	s.open = map[sessionKey]session{}
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
