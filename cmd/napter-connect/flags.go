package main

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/setup"
)

// accessFlags are the flags of commands that open a port mapping.
type accessFlags struct {
	duration, linger        time.Duration
	source                  []string
	service                 string
	keep, noReuse, noKeeper bool
	// changed says whether a flag was given; config.yaml decides the others.
	changed func(name string) bool
}

func (f *accessFlags) register(c *cobra.Command) {
	fs := c.Flags()
	f.changed = fs.Changed
	fs.DurationVar(&f.duration, "duration", 0, "longest life of the port mapping: `TIME` is up to 8h (default 8h)")
	fs.StringSliceVar(&f.source, "source", nil, "who may connect: auto (your public IPv4 address) or a `CIDR`; repeatable")
	fs.StringVar(&f.service, "service", "", "reach the device over the `SERVICE` air or arc (default: what the SIM has)")
	fs.BoolVar(&f.keep, "keep", false, "leave the port mapping open when the command ends, until its time is over")
	fs.DurationVar(&f.linger, "linger", 0, "delete the port mapping this `TIME` after the end, for the next command")
	fs.BoolVar(&f.noReuse, "no-reuse", false, "open a new port mapping even if a fitting one exists")
	fs.BoolVar(&f.noKeeper, "no-keeper", false, "do the work in this process, without the background keeper")
}

// request checks the flags and fills a request with them and with the defaults
// of config.yaml.
func (f *accessFlags) request(s *setup.Setup) (access.Request, error) {
	file := s.File
	r := access.Request{
		Account:  s.Account,
		Network:  s.Network,
		Duration: f.duration,
		Service:  f.service,
		Keep:     f.keep,
		Linger:   f.linger,
		NoReuse:  f.noReuse,
	}
	source := f.source
	if !f.changed("source") {
		source = file.Source
	}
	if !f.changed("duration") {
		r.Duration = time.Duration(file.Duration)
	} else if f.duration <= 0 {
		return r, usagef(message.New("use 30m or 8h, for example"),
			"--duration %s is out of range for a port mapping", f.duration)
	}
	if !f.changed("service") {
		r.Service = file.Service
	}
	if !f.changed("keep") {
		r.Keep = file.Keep
	}
	if !f.changed("linger") {
		r.Linger = time.Duration(file.Linger)
	}
	if !f.changed("no-reuse") {
		r.NoReuse = file.NoReuse
	}
	var err error
	if r.Sources, err = config.ParseSources(source); err != nil {
		return r, &usageError{err: message.Errorf("--source: %w", err)}
	}
	return r, nil
}

// flagError says what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return valueError(cmd, invalid)
	}
	return &usageError{err: parseError(err), hint: seeHelp(cmd)}
}

// parseError says an error of pflag, whose English words it keeps, so that it can
// be translated.
func parseError(err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &unknown):
		if group := unknown.GetSpecifiedShortnames(); group != "" {
			return message.Errorf("unknown shorthand flag: %q in -%s", firstRune(group), group)
		}
		return message.Errorf("unknown flag: --%s", unknown.GetSpecifiedName())
	case errors.As(err, &bare):
		if group := bare.GetSpecifiedShortnames(); group != "" {
			return message.Errorf("flag needs an argument: %q in -%s", firstRune(group), group)
		}
		return message.Errorf("flag needs an argument: --%s", bare.GetSpecifiedName())
	case errors.As(err, &syntax):
		return message.Errorf("bad flag syntax: %s", syntax.GetSpecifiedFlag())
	}
	return err
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// valueError says which values a flag takes, in words that need no knowledge of Go.
func valueError(cmd *cobra.Command, invalid *pflag.InvalidValueError) error {
	f := invalid.GetFlag()
	what, next := message.New("one that it takes"), seeHelp(cmd)
	switch f.Value.Type() {
	case "int":
		what = message.New("a whole number")
	case "duration":
		what, next = message.New("a duration"), message.New("write 90s, 30m or 8h, for example")
	case "bool":
		what = message.New("true or false")
	case "language":
		what, next = message.New("a language that it speaks"), message.New("use en or ja")
	}
	return usagef(next, "--%s %q is not %s", f.Name, invalid.GetValue(), what)
}
