package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/doctor"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/sshconfig"
)

type doctorOptions struct {
	accessFlags
	target string
	port   int
	json   bool
}

func newDoctorCommand(a *app, runF func(context.Context, *doctorOptions) error) *cobra.Command {
	var o doctorOptions
	if runF == nil {
		runF = a.runDoctor
	}
	c := &cobra.Command{
		Use: "doctor [SIM]", Short: "Check everything that a session needs, and suggest fixes",
		Long: `Look at everything that a session needs: folders, the background keeper, OpenSSH and
its agent, the profile, your public address, login, permissions and clock. Each
problem comes with a next step.

With a SIM, also connect to it as a session would: a port mapping is opened for a
moment and deleted, which counts as a use of Napter for that SIM and month.

The exit status is 0 when nothing failed.`,
		Example: `  napter-connect doctor
  napter-connect doctor gateway-001
  napter-connect doctor --json | jq '.[] | select(.status == "failed")'`,
		Args: cli.ArgCount(0, 1, message.New("one SIM at most")),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("port") {
				if err := access.CheckPort(o.port); err != nil {
					return err
				}
			}
			if len(args) == 1 {
				o.target = args[0]
			}
			return runF(cmd.Context(), &o)
		},
	}
	o.register(c)
	for _, hidden := range []string{"keep", "linger", "no-reuse", "duration"} {
		_ = c.Flags().MarkHidden(hidden)
	}
	c.Flags().IntVarP(&o.port, "port", "p", 0, "the device's `PORT` to connect to (default 22)")
	cli.JSONFlag(c, &o.json)
	return c
}

func (a *app) runDoctor(ctx context.Context, o *doctorOptions) error {
	s, err := a.local()
	if err != nil {
		return err
	}
	opener := s.Opener("doctor", o.noKeeper)
	defer opener.Close(ctx)
	finders := access.NewFinders()
	defer finders.Close()
	finder, err := finders.Finder(s.Network.IPServices)
	if err != nil {
		return err
	}
	d := &doctor.Doctor{
		Version: readBuild().Version, Dirs: s.Dirs, Leases: s.Dirs.Leases(), KnownHosts: s.Dirs.KnownHosts(),
		AgentSocket: a.getenv("SSH_AUTH_SOCK"), Network: s.Network, Finder: finder, Keeper: opener.Keeper(), Now: a.now,
		Account: func(ctx context.Context) (profile.Account, error) { return profile.Load(ctx, s.Profile()) },
		Session: func(acc profile.Account) (*client.Session, error) { return opener.Session(acc, s.Network) },
		Target:  o.target,
		Probe: func(ctx context.Context, acc profile.Account) (connect.Probe, error) {
			s.Account = acc
			r, err := o.request(s)
			if err != nil {
				return connect.Probe{}, err
			}
			r.Target, r.Port, r.Command, r.Keep, r.Linger = o.target, o.port, "doctor "+o.target, false, 0
			return a.connector(s, opener).Probe(ctx, r)
		},
	}
	if !a.demo {
		d.SSHConfig = func() (sshconfig.State, error) { return sshconfig.Inspect(a.getenv, s.Dirs.State, a.arg0) }
	}
	return a.examine(ctx, d, o.json)
}

// examine makes the checks, shows each when it has ended, and fails when one did.
func (a *app) examine(ctx context.Context, d *doctor.Doctor, asJSON bool) error {
	stop := func() {}
	checks, failed := []doctor.Check{}, 0
	all := d.Run(ctx, func(name string) { stop = sync.OnceFunc(a.waiting(name)) }, func(c doctor.Check) {
		stop()
		if c.Status == doctor.Failed {
			failed++
		}
		if asJSON {
			checks = append(checks, c)
			return
		}
		a.printCheck(c)
	})
	stop() // of the check that was interrupted
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if asJSON {
		if err := cli.WriteJSON(a.out, checks); err != nil {
			return err
		}
	}
	if failed > 0 {
		return message.Errorf("%d of %d checks failed", failed, len(all))
	}
	return nil
}

// worthTelling is from when on a check's time is shown.
const worthTelling = 100 * time.Millisecond

// printCheck is one line, and one more for the next step.
func (a *app) printCheck(c doctor.Check) {
	head := fmt.Sprintf("%-8s %-12s ", c.Status, c.Name)
	took := ""
	if c.Elapsed >= worthTelling {
		took = fmt.Sprintf(" (%s)", c.Elapsed.Round(10*time.Millisecond))
	}
	_, _ = fmt.Fprintf(a.out, "%s%s%s\n", head, cli.OneLine(a.texts().Say(c.Detail)), took)
	cli.PrintHint(a.out, a.texts(), strings.Repeat(" ", len(head)), c.Hint)
}
