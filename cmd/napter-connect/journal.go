package main

import (
	"fmt"
	"net/netip"
	"path/filepath"

	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/lease"
)

func leasesDir(d config.Dirs) string { return filepath.Join(d.State, "leases") }

// openLeases opens the journal of the mappings that were made here.
func (a *app) openLeases(d config.Dirs, command string) (*lease.Manager, error) {
	return lease.Open(lease.Options{
		Dir: leasesDir(d), Now: a.now, Logf: a.debugf, Program: "napter-connect", Command: command,
	})
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
		a.say("napter-connect: %v", p)
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
	if !lease.Any(leasesDir(d)) {
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
				return fmt.Errorf("forgetting %s: %w", t, err)
			}
		}
	}
	return nil
}

// describe completes a row with whose mapping it is. The address alone is not
// enough: it is used again for other SIMs.
func (o owners) describe(r mappingRow) mappingRow {
	e, ok := o[r.Address]
	if !ok || e.Spec.SimID != r.SIM && (e.Spec.IMSI == "" || e.Spec.IMSI != r.IMSI) {
		return r
	}
	switch {
	case e.State == lease.Kept:
		r.Owner = "kept"
	case e.Alive:
		r.Owner, r.By = "in use", fmt.Sprintf("%s (process %d)", firstOf(e.Spec.Command, e.Owner.Command, e.Owner.Program), e.Owner.PID)
	default:
		r.Owner = "left over"
	}
	return r
}
