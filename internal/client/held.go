package client

// Held is the token that the session holds now, without logging in.
func (s *Session) Held() (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, s.token.APIKey != ""
}

// Refuse says that the API refused a token: the next call logs in again, if the
// session still holds that one.
func (s *Session) Refuse(t Token) { s.replace(t, Token{}) }
