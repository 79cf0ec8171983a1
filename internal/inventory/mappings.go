// Package inventory lists what an operator has: SIMs, and port mappings with whose
// they are.
package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Owner says whose a mapping is.
type Owner string

// Owners of a mapping.
const (
	Other     Owner = "other"         // not made here
	InUse     Owner = "in use"        // made here, by a command that runs
	Lingering Owner = "lingering"     // made here, waits for the next command
	Deleting  Owner = "being deleted" // made here, by a process that deletes it now
	LeftOver  Owner = "left over"     // made here, by a process that is gone
	Kept      Owner = "kept"          // made here, to be kept
)

// Mapping is an open port mapping. All texts are untrusted.
type Mapping struct {
	// Addr is invalid for a mapping that the API gave no address of.
	Addr       netip.AddrPort `json:"address"`
	Hostname   string         `json:"hostname"`
	SIM        string         `json:"sim,omitempty"`
	IMSI       string         `json:"imsi,omitempty"`
	DevicePort int            `json:"devicePort"`
	TLS        bool           `json:"tls"`
	Sources    []string       `json:"sources"`
	Created    time.Time      `json:"created"`
	Expires    time.Time      `json:"expires"`
	Owner      Owner          `json:"owner"`
	// By is the commands that use it, or the process that deletes it.
	By message.Text `json:"-"`
}

// MarshalJSON says By in English, as all that scripts read.
func (m Mapping) MarshalJSON() ([]byte, error) {
	type fields Mapping
	return json.Marshal(struct {
		fields
		By string `json:"by,omitempty"`
	}{fields(m), m.By.String()})
}

// KeptMapping is a mapping that was opened here to be kept.
func KeptMapping(info access.Info) Mapping {
	m := Mapping{
		Addr: info.Mapping.Addr, Hostname: info.Mapping.Hostname, SIM: info.SIM.ID, IMSI: info.SIM.IMSI,
		DevicePort: info.Mapping.DevicePort, TLS: info.Mapping.TLS,
		Created: info.Mapping.Created, Expires: info.Mapping.Expires, Owner: Kept,
	}
	for _, p := range info.Source {
		m.Sources = append(m.Sources, p.String())
	}
	return m
}

// Mappings are the port mappings of an operator, and what this machine knows of
// them.
type Mappings struct {
	API    *client.Session
	Leases *lease.Manager
	// Keeper may hold some of them; nil without one.
	Keeper *keeper.Keeper
	// Problem is told of entries of the journal that cannot be used.
	Problem func(error)
	// Debugf receives lines for -v; may be nil.
	Debugf func(format string, args ...any)
}

// Close closes the journal.
func (l *Mappings) Close() { _ = l.Leases.Close() }

// List lists all mappings of the operator.
func (l *Mappings) List(ctx context.Context) ([]Mapping, error) {
	ours, err := l.ours()
	if err != nil {
		return nil, err
	}
	users := l.holders(ctx)
	list := []Mapping{}
	for m, err := range l.API.ListPortMappings(ctx) {
		if err != nil {
			return nil, err
		}
		list = append(list, ours.describe(m, users))
	}
	return list, nil
}

// Delete deletes a mapping that was listed. An address is used again for other
// SIMs: what is there now must be what was shown.
func (l *Mappings) Delete(ctx context.Context, m Mapping) error {
	list, err := l.of(ctx, m)
	if err != nil {
		return err
	}
	for _, now := range list {
		if addr, err := now.Addr(); err != nil || addr != m.Addr {
			continue
		}
		if !now.CreatedTime.Time().Equal(m.Created) {
			return message.WithHint(message.Errorf("%s belongs to another mapping now", m.Addr), "refresh the list and look again")
		}
		if err := l.API.DeletePortMapping(ctx, m.Addr.Addr(), int(m.Addr.Port())); err != nil {
			return err
		}
	}
	return l.Forget(m.Addr)
}

// of lists the mappings of m's SIM.
func (l *Mappings) of(ctx context.Context, m Mapping) (list []client.PortMapping, err error) {
	switch {
	case m.SIM != "":
		return l.API.ListPortMappingsForSim(ctx, m.SIM)
	case m.IMSI != "":
		return l.API.ListPortMappingsForSubscriber(ctx, m.IMSI)
	}
	for one, err := range l.API.ListPortMappings(ctx) {
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// Forget drops what the journal knows of mappings that were deleted.
func (l *Mappings) Forget(deleted ...netip.AddrPort) error {
	ours, err := l.ours()
	if err != nil {
		return err
	}
	for _, addr := range deleted {
		if e, ok := ours[addr]; ok {
			if err := l.Leases.Forget(e); err != nil && !errors.Is(err, lease.ErrGone) {
				return message.Errorf("forgetting %s: %w", addr, err)
			}
		}
	}
	return nil
}

// journal has the journal's mappings by address.
type journal map[netip.AddrPort]lease.Entry

func (l *Mappings) ours() (journal, error) {
	entries, problems, err := l.Leases.Entries()
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		if l.Problem != nil {
			l.Problem(p)
		}
	}
	list := journal{}
	for _, e := range entries {
		if e.State != lease.Intent {
			list[netip.AddrPortFrom(e.IP, uint16(e.Port))] = e
		}
	}
	return list, nil
}

// describe says what a mapping is, whose, and who uses it. The address alone is not
// enough: it is used again for other SIMs.
func (j journal) describe(p client.PortMapping, users holders) Mapping {
	m := Mapping{
		Hostname: p.Hostname, SIM: cmp.Or(p.SimID, p.Destination.SimID), IMSI: cmp.Or(p.IMSI, p.Destination.IMSI),
		DevicePort: int(p.Destination.Port), TLS: p.TLSRequired, Sources: p.Source.IPRanges,
		Created: p.CreatedTime.Time(), Expires: p.ExpiredTime.Time(), Owner: Other,
	}
	m.Addr, _ = p.Addr() // without one nothing can be done with it
	e, ok := j[m.Addr]
	if !ok || e.Spec.SimID != m.SIM && (e.Spec.IMSI == "" || e.Spec.IMSI != m.IMSI) {
		return m
	}
	held, byKeeper := users[m.Addr]
	owner := process(cmp.Or(e.Owner.Command, e.Owner.Program), e.Owner.PID)
	switch {
	case e.State == lease.StateKept:
		m.Owner = Kept
	case !e.Alive:
		m.Owner = LeftOver
	case e.Deleting:
		m.Owner, m.By = Deleting, owner
	case byKeeper && len(held) == 0:
		m.Owner, m.By = Lingering, owner
	case byKeeper:
		m.Owner, m.By = InUse, message.Join(held, ", ")
	default:
		m.Owner, m.By = InUse, process(cmp.Or(e.Spec.Command, e.Owner.Command, e.Owner.Program), e.Owner.PID)
	}
	return m
}

func process(what string, pid int) message.Text { return keeper.User{Command: what, PID: pid}.Text() }
