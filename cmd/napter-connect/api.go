package main

import (
	"context"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
)

// logoutLimit bounds the logout at the end; a token that stays ends by itself.
const logoutLimit = 3 * time.Second

// api is the API as the chosen profile sees it.
type api struct {
	*client.Session
	*settings
	sessions *access.Sessions
}

// openAPI loads the profile; it logs in at the first call.
func (a *app) openAPI(ctx context.Context) (*api, error) {
	s, err := a.settings(ctx)
	if err != nil {
		return nil, err
	}
	sessions := access.NewSessions(a.otpPrompt())
	session, err := sessions.Session(s.account, s.network)
	if err != nil {
		return nil, err
	}
	return &api{Session: session, settings: s, sessions: sessions}, nil
}

// close logs out, even after a Ctrl-C.
func (api *api) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutLimit)
	defer cancel()
	_ = api.sessions.Close(ctx)
}
