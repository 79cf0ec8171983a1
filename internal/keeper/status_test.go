//go:build linux

package keeper_test

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/napter-connect/napter-connect/internal/keeper"
)

// status is what the keeper of this home says about itself.
func (h *home) status() (keeper.Status, error) {
	stdout, stderr, status := h.run("keeper", "status", "--json")
	if status != 0 {
		return keeper.Status{}, fmt.Errorf("keeper status: %d: %s", status, stderr)
	}
	var st *keeper.Status
	if err := json.Unmarshal([]byte(stdout), &st); err != nil {
		return keeper.Status{}, err
	}
	if st == nil {
		return keeper.Status{}, fmt.Errorf("no keeper is running")
	}
	return *st, nil
}

// sessions says whether the keeper counts n users of a SIM's mapping.
func (h *home) sessions(sim string, n int) error {
	st, err := h.status()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(st.Leases, func(l keeper.LeaseInfo) bool { return l.Info.SIM.ID == sim })
	switch {
	case i < 0 && n == 0:
		return nil
	case i < 0:
		return fmt.Errorf("the keeper holds no lease of SIM %s", sim)
	case len(st.Leases[i].Users) != n:
		return fmt.Errorf("the lease has users %+v, not %d", st.Leases[i].Users, n)
	}
	return nil
}
