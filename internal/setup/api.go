package setup

import (
	"context"
	"net/netip"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/opener"
)

// API is the API as the chosen profile sees it.
type API struct {
	*client.Session
	*opener.Opener
	*Setup
	command string
}

// OpenAPI loads the profile for a command; it logs in at the first call.
func (s *Setup) OpenAPI(ctx context.Context, command string) (*API, error) {
	if err := s.LoadAccount(ctx); err != nil {
		return nil, err
	}
	o := s.Opener(command, false)
	session, err := o.Session(s.Account, s.Network)
	if err != nil {
		return nil, err
	}
	return &API{Session: session, Opener: o, Setup: s, command: command}, nil
}

// Mappings are the port mappings of the operator, of which the journal knows some.
func (a *API) Mappings() (*inventory.Mappings, error) {
	leases, err := lease.Open(a.journal(a.command))
	if err != nil {
		return nil, err
	}
	k, err := a.Setup.Keeper()
	if err != nil {
		a.o.Debugf("no keeper: %v", err)
	}
	return &inventory.Mappings{API: a.Session, Leases: leases, Keeper: k, Problem: a.o.Problem, Debugf: a.o.Debugf}, nil
}

// DeleteMappings deletes mappings by their addresses, whoever made them. done hears
// of each, also of one that was gone already.
func (a *API) DeleteMappings(ctx context.Context, addrs []netip.AddrPort, done func(netip.AddrPort)) error {
	for _, addr := range addrs {
		if err := a.DeletePortMapping(ctx, addr.Addr(), int(addr.Port())); err != nil {
			return message.Errorf("deleting %s: %w", addr, err)
		}
		done(addr)
	}
	if !lease.Any(a.Dirs.Leases()) {
		return nil
	}
	mappings, err := a.Mappings()
	if err != nil {
		return err
	}
	defer mappings.Close()
	return mappings.Forget(addrs...)
}

// Remember keeps the SIMs that were fetched for commands that may not ask the API.
func (a *API) Remember(found inventory.SIMs) {
	token, ok := a.Held()
	switch {
	case !ok:
	case found.All:
		a.Memory().Listed(a.Account.Endpoint, token.OperatorID, found.Fetched, a.o.Now())
	default:
		a.Memory().Found(a.Account.Endpoint, token.OperatorID, found.Fetched)
	}
}
