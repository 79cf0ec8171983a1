package setup

import (
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/opener"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/simcache"
	"github.com/napter-connect/napter-connect/internal/sshmux"
)

// Keeper is the client of the keeper, which it does not start.
func (s *Setup) Keeper() (*keeper.Keeper, error) {
	location, err := keeper.FindLocation(s.Dirs)
	if err != nil {
		return nil, err
	}
	return &keeper.Keeper{Location: location, Code: s.o.Prompt(), Debugf: s.o.Debugf}, nil
}

// Opener is what a command opens access with.
func (s *Setup) Opener(command string, noKeeper bool) *opener.Opener {
	o := opener.Options{
		Journal: s.journal(command), AskCode: s.o.Prompt(), Debugf: s.o.Debugf, Closing: s.o.Closing,
		Opened: func(info access.Info) { s.Memory().Used(s.Account.Endpoint, info) },
	}
	if !noKeeper && !s.File.NoKeeper && s.o.Getenv("NAPTER_CONNECT_NO_KEEPER") == "" {
		k, err := s.Keeper()
		if err == nil {
			k.Command, err = keeper.NewCommand(k.Location, s.Dirs.Leases(), time.Duration(s.File.KeeperIdle), s.o.Getenv)
		}
		if err != nil {
			s.o.Debugf("no keeper: %v", err)
		} else {
			o.Keeper = k
		}
	}
	return opener.New(o)
}

// Request is a request for the account, in which config.yaml decides what flags did
// not; given says whether a flag was given.
func (s *Setup) Request(r access.Request, given func(flag string) bool) access.Request {
	r.Account, r.Network = s.Account, s.Network
	if !given("duration") {
		r.Duration = time.Duration(s.File.Duration)
	}
	if !given("service") {
		r.Service = s.File.Service
	}
	if !given("keep") {
		r.Keep = s.File.Keep
	}
	if !given("linger") {
		r.Linger = time.Duration(s.File.Linger)
	}
	if !given("no-reuse") {
		r.NoReuse = s.File.NoReuse
	}
	return r
}

// journal is the journal of the mappings that were made here.
func (s *Setup) journal(command string) lease.Options {
	return lease.Options{
		Dir: s.Dirs.Leases(), Now: s.o.Now, Logf: s.o.Debugf, Program: "napter-connect", Command: command,
	}
}

// Memory is where SIMs are remembered, and found again without the API.
func (s *Setup) Memory() simcache.Memory {
	o := s.Profile()
	dir, err := profile.Dir(o)
	if err != nil {
		dir = ""
	}
	return simcache.Memory{Dir: s.Dirs.Cache, Debugf: s.o.Debugf, Choice: simcache.Choice{
		ProfileDir: dir, Profile: o.Name, Coverage: o.CoverageType, Endpoint: s.o.Getenv("SORACOM_ENDPOINT"),
	}}
}

// Mux shares SSH connections with the user's other commands; nil means that
// config.yaml does not want that.
func (s *Setup) Mux() *sshmux.Mux {
	if s.File.NoMux {
		return nil
	}
	return &sshmux.Mux{
		Dirs: s.Dirs, Home: s.o.Getenv("HOME"),
		Command: func(socket string) (*daemon.Command, error) { return sshmux.NewCommand(socket, s.o.Getenv) },
	}
}
