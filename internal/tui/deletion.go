package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/inventory"
)

// deletion deletes a mapping to a SIM of that name, at once when it is ours and
// unused; anything else asks.
func (e *env) deletion(m inventory.Mapping, name string) tea.Cmd {
	d := e.text
	var text string
	switch m.Owner {
	case inventory.Other:
		text = d.Sprintf("%s to %s was created by someone else. Whoever uses it loses the connection.", m.Addr, fmt.Sprintf("%s:%d", safe(name), m.DevicePort))
	case inventory.InUse, inventory.Lingering:
		text = d.Sprintf("%s is in use here by: %s.", m.Addr, safe(e.text.Say(m.By)))
	default:
		return send(deleteMsg{[]inventory.Mapping{m}})
	}
	return push(newConfirm(e, d.Word("Delete the mapping?"), text, d.Word("Delete"), deleteMsg{[]inventory.Mapping{m}}))
}

// deletionOfAll deletes our left-over mapping, or asks where there
// are several.
func (e *env) deletionOfAll(list []inventory.Mapping) tea.Cmd {
	if len(list) == 1 {
		return send(deleteMsg{list})
	}
	d := e.text
	return push(newConfirm(e, d.Word("Delete the mapping?"), d.Sprintf("%d mappings will be deleted. Whoever uses them loses the connection.", len(list)), d.Word("Delete"), deleteMsg{list}))
}

// deletionFor deletes what leads to a SIM.
func (e *env) deletionFor(sim access.SIM) tea.Cmd {
	list := e.mappingsOf(sim)
	if len(list) == 1 {
		return e.deletion(list[0], sim.Label())
	}
	return e.deletionOfAll(list)
}
