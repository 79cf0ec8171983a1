package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Limits of a token's life: 172800 s is the definition's; 180 s is that of the
// guide to API keys and tokens; switchUser has 180 to 3600 s.
const (
	minTokenLife      = 180 * time.Second
	maxTokenLife      = 172800 * time.Second
	maxSwitchUserLife = 3600 * time.Second
	defaultTokenLife  = 86400 * time.Second
)

// Auth is POST /auth. timeout is the token's life, 180 s to 48 h; 0 leaves it to
// the API (24 h).
func (c *Client) Auth(ctx context.Context, cred Credentials, timeout time.Duration) (Token, error) {
	if err := cred.check(); err != nil {
		return Token{}, err
	}
	seconds, err := tokenSeconds(timeout, maxTokenLife)
	if err != nil {
		return Token{}, err
	}
	body := struct {
		Credentials
		TokenTimeoutSeconds int64 `json:"tokenTimeoutSeconds,omitempty"`
	}{cred, seconds}
	return c.issue(ctx, Token{}, lifeOr(timeout, defaultTokenLife), request{
		op: opAuth, method: http.MethodPost, path: "/auth", body: body, policy: authentication,
		secrets: []string{cred.AuthKey, cred.Password, cred.MFAOTPCode},
	})
}

// SwitchUser is POST /auth/switch_user: from the source user's token to another
// user. timeout is 180 s to 1 h; 0 leaves it to the API (1 h).
func (c *Client) SwitchUser(ctx context.Context, from Token, operatorID, userName string, timeout time.Duration) (Token, error) {
	seconds, err := tokenSeconds(timeout, maxSwitchUserLife)
	if err != nil {
		return Token{}, err
	}
	if operatorID == "" || userName == "" {
		return Token{}, message.Errorf("switching the user needs an operator ID and a user name")
	}
	body := struct {
		OperatorID          string `json:"operatorId"`
		UserName            string `json:"userName"`
		TokenTimeoutSeconds int64  `json:"tokenTimeoutSeconds,omitempty"`
	}{operatorID, userName, seconds}
	return c.issue(ctx, from, lifeOr(timeout, maxSwitchUserLife), request{
		op: opSwitchUser, method: http.MethodPost, path: "/auth/switch_user", body: body, policy: authentication,
	})
}

// issue calls an operation that answers with a new key and token.
func (c *Client) issue(ctx context.Context, from Token, life time.Duration, r request) (Token, error) {
	res, err := c.call(ctx, from, r)
	if err != nil {
		return Token{}, err
	}
	expires := expiry(life)
	var t Token
	if err := res.decode(&t); err != nil {
		return Token{}, err
	}
	if t.APIKey == "" || t.Token == "" {
		return Token{}, res.unreadable(message.New("it holds no API key and token"))
	}
	t.Expires = expires
	return t, nil
}

// Logout is POST /auth/logout for one token. A token that is no longer valid is
// not an error.
func (c *Client) Logout(ctx context.Context, t Token) error {
	_, err := c.call(ctx, t, request{
		// It may be repeated: a token does not come back to life. One that stays
		// ends by itself.
		op: opLogout, method: http.MethodPost, path: "/auth/logout", policy: courtesy,
	})
	var answer *Error
	if errors.As(err, &answer) && answer.InvalidToken() {
		return nil
	}
	return err
}

// Warm opens a connection to the endpoint, so that the first call does not wait
// for it. Whatever the server answers is enough.
func (c *Client) Warm(ctx context.Context) error {
	_, err := c.call(ctx, Token{}, request{op: opConnect, method: http.MethodHead, policy: once})
	var answer *Error
	if errors.As(err, &answer) {
		return nil
	}
	return err
}

// GenerateAuthToken is POST /operators/{operator_id}/token: a new token for the
// same API key, which the session then uses. timeout is 180 s to 48 h; 0 is 24 h.
func (s *Session) GenerateAuthToken(ctx context.Context, timeout time.Duration) (Token, error) {
	timeout = lifeOr(timeout, defaultTokenLife)
	seconds, err := tokenSeconds(timeout, maxTokenLife)
	if err != nil {
		return Token{}, err
	}
	body := struct {
		TokenTimeoutSeconds int64 `json:"tokenTimeoutSeconds"`
	}{seconds}
	old, res, err := s.doAs(ctx, func(t Token) (request, error) {
		path, err := segments("operators", t.OperatorID, "token")
		return request{
			op: opGenerateAuthToken, method: http.MethodPost, path: path, body: body, policy: authentication,
		}, err
	})
	if err != nil {
		return Token{}, err
	}
	next := old
	next.Expires = expiry(timeout)
	var answer struct {
		Token string `json:"token"`
	}
	if err := res.decode(&answer); err != nil {
		return Token{}, err
	}
	if answer.Token == "" {
		return Token{}, res.unreadable(message.New("it holds no token"))
	}
	next.Token = answer.Token
	s.replace(old, next)
	return next, nil
}

// RevokeUserAuthTokens ends all tokens of a SAM user.
func (s *Session) RevokeUserAuthTokens(ctx context.Context, operatorID, userName string) error {
	path, err := segments("operators", operatorID, "users", userName, "tokens")
	if err != nil {
		return err
	}
	_, err = s.do(ctx, request{op: opRevokeUserAuthTokens, method: http.MethodDelete, path: path, policy: idempotent})
	return err
}

// RevokeOperatorAuthTokens ends all tokens of the root user.
func (s *Session) RevokeOperatorAuthTokens(ctx context.Context, operatorID string) error {
	path, err := segments("operators", operatorID, "tokens")
	if err != nil {
		return err
	}
	_, err = s.do(ctx, request{op: opRevokeOperatorAuthTokens, method: http.MethodDelete, path: path, policy: idempotent})
	return err
}

// tokenSeconds checks a token's life; 0 stays 0.
func tokenSeconds(life, most time.Duration) (int64, error) {
	if life != 0 && (life < minTokenLife || life > most) {
		return 0, message.Errorf("a token's lifetime must be %s to %s, not %s", minTokenLife, most, life)
	}
	return int64(life / time.Second), nil
}

func lifeOr(life, standard time.Duration) time.Duration {
	if life == 0 {
		return standard
	}
	return life
}

// expiry is by the wall clock alone: the monotonic one stands still while a
// laptop sleeps.
func expiry(life time.Duration) time.Time { return time.Now().Round(0).Add(life) }
