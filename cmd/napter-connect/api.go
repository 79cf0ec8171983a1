package main

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/setup"
)

// openAPI loads the profile; it logs in at the first call. Beside the calls,
// the mappings of dead commands are cleaned up.
func (a *app) openAPI(ctx context.Context, command string) (*setup.API, error) {
	api, err := a.openAPIOnly(ctx, command)
	if err == nil {
		api.Reap(api.Account, api.Network)
	}
	return api, err
}

// openAPIOnly is openAPI with nothing beside the calls.
func (a *app) openAPIOnly(ctx context.Context, command string) (*setup.API, error) {
	s, err := a.local()
	if err != nil {
		return nil, err
	}
	return s.OpenAPI(ctx, command)
}
