package main

import (
	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/simcache"
)

// simChoice is how the remembered SIMs are found again without the API.
func (a *app) simChoice(s *setup) simcache.Choice {
	o := a.profileOptions(s.file)
	dir, err := profile.Dir(o)
	if err != nil {
		dir = ""
	}
	return simcache.Choice{
		ProfileDir: dir, Profile: o.Name, Coverage: o.CoverageType, Endpoint: a.getenv("SORACOM_ENDPOINT"),
	}
}

// simCache is the cache of the SIMs that the operator has, who is what the
// command line and the environment lead to.
func (a *app) simCache(s *setup, operator string) (*simcache.Cache, error) {
	endpoint := s.account.Endpoint
	if err := simcache.Remember(s.dirs.Cache, a.simChoice(s), endpoint, operator); err != nil {
		return nil, err
	}
	return simcache.Open(s.dirs.Cache, endpoint, operator), nil
}

// rememberListed keeps what the API listed: all SIMs, or some of them.
func (a *app) rememberListed(s *setup, operator string, sims []client.Sim, all bool) {
	cache, err := a.simCache(s, operator)
	if err != nil {
		a.debugf("%v", err)
		return
	}
	list := make([]simcache.SIM, len(sims))
	for i, sim := range sims {
		list[i] = simcache.Describe(sim)
	}
	if all {
		err = cache.Save(list, a.now())
	} else {
		err = cache.Merge(list...)
	}
	if err != nil {
		a.debugf("%v", err)
	}
}

// rememberUsed keeps the SIM that a way leads to, unless the API would not
// describe it.
func (a *app) rememberUsed(s *setup, info access.Info) {
	if info.Operator == "" || info.SIM.ID == "" || info.SIM.Status == "" {
		return
	}
	cache, err := a.simCache(s, info.Operator)
	if err == nil {
		err = cache.Merge(simcache.FromAccess(info.SIM))
	}
	if err != nil {
		a.debugf("%v", err)
	}
}

// cachedSIMs are the SIMs that are remembered, or none.
func (a *app) cachedSIMs(s *setup) simcache.List {
	cache, ok := simcache.Find(s.dirs.Cache, a.simChoice(s))
	if !ok {
		return simcache.List{}
	}
	list, err := cache.Load()
	if err != nil {
		a.debugf("%v", err)
	}
	return list
}
