package access

import (
	"slices"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
)

// fitting is a mapping that can be used as it is. What another running command
// of ours holds does not count: it may be deleted at any moment.
func (o *opening) fitting() (client.PortMapping, bool) {
	if !o.listed {
		return client.PortMapping{}, false
	}
	free, err := o.withoutOurs(o.mappings)
	if err != nil {
		o.options.Debugf("no mapping is reused: %v", err)
		return client.PortMapping{}, false
	}
	wanted := o.spec()
	if o.found.known && !o.found.sim.Arc() {
		wanted.Service = o.request.Service // it has Air alone, whatever a mapping says
	}
	return lease.Fitting(free, wanted, o.options.Now())
}

// noteOurs reads the journal before the mappings are listed.
func (o *opening) noteOurs() {
	if o.request.NoReuse {
		return
	}
	entries, _, err := o.options.Leases.Entries()
	if err != nil {
		o.options.Debugf("no mapping is reused: %v", err)
		return
	}
	o.before, o.reuses = entries, true
}

// withoutOurs leaves out what the journal names, or named before the list was
// asked for: what was created meanwhile is in it now, and what was deleted
// meanwhile, as by a reaper, was in it then. An entry without an address yet (an
// intent) stands for all mappings of its target.
func (o *opening) withoutOurs(list []client.PortMapping) ([]client.PortMapping, error) {
	now, _, err := o.options.Leases.Entries()
	if err != nil {
		return nil, err
	}
	entries := slices.Concat(o.before, now)
	return slices.DeleteFunc(slices.Clone(list), func(m client.PortMapping) bool {
		return slices.ContainsFunc(entries, func(e lease.Entry) bool { return names(e, m) })
	}), nil
}

// names reports whether a mapping is, or may be, that of a journal entry. One
// that was kept on purpose is free to use.
func names(e lease.Entry, m client.PortMapping) bool {
	switch e.State {
	case lease.StateKept:
		return false
	case lease.Intent:
		return e.Spec.Port == int(m.Destination.Port) &&
			(e.Spec.SimID == m.SimID || e.Spec.IMSI != "" && e.Spec.IMSI == m.IMSI)
	}
	return e.IP.String() == m.IPAddress && e.Port == int(m.Port)
}

// reuse uses somebody else's mapping, which stays at the end.
func (o *opening) reuse(m client.PortMapping) *user {
	end := o.Start(StepMapping)
	open := o.opened(m)
	open.info.Mapping.Foreign = true
	end(message.New("reused %s", open.info.Mapping.Addr), nil)
	u := o.shares.alone(open)
	u.recorder = o.Recorder
	return u
}
