package main

import (
	"cmp"
	"context"
	"path/filepath"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// setup are what the configuration, the environment and the profile decide.
type setup struct {
	dirs    config.Dirs
	file    config.File
	network access.Network
	account profile.Account
}

// local reads the configuration and the environment; it needs no profile.
func (a *app) local() (*setup, error) {
	if a.coverage != "" && a.coverage != "jp" && a.coverage != "g" {
		return nil, usagef(message.New("use jp (Japan) or g (global)"),
			"unknown --coverage-type %q", a.coverage)
	}
	dirs, err := config.LookupDirs(a.getenv)
	if err != nil {
		return nil, err
	}
	path, explicit := cmp.Or(a.config, a.getenv("NAPTER_CONNECT_CONFIG")), true
	if path == "" {
		path, explicit = filepath.Join(dirs.Config, "config.yaml"), false
	}
	file, err := config.Load(path, explicit)
	if err != nil {
		return nil, err
	}
	network, err := access.NetworkFromEnv(a.getenv)
	if err != nil {
		return nil, err
	}
	network.UserAgent, network.Lang = "napter-connect/"+readBuild().Version, string(a.lang())
	return &setup{dirs: dirs, file: file, network: network}, nil
}

// setup reads the profile too.
func (a *app) setup(ctx context.Context) (*setup, error) {
	s, err := a.local()
	if err != nil {
		return nil, err
	}
	s.account, err = profile.Load(ctx, a.profileOptions(s.file))
	return s, err
}

func (a *app) profileOptions(file config.File) profile.Options {
	return profile.Options{
		Name:         cmp.Or(a.profile, a.getenv("NAPTER_CONNECT_PROFILE"), file.Profile),
		CoverageType: cmp.Or(a.coverage, file.CoverageType),
		OTP:          cmp.Or(a.otp, a.getenv("NAPTER_CONNECT_OTP")),
		Getenv:       a.getenv,
	}
}
