package main

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// journal is the journal of the mappings that were made here.
func (a *app) journal(d config.Dirs, command string) lease.Options {
	return lease.Options{Dir: d.Leases(), Now: a.now, Logf: a.debugf, Program: "napter-connect", Command: command}
}

// openLeases opens the journal.
func (a *app) openLeases(d config.Dirs, command string) (*lease.Manager, error) {
	return lease.Open(a.journal(d, command))
}

// owners says whose the mappings are that the journal names.
type owners map[string]lease.Entry

// readOwners reads the journal, and tells of entries that it cannot use.
func (a *app) readOwners(m *lease.Manager) (owners, error) {
	entries, problems, err := m.Entries()
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		a.notice("%v", p)
	}
	list := owners{}
	for _, e := range entries {
		if e.State != lease.Intent {
			list[fmt.Sprintf("%s:%d", e.IP, e.Port)] = e
		}
	}
	return list, nil
}

// forget drops mappings that were deleted by hand from the journal.
func (a *app) forget(d config.Dirs, deleted []netip.AddrPort) error {
	if !lease.Any(d.Leases()) {
		return nil
	}
	m, err := a.openLeases(d, "mappings delete")
	if err != nil {
		return err
	}
	defer func() { _ = m.Close() }()
	ours, err := a.readOwners(m)
	if err != nil {
		return err
	}
	for _, t := range deleted {
		if e, ok := ours[t.String()]; ok {
			if err := m.Forget(e); err != nil {
				return message.Errorf("forgetting %s: %w", t, err)
			}
		}
	}
	return nil
}

// holders are the commands that use what the keeper holds, by address.
type holders map[string][]keeper.User

// holdersLimit is how long the list waits for a keeper that does not answer.
const holdersLimit = 2 * time.Second

// readHolders asks a running keeper. Without one there are none.
func (a *app) readHolders(ctx context.Context, s *setup) holders {
	k, err := a.keeper(s, false)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, holdersLimit)
	defer cancel()
	st, err := k.Status(ctx)
	if err != nil {
		a.debugf("who uses the mappings: %v", err)
		return nil
	}
	list := holders{}
	for _, l := range st.Leases {
		list[l.Info.Mapping.Addr.String()] = l.Users
	}
	return list
}

// describe completes a row with whose mapping it is, and with who uses it in words
// of t. The address alone is not enough: it is used again for other SIMs.
func (o owners) describe(t *i18n.Texts, r mappingRow, users holders) mappingRow {
	e, ok := o[r.Address]
	if !ok || e.Spec.SimID != r.SIM && (e.Spec.IMSI == "" || e.Spec.IMSI != r.IMSI) {
		return r
	}
	held, byKeeper := users[r.Address]
	owner := process(t, cmp.Or(e.Owner.Command, e.Owner.Program), e.Owner.PID)
	switch {
	case e.State == lease.StateKept:
		r.Owner = "kept"
	case !e.Alive:
		r.Owner = "left over"
	case e.Deleting:
		r.Owner, r.By = "being deleted", owner
	case byKeeper && len(held) == 0:
		r.Owner, r.By = "lingering", owner
	case byKeeper:
		var by []string
		for _, u := range held {
			by = append(by, process(t, u.Command, u.PID))
		}
		r.Owner, r.By = "in use", strings.Join(by, ", ")
	default:
		r.Owner, r.By = "in use", process(t, cmp.Or(e.Spec.Command, e.Owner.Command, e.Owner.Program), e.Owner.PID)
	}
	return r
}

func process(t *i18n.Texts, what string, pid int) string {
	return t.Sprintf("%s (process %d)", what, pid)
}

// whoseMappings gives what describes mappings for the UI.
func (a *app) whoseMappings(s *setup, leases *lease.Manager) func(context.Context) (func(client.PortMapping) tui.Mapping, error) {
	return func(ctx context.Context) (func(client.PortMapping) tui.Mapping, error) {
		whose, err := a.readOwners(leases)
		if err != nil {
			return nil, err
		}
		users := a.readHolders(ctx, s)
		return func(m client.PortMapping) tui.Mapping { return uiMapping(a.texts(), m, whose, users) }, nil
	}
}

func uiMapping(t *i18n.Texts, m client.PortMapping, whose owners, users holders) tui.Mapping {
	r := whose.describe(t, newMappingRow(m), users)
	addr, _ := m.Addr() // without one nothing can be done with it
	owner := map[string]tui.Owner{
		"in use": tui.InUse, "lingering": tui.InUse,
		"left over": tui.LeftOver, "being deleted": tui.LeftOver, "kept": tui.Kept,
	}[r.Owner]
	return tui.Mapping{
		SIM: r.SIM, IMSI: r.IMSI, DevicePort: r.DevicePort, Addr: addr, Hostname: r.Hostname,
		TLS: r.TLS, Sources: r.Sources, Created: r.Created, Expires: r.Expires, Owner: owner, By: r.By,
	}
}
