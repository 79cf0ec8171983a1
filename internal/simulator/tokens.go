package simulator

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// session is what one API key with its tokens may do.
type session struct {
	apiKey      string
	account     string // Account.id
	operatorID  string
	userName    string
	root        bool
	permissions []Statement // as they were at the login
	tokens      map[string]time.Time
}

// issue starts a session; s.mu is held.
func (s *Simulator) issue(a Account, timeout time.Duration) (*session, string) {
	ses := &session{
		apiKey: "api-" + uuid(), account: a.id(), operatorID: a.OperatorID, userName: a.Name,
		root: a.Name == Root, permissions: a.Permissions, tokens: map[string]time.Time{},
	}
	s.sessions[ses.apiKey] = ses
	return ses, s.addToken(ses, timeout)
}

// addToken gives a session one more token; s.mu is held.
func (s *Simulator) addToken(ses *session, timeout time.Duration) string {
	now := s.now()
	token := jwt(ses, now, now.Add(timeout))
	ses.tokens[token] = now.Add(timeout)
	return token
}

// jwt makes a token that looks like the real one. Official tools read the
// operator out of its payload; its signature is noise, since the key that checks
// it is not public either.
func jwt(ses *session, now, expires time.Time) string {
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // maps of strings and numbers always marshal
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	operator := map[string]any{"operatorId": ses.operatorID}
	if !ses.root {
		operator["userName"] = ses.userName
	}
	payload := map[string]any{"jti": uuid(), "iss": "soracom-simulator", "sub": ses.operatorID,
		"iat": now.Unix(), "exp": expires.Unix(), "operator": operator}
	return part(map[string]string{"alg": "RS256", "typ": "JWT"}) + "." + part(payload) + "." +
		base64.RawURLEncoding.EncodeToString(random(64))
}

// check finds the session of a key and token.
func (s *Simulator) check(key, token string) (*session, *apiError) {
	if key == "" || token == "" {
		return nil, errNoToken()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ses, ok := s.sessions[key]
	if !ok {
		return nil, errInvalidKey()
	}
	expires, ok := ses.tokens[token]
	if !ok {
		return nil, errInvalidToken()
	}
	if !s.now().Before(expires) {
		return nil, errExpiredToken()
	}
	return ses, nil
}

// revoke ends the sessions that match.
func (s *Simulator) revoke(match func(*session) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, ses := range s.sessions {
		if match(ses) {
			delete(s.sessions, key)
		}
	}
}

// RevokeTokens ends all tokens of all users: the next call gets "Invalid API
// key".
func (s *Simulator) RevokeTokens() { s.revoke(func(*session) bool { return true }) }

// Tokens counts the API keys that have a token still good.
func (s *Simulator) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, now := 0, s.now()
	for _, ses := range s.sessions {
		for _, expires := range ses.tokens {
			if now.Before(expires) {
				n++
				break
			}
		}
	}
	return n
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

func uuid() string {
	b := random(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}
