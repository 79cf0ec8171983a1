package access

import (
	"context"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
)

// FindSIM finds the one SIM that typed means: a SIM ID, an IMSI or the exact
// name. imsis are all that the SIM has had, the one in use first; none when the
// user may not look at it. For such a user SIM holds no more than what was typed.
func FindSIM(ctx context.Context, api *client.Session, typed string, now time.Time) (sim SIM, imsis []string, err error) {
	t, err := parseTarget(typed)
	if err != nil {
		return SIM{}, nil, err
	}
	f, err := findSIM(ctx, api, t, now)
	if err != nil {
		return SIM{}, nil, err
	}
	sim, imsis = Describe(f.sim), f.sim.IMSIs()
	if !f.known && f.imsi != "" {
		sim.IMSI, imsis = f.imsi, []string{f.imsi}
	}
	return sim, imsis, nil
}
