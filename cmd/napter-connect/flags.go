package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/cli"
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
	fs.DurationVar(&f.duration, "duration", 0, "maximum lifetime of the port mapping: `TIME` is up to 8h (default 8h)")
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
	if f.changed("duration") && f.duration <= 0 {
		return access.Request{}, cli.Usagef(message.New("use 30m or 8h, for example"),
			"--duration %s is out of range for a port mapping", f.duration)
	}
	source := f.source
	if !f.changed("source") {
		source = s.File.Source
	}
	sources, err := config.ParseSources(source)
	if err != nil {
		return access.Request{}, cli.Misuse(message.Errorf("--source: %w", err))
	}
	return s.Request(access.Request{
		Sources: sources, Duration: f.duration, Service: f.service, Keep: f.keep, Linger: f.linger, NoReuse: f.noReuse,
	}, f.changed), nil
}
