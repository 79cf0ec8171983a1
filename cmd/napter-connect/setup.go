package main

import (
	"context"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/setup"
)

// local reads the configuration and the environment; it needs no profile.
func (a *app) local() (*setup.Setup, error) {
	if a.coverage != "" && a.coverage != "jp" && a.coverage != "g" {
		return nil, cli.Usagef(message.New("use jp (Japan) or g (global)"), "unknown --coverage-type %q", a.coverage)
	}
	return setup.Read(a.setupOptions())
}

// setup reads the profile too.
func (a *app) setup(ctx context.Context) (*setup.Setup, error) {
	s, err := a.local()
	if err != nil {
		return nil, err
	}
	return s, s.LoadAccount(ctx)
}

func (a *app) setupOptions() setup.Options {
	return setup.Options{
		Getenv: a.getenv, Now: a.now, Debugf: a.debugf,
		Profile: a.profile, Coverage: a.coverage, Config: a.config, OTP: a.otp,
		UserAgent: "napter-connect/" + readBuild().Version, Lang: string(a.lang()),
		Prompt:  func() access.AskCode { return a.otpPrompt() },
		Problem: func(err error) { a.notice("%v", err) },
		Closing: func(step access.Step) func() { return a.waiting(connect.Words(step, a.texts())) },
	}
}
