package main

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
)

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
	sessions := a.sessions(nil)
	if k, err := a.keeper(s, false); err == nil && a.wantsKeeper(s) {
		sessions = a.sessions(k)
	}
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
