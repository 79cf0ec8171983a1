// Package setup reads what the configuration, the environment and the profile
// decide, and puts together of it what commands do their work with.
package setup

import (
	"cmp"
	"context"
	"path/filepath"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// Options are what the command line and the surroundings decide. All but Problem
// and Closing are needed.
type Options struct {
	Getenv func(string) string
	Now    func() time.Time
	// Profile, Coverage, Config and OTP are the flags, which go before variables.
	Profile, Coverage, Config, OTP string
	// UserAgent and Lang are told to the API.
	UserAgent, Lang string
	// Prompt is who asks for an MFA code; it returns nil when nobody can be asked.
	Prompt func() access.AskCode
	// Problem is told of entries of the journal that cannot be used.
	Problem func(error)
	// Closing is as in opener.Options.
	Closing func(access.Step) (end func())
	Debugf  func(format string, args ...any)
}

// Setup is what was read. Account is only there once it was loaded.
type Setup struct {
	Dirs    config.Dirs
	File    config.File
	Network access.Network
	Account profile.Account
	o       Options
}

// Read reads the configuration and the environment; it needs no profile.
func Read(o Options) (*Setup, error) {
	dirs, err := config.LookupDirs(o.Getenv)
	if err != nil {
		return nil, err
	}
	path, explicit := cmp.Or(o.Config, o.Getenv("NAPTER_CONNECT_CONFIG")), true
	if path == "" {
		path, explicit = filepath.Join(dirs.Config, "config.yaml"), false
	}
	file, err := config.Load(path, explicit)
	if err != nil {
		return nil, err
	}
	network, err := access.NetworkFromEnv(o.Getenv)
	if err != nil {
		return nil, err
	}
	network.UserAgent, network.Lang = o.UserAgent, o.Lang
	return &Setup{Dirs: dirs, File: file, Network: network, o: o}, nil
}

// LoadAccount reads the profile.
func (s *Setup) LoadAccount(ctx context.Context) (err error) {
	s.Account, err = profile.Load(ctx, s.Profile())
	return err
}

// Profile says which profile it is, and what goes before its content.
func (s *Setup) Profile() profile.Options { return s.o.profile(s.File) }

// Profiles are the names of the profiles that there are.
func Profiles(o Options) ([]string, error) { return profile.List(o.profile(config.File{})) }

func (o Options) profile(file config.File) profile.Options {
	return profile.Options{
		Name:         cmp.Or(o.Profile, o.Getenv("NAPTER_CONNECT_PROFILE"), file.Profile),
		CoverageType: cmp.Or(o.Coverage, file.CoverageType),
		OTP:          cmp.Or(o.OTP, o.Getenv("NAPTER_CONNECT_OTP")),
		Getenv:       o.Getenv,
	}
}
