package access

import (
	"slices"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
)

// fitting is a mapping that can be used as it is. What another running command
// of ours holds does not count: it may be deleted at any moment.
func (j *job) fitting() (client.PortMapping, bool) {
	if !j.listed {
		return client.PortMapping{}, false
	}
	free, err := j.withoutOurs(j.mappings)
	if err != nil {
		j.o.Debugf("no mapping is reused: %v", err)
		return client.PortMapping{}, false
	}
	wanted := j.spec()
	if j.found.known && !j.found.sim.Arc() {
		wanted.Service = j.request.Service // there is one way only: whatever a mapping says
	}
	return lease.Fitting(free, wanted, j.o.Now())
}

// noteOurs reads the journal before the mappings are listed.
func (j *job) noteOurs() {
	if j.request.NoReuse {
		return
	}
	entries, _, err := j.o.Leases.Entries()
	if err != nil {
		j.o.Debugf("no mapping is reused: %v", err)
		return
	}
	j.before, j.reuses = entries, true
}

// withoutOurs leaves out what the journal names, or named before the list was
// asked for: what was created meanwhile is in it now, and what was deleted
// meanwhile, as by a reaper, was in it then. An entry without an address yet (an
// intent) stands for all mappings of its target.
func (j *job) withoutOurs(list []client.PortMapping) ([]client.PortMapping, error) {
	now, _, err := j.o.Leases.Entries()
	if err != nil {
		return nil, err
	}
	entries := slices.Concat(j.before, now)
	return slices.DeleteFunc(slices.Clone(list), func(m client.PortMapping) bool {
		return slices.ContainsFunc(entries, func(e lease.Entry) bool { return names(e, m) })
	}), nil
}

// names reports whether a mapping is, or may be, that of a journal entry. One
// that was kept on purpose is free to use.
func names(e lease.Entry, m client.PortMapping) bool {
	switch e.State {
	case lease.Kept:
		return false
	case lease.Intent:
		return e.Spec.Port == int(m.Destination.Port) &&
			(e.Spec.SimID == m.SimID || e.Spec.IMSI != "" && e.Spec.IMSI == m.IMSI)
	}
	return e.IP.String() == m.IPAddress && e.Port == int(m.Port)
}

// reuse uses somebody else's mapping, which stays at the end.
func (j *job) reuse(m client.PortMapping) *user {
	end := j.Start(StepMapping)
	w := j.way(m)
	w.info.Mapping.Foreign = true
	end(message.New("reused %s", w.info.Mapping.Addr), nil)
	u := j.shares.alone(w)
	u.recorder = j.Recorder
	return u
}
