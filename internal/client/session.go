package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

// loginLimit bounds a login that runs on its own; a person may have to type an
// MFA code in it.
const loginLimit = 2 * time.Minute

// Session is the API as one user sees it; safe for concurrent use.
type Session struct {
	client *Client
	login  func(context.Context) (Token, error)

	mu      sync.Mutex
	token   Token
	renewAt time.Time // zero: never
	flight  *flight   // the login that is under way, or nil
}

// flight is one login, for which any number of callers wait.
type flight struct {
	done  chan struct{}
	token Token
	err   error
}

// Session returns the API as one user sees it. login is called at the first
// call, once however many goroutines wait, and once more when a call answers
// 401 or the token is about to expire. The context of login outlives a single
// caller's, since others may wait for the same login; it ends after 2 minutes.
func (c *Client) Session(login func(context.Context) (Token, error)) *Session {
	return &Session{client: c, login: login}
}

// Token logs in if that has not happened yet, and returns the current token.
func (s *Session) Token(ctx context.Context) (Token, error) { return s.tokenBut(ctx, Token{}) }

// tokenBut returns a token that is not the rejected one.
func (s *Session) tokenBut(ctx context.Context, rejected Token) (Token, error) {
	s.mu.Lock()
	current := s.token
	if current.APIKey == "" || sameToken(current, rejected) {
		current = Token{}
	}
	if current.APIKey != "" && (s.renewAt.IsZero() || time.Now().Before(s.renewAt)) {
		s.mu.Unlock()
		return current, nil
	}
	f := s.flight
	if f == nil {
		if ctx.Err() != nil {
			s.mu.Unlock()
			return Token{}, context.Cause(ctx)
		}
		f = s.startLogin(ctx)
	}
	s.mu.Unlock()
	if err := f.wait(ctx); err != nil {
		// A renewal that failed is no harm while the old token lasts.
		if current.APIKey != "" && time.Now().Before(current.Expires) && ctx.Err() == nil {
			return current, nil
		}
		return Token{}, err
	}
	return f.token, nil
}

// startLogin needs the lock held.
func (s *Session) startLogin(ctx context.Context) *flight {
	f := &flight{done: make(chan struct{})}
	s.flight = f
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loginLimit)
	go func() {
		defer cancel()
		f.token, f.err = s.login(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		defer close(f.done)
		s.flight = nil
		if f.err == nil {
			s.token, s.renewAt = f.token, renewal(f.token, time.Now())
		}
	}()
	return f
}

func (f *flight) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// renewal is when a token that was issued now should be replaced: a minute
// before its end, or a tenth of its life.
func renewal(t Token, now time.Time) time.Time {
	if t.Expires.IsZero() {
		return time.Time{}
	}
	return t.Expires.Add(-min(time.Minute, t.Expires.Sub(now)/10))
}

func sameToken(a, b Token) bool { return a.APIKey == b.APIKey && a.Token == b.Token }

// Logout revokes the token, if there is one; it waits for a login that is under
// way. A later call logs in again.
func (s *Session) Logout(ctx context.Context) error {
	s.mu.Lock()
	f := s.flight
	s.mu.Unlock()
	if f != nil {
		_ = f.wait(ctx) // a login that failed left nothing to revoke
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	s.mu.Lock()
	t := s.token
	s.token, s.renewAt = Token{}, time.Time{}
	s.mu.Unlock()
	if t.APIKey == "" {
		return nil
	}
	return s.client.Logout(ctx, t)
}

// replace makes next the token if the current one is still old.
func (s *Session) replace(old, next Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sameToken(s.token, old) {
		s.token, s.renewAt = next, renewal(next, time.Now())
	}
}

// do calls r as the session's user. An answer that rejects the token has done
// nothing, so that any request may be repeated after another login, once.
func (s *Session) do(ctx context.Context, r request) (*response, error) {
	_, res, err := s.doAs(ctx, func(Token) (request, error) { return r, nil })
	return res, err
}

// doAs is do for a request that depends on the token, which it also returns.
func (s *Session) doAs(ctx context.Context, build func(Token) (request, error)) (Token, *response, error) {
	t, err := s.Token(ctx)
	if err != nil {
		return Token{}, nil, err
	}
	res, err := s.callAs(ctx, t, build)
	var answer *Error
	if !errors.As(err, &answer) || !answer.InvalidToken() {
		return t, res, err
	}
	if t, err = s.tokenBut(ctx, t); err != nil {
		return Token{}, nil, err
	}
	res, err = s.callAs(ctx, t, build)
	return t, res, err
}

func (s *Session) callAs(ctx context.Context, t Token, build func(Token) (request, error)) (*response, error) {
	r, err := build(t)
	if err != nil {
		return nil, err
	}
	return s.client.call(ctx, t, r)
}

// get calls r and decodes the answer into a T.
func get[T any](ctx context.Context, s *Session, r request) (T, error) {
	var v T
	res, err := s.do(ctx, r)
	if err != nil {
		return v, err
	}
	return v, res.decode(&v)
}

// Held is the token that the session holds now, without logging in.
func (s *Session) Held() (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, s.token.APIKey != ""
}

// Refuse says that the API refused a token: the next call logs in again, if the
// session still holds that one.
func (s *Session) Refuse(t Token) { s.replace(t, Token{}) }
