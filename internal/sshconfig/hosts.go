package sshconfig

import (
	"cmp"
	"slices"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
)

// Hosts are the named SIMs with what config.yaml says of them, sorted by name.
func Hosts(file config.File, sims []client.Sim) []Host {
	var hosts []Host
	for _, sim := range sims {
		if sim.Name() == "" || sim.Status == "terminated" {
			continue
		}
		rule := file.For(sim.Name(), sim.Tags)
		hosts = append(hosts, Host{
			ID: sim.SimID, Name: sim.Name(), User: rule.User, Port: rule.Port, Identity: rule.Identity,
		})
	}
	slices.SortFunc(hosts, func(a, b Host) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return hosts
}
