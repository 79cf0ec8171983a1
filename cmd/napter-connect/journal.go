package main

import (
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/lease"
)

// journal is the journal of the mappings that were made here.
func (a *app) journal(d config.Dirs, command string) lease.Options {
	return lease.Options{Dir: d.Leases(), Now: a.now, Logf: a.debugf, Program: "napter-connect", Command: command}
}

// mappings are the port mappings of the API's operator, of which the journal knows
// some.
func (a *app) mappings(api *api, command string) (*inventory.Mappings, error) {
	leases, err := lease.Open(a.journal(api.setup.dirs, command))
	if err != nil {
		return nil, err
	}
	k, err := a.keeper(api.setup)
	if err != nil {
		a.debugf("no keeper: %v", err)
	}
	return &inventory.Mappings{
		API: api.Session, Leases: leases, Keeper: k, Problem: func(err error) { a.notice("%v", err) }, Debugf: a.debugf,
	}, nil
}
