package main

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/lease"
)

// job is what a command that opens access works with.
type job struct {
	opener   access.Opener
	sessions *access.Sessions
	finders  *access.Finders
	leases   *lease.Manager
}

// openJob prepares the work in this process.
func (a *app) openJob(s *settings, command string) (*job, error) {
	leases, err := a.openLeases(s.dirs, command)
	if err != nil {
		return nil, err
	}
	j := &job{sessions: access.NewSessions(a.otpPrompt()), finders: access.NewFinders(), leases: leases}
	j.opener = access.NewLocal(access.Options{
		Sessions: j.sessions, Finders: j.finders, Leases: leases, Now: a.now, Debugf: a.debugf,
	})
	return j, nil
}

// audit gives the audit log of a request's account.
func (j *job) audit(r access.Request) (launch.AuditLog, error) {
	return j.sessions.Session(r.Account, r.Network)
}

// close logs out, and gives up the ownership of leases.
func (j *job) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutLimit)
	defer cancel()
	_ = j.sessions.Close(ctx)
	j.finders.Close()
	_ = j.leases.Close()
}
