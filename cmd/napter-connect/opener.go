package main

import (
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/opener"
)

// opener is what a command opens access with.
func (a *app) opener(s *setup, command string, noKeeper bool) *opener.Opener {
	o := opener.Options{
		Journal: a.journal(s.dirs, command), AskCode: a.otpPrompt(), Debugf: a.debugf,
		Opened:  func(info access.Info) { a.memory(s).Used(s.account.Endpoint, info) },
		Closing: func(step access.Step) func() { return a.waiting(connect.Words(step, a.texts())) },
	}
	if !noKeeper && a.wantsKeeper(s) {
		k, err := a.keeper(s)
		if err == nil {
			k.Command, err = keeper.NewCommand(k.Location, s.dirs.Leases(), time.Duration(s.file.KeeperIdle), a.getenv)
		}
		if err != nil {
			a.debugf("no keeper: %v", err)
		} else {
			o.Keeper = k
		}
	}
	return opener.New(o)
}

func (a *app) wantsKeeper(s *setup) bool {
	return !s.file.NoKeeper && a.getenv("NAPTER_CONNECT_NO_KEEPER") == ""
}
