package keeper

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// serveToken gives a command the keeper's token, so that commands which call the
// API themselves share one login.
func (s *Server) serveToken(ctx context.Context, w *wire, r request) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ask, stop := askCode(w, receive(ctx, w, cancel))
	defer stop()
	session, err := s.Sessions.Session(*r.Account, *r.Network, ask)
	if err != nil {
		return err
	}
	if r.Refused != nil {
		session.Refuse(*r.Refused)
	}
	if s.Seen != nil {
		s.Seen(*r.Account, *r.Network)
	}
	token, err := session.Token(ctx)
	if err != nil {
		return err
	}
	return w.write(response{Token: &token})
}

// Token asks the keeper for a token of an account. refused is the one that the
// API refused, or the zero token. The keeper revokes it at its own end.
func (k *Keeper) Token(ctx context.Context, a profile.Account, n access.Network, refused client.Token) (client.Token, error) {
	r := request{Op: opToken, Account: &a, Network: &n}
	if refused.Token != "" {
		r.Refused = &refused
	}
	answer, err := k.call(ctx, r)
	if err != nil {
		return client.Token{}, err
	}
	if answer.Token == nil {
		return client.Token{}, errNoSense
	}
	return *answer.Token, nil
}
