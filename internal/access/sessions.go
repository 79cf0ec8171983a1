package access

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/sync/errgroup"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// Sessions are the API sessions of one process: one login for each account,
// however many callers. Safe for concurrent use.
type Sessions struct {
	lender Lender // nil without one

	mu   sync.Mutex
	open map[sessionKey]session
}

type session struct {
	*client.Session
	client *client.Client
	// account is the newest of those that are the same but for the MFA code, ask
	// the newest caller that can be asked for one.
	account *atomic.Pointer[profile.Account]
	ask     *atomic.Pointer[AskCode]
	// borrowed says that the lender revokes the token, not this process.
	borrowed *atomic.Bool
}

// AskCode asks a person for an MFA code; "" says that there is none. A nil AskCode
// means that nobody can be asked.
type AskCode func(context.Context) (string, error)

// Lender lends tokens that the keeper holds and revokes. refused
// is the last one that it gave, when that does not do any more. An error that is
// ErrNoLender means: log in on your own.
type Lender func(ctx context.Context, a profile.Account, n Network, refused client.Token) (client.Token, error)

// ErrNoLender says that there is no lender to borrow a token from.
var ErrNoLender = message.Errorf("no token can be borrowed")

// SessionInfo is one API session, for people to read.
type SessionInfo struct {
	Account string    `json:"account"` // profile and user, no secret
	Expires time.Time `json:"expires,omitzero"`
}

type sessionKey struct{ account, proxy, noProxy, lang, userAgent string }

// NewSessions returns an empty set.
func NewSessions() *Sessions { return &Sessions{open: map[sessionKey]session{}} }

// BorrowSessions returns an empty set that uses a lender's tokens.
func BorrowSessions(lender Lender) *Sessions {
	s := NewSessions()
	s.lender = lender
	return s
}

// Session is the session of an account; it logs in at its first call, and asks for
// an MFA code when a password alone is refused.
func (s *Sessions) Session(a profile.Account, n Network, ask AskCode) (*client.Session, error) {
	key := sessionKey{a.Key(), n.HTTPSProxy, n.NoProxy, n.Lang, n.UserAgent}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, ok := s.open[key]; ok {
		have.seen(a, ask)
		return have.Session, nil
	}
	c, err := client.New(client.Options{
		Endpoint: a.Endpoint, Headers: a.Headers, Lang: n.Lang, UserAgent: n.UserAgent,
		Proxy: n.proxy(),
	})
	if err != nil {
		return nil, err
	}
	one := session{client: c, account: new(atomic.Pointer[profile.Account]), ask: new(atomic.Pointer[AskCode]), borrowed: new(atomic.Bool)}
	one.seen(a, ask)
	one.Session = c.Session(s.login(one, n))
	s.open[key] = one
	return one.Session, nil
}

// seen notes the newest caller.
func (s session) seen(a profile.Account, ask AskCode) {
	s.account.Store(&a)
	if ask != nil || s.ask.Load() == nil {
		s.ask.Store(&ask)
	}
}

// login borrows a token, or logs in. client.Session calls it for one caller at a
// time.
func (s *Sessions) login(one session, n Network) func(context.Context) (client.Token, error) {
	var last client.Token
	return func(ctx context.Context) (client.Token, error) {
		a := *one.account.Load()
		if s.lender != nil {
			t, err := s.lender(ctx, a, n, last)
			if !errors.Is(err, ErrNoLender) {
				one.borrowed.Store(true)
				last = t
				return t, err
			}
		}
		one.borrowed.Store(false)
		return a.Login(ctx, one.client, *one.ask.Load())
	}
}

// List describes the sessions that are logged in.
func (s *Sessions) List() []SessionInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []SessionInfo{}
	for _, one := range s.open {
		if token, ok := one.Held(); ok {
			list = append(list, SessionInfo{Account: one.account.Load().String(), Expires: token.Expires})
		}
	}
	slices.SortFunc(list, func(a, b SessionInfo) int { return strings.Compare(a.Account, b.Account) })
	return list
}

// Close logs out of all sessions at once, within ctx. A token that stays because
// of an error ends by itself. A session that is still in use logs in again at its
// next call; then Close has to be called again.
func (s *Sessions) Close(ctx context.Context) error {
	s.mu.Lock()
	open := maps.Clone(s.open)
	s.mu.Unlock()
	errs := make(chan error, len(open))
	var g errgroup.Group
	for _, session := range open {
		if session.borrowed.Load() {
			continue // its lender does
		}
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
			all = append(all, message.Errorf("logging out: %w", err))
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
