package main

import (
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/simcache"
)

// memory is where SIMs are remembered, and found again without the API.
func (a *app) memory(s *setup) simcache.Memory {
	o := a.profileOptions(s.file)
	dir, err := profile.Dir(o)
	if err != nil {
		dir = ""
	}
	return simcache.Memory{Dir: s.dirs.Cache, Debugf: a.debugf, Choice: simcache.Choice{
		ProfileDir: dir, Profile: o.Name, Coverage: o.CoverageType, Endpoint: a.getenv("SORACOM_ENDPOINT"),
	}}
}

// remember keeps the SIMs that were fetched.
func (a *app) remember(api *api, found inventory.SIMs) {
	token, ok := api.Held()
	switch endpoint := api.setup.account.Endpoint; {
	case !ok:
	case found.All:
		a.memory(api.setup).Listed(endpoint, token.OperatorID, found.Fetched, a.now())
	default:
		a.memory(api.setup).Found(endpoint, token.OperatorID, found.Fetched)
	}
}
