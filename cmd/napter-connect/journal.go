package main

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/lease"
)

// journal is the journal of the mappings that were made here.
func (a *app) journal(d config.Dirs, command string) lease.Options {
	return lease.Options{Dir: d.Leases(), Now: a.now, Logf: a.debugf, Program: "napter-connect", Command: command}
}

// openLeases opens the journal.
func (a *app) openLeases(d config.Dirs, command string) (*lease.Manager, error) {
	return lease.Open(a.journal(d, command))
}

// mappings are the port mappings of the API's operator, of which the journal knows
// some.
func (a *app) mappings(s *setup, api *client.Session, leases *lease.Manager) *inventory.Mappings {
	return &inventory.Mappings{
		API: api, Leases: leases, Problem: func(err error) { a.notice("%v", err) },
		Holders: func(ctx context.Context) inventory.Holders {
			k, err := a.keeper(s)
			if err != nil {
				return nil
			}
			list, err := inventory.ReadHolders(ctx, k)
			if err != nil {
				a.debugf("who uses the mappings: %v", err)
			}
			return list
		},
	}
}
