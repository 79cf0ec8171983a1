package access

import (
	"context"
	"errors"

	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
)

// ErrGone says that the mapping to adopt has ended.
var ErrGone = message.Errorf("the port mapping has ended")

// Adopt takes over a mapping that a process opened which has died, for a user who
// still holds it: from then on it is shared and closed like any other.
func (l *Local) Adopt(ctx context.Context, r Request, i Info) (Access, error) {
	api, err := l.options.Sessions.Session(r.Account, r.Network, r.AskCode)
	if err != nil {
		return nil, err
	}
	recorder := NewRecorder(nil, l.options.Now)
	m := &openMapping{info: i, api: api}
	if i.Mapping.Foreign {
		u := l.shares.alone(m)
		u.recorder = recorder
		return u, nil
	}
	key := adoptedKey(r, i)
	done, err := l.shares.turn(ctx, key)
	if err != nil {
		return nil, err
	}
	defer done()
	u := l.shares.joinAnyway(key, r)
	if u == nil {
		if m.lease, err = l.adoptLease(i); err != nil { //nolint:contextcheck // reading the journal takes no time to cancel
			return nil, err
		}
		u = l.shares.add(key, m, r)
	}
	u.recorder = recorder
	return u, nil
}

// adoptedKey is the key that the mapping had in the process that opened it.
func adoptedKey(r Request, i Info) shareKey {
	k := shareKeyOf(r, lease.Spec{
		SimID: i.SIM.ID, IMSI: i.SIM.IMSI, Port: i.Mapping.DevicePort,
		Service: i.Mapping.Service, TLS: i.Mapping.TLS, Sources: i.Source,
	})
	if r.NoReuse {
		k.alone = new(byte)
	}
	return k
}

func (l *Local) adoptLease(i Info) (*lease.Lease, error) {
	entries, _, err := l.options.Leases.Entries()
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.IP != i.Mapping.Addr.Addr() || e.Port != int(i.Mapping.Addr.Port()) || e.State == lease.Intent {
			continue
		}
		adopted, err := l.options.Leases.Adopt(e.ID)
		if errors.Is(err, lease.ErrGone) {
			break
		}
		if err != nil {
			return nil, message.Errorf("taking over mapping %s: %w", i.Mapping.Addr, err)
		}
		return adopted, nil
	}
	return nil, message.Errorf("taking over mapping %s: %w", i.Mapping.Addr, ErrGone)
}
