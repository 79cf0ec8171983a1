package keeper

import (
	"cmp"
	"os"
	"runtime/metrics"
	"slices"

	"github.com/napter-connect/napter-connect/internal/access"
)

// status is what the keeper says about itself, oldest leases and users first.
func (s *Server) status() Status {
	st := Status{
		Version: s.Version, Protocol: Protocol, PID: os.Getpid(), Started: s.started,
		Memory: memory(), Pending: s.Leases.Pending(), Sessions: s.Sessions.List(),
	}
	lingering := s.Backend.Lingering()
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Leases = leases(s.holds, lingering)
	return st
}

func leases(holds map[*hold]struct{}, lingering []access.Info) []LeaseInfo {
	list := []LeaseInfo{}
	for _, info := range lingering {
		list = append(list, LeaseInfo{Info: info, Users: []User{}})
	}
	for h := range holds {
		i := slices.IndexFunc(list, func(l LeaseInfo) bool { return l.Info.Mapping.Addr == h.info.Mapping.Addr })
		if i < 0 {
			i = len(list)
			list = append(list, LeaseInfo{Info: h.info})
		}
		list[i].Users = append(list[i].Users, h.user)
	}
	for _, l := range list {
		slices.SortFunc(l.Users, func(a, b User) int { return a.Since.Compare(b.Since) })
	}
	slices.SortFunc(list, func(a, b LeaseInfo) int {
		return cmp.Or(a.Info.Mapping.Created.Compare(b.Info.Mapping.Created), a.Info.Mapping.Addr.Compare(b.Info.Mapping.Addr))
	})
	return list
}

// memory is what the runtime holds of the system's, in bytes. Unlike
// runtime.ReadMemStats, reading it does not stop the world.
func memory() uint64 {
	samples := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}
