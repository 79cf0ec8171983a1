package main

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/lease"
)

// api is the API as the chosen profile sees it.
type api struct {
	*client.Session
	*job
}

// openAPI loads the profile; it logs in at the first call. When the journal is
// not empty, something may be left over: then the keeper, or this process, has a
// look at it meanwhile.
func (a *app) openAPI(ctx context.Context, command string) (*api, error) {
	return a.openAPIBeside(ctx, command, func(j *job) {
		if !lease.Any(leasesDir(j.settings.dirs)) {
			return
		}
		if j.keeper != nil {
			j.sessions = a.sessions(j.keeper) // which starts it
		} else if _, err := j.inProcess(); err != nil {
			a.debugf("nothing is deleted that was left over: %v", err)
		}
	})
}

// openAPIBeside is openAPI with something else to do beside the calls.
func (a *app) openAPIBeside(ctx context.Context, command string, beside func(*job)) (*api, error) {
	s, err := a.settings(ctx)
	if err != nil {
		return nil, err
	}
	j := a.openJob(s, command, false)
	beside(j)
	session, err := j.sessions.Session(s.account, s.network)
	if err != nil {
		return nil, err
	}
	return &api{Session: session, job: j}, nil
}
