package main

import (
	"context"
	"errors"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// logoutLimit bounds the logout at the end; a token that stays ends by itself.
const logoutLimit = 3 * time.Second

// reapLimit bounds the wait, at the end, for the deletion of what was left over:
// a list that lacks the mapping of an unanswered creation proves something after
// 5 s only (lease.Options.Settle), and then there are some round trips.
const reapLimit = 8 * time.Second

// sessions are the API sessions of this process: with the keeper's token, else
// with logins of its own.
func (a *app) sessions(k *keeper.Keeper) *access.Sessions {
	if k == nil {
		return access.NewSessions(a.otpPrompt())
	}
	borrow := func(ctx context.Context, acc profile.Account, n access.Network, refused client.Token) (client.Token, error) {
		t, err := k.Token(ctx, acc, n, refused)
		var none *keeper.NotRunningError
		var unavailable *keeper.UnavailableError
		if errors.As(err, &none) || errors.As(err, &unavailable) {
			err = access.ErrNoLender
		}
		return t, err
	}
	return access.BorrowSessions(borrow, a.otpPrompt())
}

// localJob opens access in this process.
type localJob struct {
	opener   *access.Local
	sessions *access.Sessions
	finders  *access.Finders
	leases   *lease.Manager
	reaped   chan struct{} // closed when what was left over has been looked at
}

func (j *job) newLocal() (*localJob, error) {
	leases, err := j.app.openLeases(j.settings.dirs, j.command)
	if err != nil {
		return nil, err
	}
	l := &localJob{sessions: j.sessions, finders: access.NewFinders(), leases: leases, reaped: make(chan struct{})}
	l.opener = access.NewLocal(access.Options{
		Sessions: l.sessions, Finders: l.finders, Leases: leases, Now: j.app.now, Debugf: j.app.debugf,
	})
	return l, nil
}

// reap deletes, beside the work, what dead processes left over.
func (l *localJob) reap(ctx context.Context, a *app, s *settings) {
	defer close(l.reaped)
	err := access.Reap(ctx, l.leases, l.sessions, s.account, s.network, func(e lease.Entry, o lease.Outcome, err error) {
		a.debugf("left over %s:%d: %s %v", e.IP, e.Port, o, err)
	})
	if err != nil {
		a.debugf("deleting what was left over: %v", err)
	}
}

// close gives up the ownership of leases; what is pending goes on in the next
// process.
func (l *localJob) close(ctx context.Context) {
	select {
	case <-l.reaped:
	case <-ctx.Done():
	}
	l.opener.Close()
	l.finders.Close()
	_ = l.leases.Close()
}
