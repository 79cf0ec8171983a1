package main

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/opener"
)

// api is the API as the chosen profile sees it.
type api struct {
	*client.Session
	*opener.Opener
	setup *setup
}

// openAPI loads the profile; it logs in at the first call. Beside the calls,
// the mappings of dead commands are cleaned up.
func (a *app) openAPI(ctx context.Context, command string) (*api, error) {
	api, err := a.openAPIOnly(ctx, command)
	if err == nil {
		api.Reap(api.setup.account, api.setup.network)
	}
	return api, err
}

// openAPIOnly is openAPI with nothing beside the calls.
func (a *app) openAPIOnly(ctx context.Context, command string) (*api, error) {
	s, err := a.setup(ctx)
	if err != nil {
		return nil, err
	}
	o := a.opener(s, command, false)
	session, err := o.Session(s.account, s.network)
	if err != nil {
		return nil, err
	}
	return &api{Session: session, Opener: o, setup: s}, nil
}
