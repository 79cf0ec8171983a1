package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/daemon"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/table"
)

const keeperLong = `The keeper is a background process that holds port mappings and logins for all of your
commands, so that they share them, and deletes a mapping when its last command has
ended, also when that was killed. Commands start it, and it ends by itself after ten
minutes without work. --no-keeper does without it.`

func newKeeperCommand(a *app) *cobra.Command {
	c := group("keeper", "The background process that holds port mappings", "  napter-connect keeper status",
		newKeeperStatusCommand(a), newKeeperStopCommand(a), newKeeperRunCommand(a))
	c.Long = keeperLong
	return c
}

func newKeeperStatusCommand(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "Show what the keeper holds, and for whom", Args: noArgs,
		Example: "  napter-connect keeper status --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runKeeperStatus(cmd.Context(), a, asJSON)
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func runKeeperStatus(ctx context.Context, a *app, asJSON bool) error {
	k, err := a.runningKeeper()
	if err != nil {
		return err
	}
	st, err := k.Status(ctx)
	var none *keeper.NotRunningError
	if errors.As(err, &none) {
		if asJSON {
			return writeJSON(a.out, nil)
		}
		a.tell(a.texts().Word("no keeper is running; the first command that needs one starts it"))
		return nil
	}
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(a.out, st)
	}
	return a.printKeeper(st)
}

func (a *app) printKeeper(st keeper.Status) error {
	_, err := fmt.Fprintf(a.out, "keeper %s, process %d, up %s, %.1f MB\n",
		safetext.Line(st.Version), st.PID, table.Span(a.now().Sub(st.Started)), float64(st.Memory)/1e6)
	for _, s := range st.Sessions {
		_, _ = fmt.Fprintf(a.out, "logged in: %s\n", safetext.Line(s.Account))
	}
	if st.Pending > 0 {
		_, _ = fmt.Fprintf(a.out, "still deleting: %d\n", st.Pending)
	}
	if err != nil || len(st.Leases) == 0 {
		return err
	}
	lines := [][]string{{"SIM", "PORT", "ENDPOINT", "LEFT", "USED BY"}}
	for _, l := range st.Leases {
		var users []string
		for _, u := range l.Users {
			users = append(users, u.Text().String())
		}
		m := l.Info.Mapping
		lines = append(lines, []string{
			cmp.Or(l.Info.SIM.Name, l.Info.SIM.ID), fmt.Sprint(m.DevicePort), m.Addr.String(),
			table.Left(m.Expires, a.now()), strings.Join(users, ", "),
		})
	}
	return table.Write(a.out, lines)
}

func newKeeperStopCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "stop", Short: "Delete what the keeper holds, log out and end it", Args: noArgs,
		Long: `Delete the port mappings that the keeper holds (also those in use), log out of the
API, and end the keeper. Waits until that is done.`,
		Example: "  napter-connect keeper stop",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runKeeperStop(cmd.Context(), a) },
	}
}

func runKeeperStop(ctx context.Context, a *app) error {
	k, err := a.runningKeeper()
	if err != nil {
		return err
	}
	done := a.waiting(a.texts().Word("stopping the keeper"))
	err = k.Stop(ctx)
	done()
	var none *keeper.NotRunningError
	if errors.As(err, &none) {
		a.tell(a.texts().Word("no keeper is running"))
		return nil
	}
	return err
}

func newKeeperRunCommand(a *app) *cobra.Command {
	var state, leases, socket string
	var idle time.Duration
	c := &cobra.Command{
		Use: "run", Short: "Be the keeper (commands start it by themselves)", Args: noArgs, Hidden: true,
		Example: "  napter-connect keeper run --state DIR --leases DIR --socket PATH",
		RunE: func(cmd *cobra.Command, _ []string) error {
			ready, ok := a.out.(*os.File)
			if !ok {
				return message.Errorf("the keeper needs a file for its standard output")
			}
			return keeper.Run(cmd.Context(), keeper.RunOptions{
				Location: keeper.Location{State: state, Socket: socket},
				Leases:   leases, Version: readBuild().Version, Idle: idle, Ready: ready,
			})
		},
	}
	fs := c.Flags()
	fs.StringVar(&state, "state", "", "folder of keeper.log")
	fs.StringVar(&leases, "leases", "", "folder of the journal")
	fs.StringVar(&socket, "socket", "", "path of the socket")
	fs.DurationVar(&idle, "idle", keeper.DefaultIdle, "how long to stay without work")
	return c
}

// runningKeeper is the client of a keeper that runs already.
func (a *app) runningKeeper() (*keeper.Keeper, error) {
	s, err := a.local()
	if err != nil {
		return nil, err
	}
	return a.keeper(s, false)
}

// keeper is the client of the keeper; start says whether one may be started.
func (a *app) keeper(s *setup, start bool) (*keeper.Keeper, error) {
	location, err := keeper.FindLocation(s.dirs)
	if err != nil {
		return nil, err
	}
	k := &keeper.Keeper{Location: location, Code: a.otpPrompt(), Debugf: a.debugf}
	if !start {
		return k, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, message.Errorf("finding this program: %w", err)
	}
	k.Command = &daemon.Command{
		Path: self,
		Args: []string{"keeper", "run", "--state", location.State, "--leases", s.dirs.Leases(), "--socket", location.Socket,
			"--idle", keeperIdle(s).String()},
		Env: keeperEnvironment(a.getenv),
	}
	return k, nil
}

func keeperIdle(s *setup) time.Duration {
	if d := time.Duration(s.file.KeeperIdle); d > 0 {
		return d
	}
	return keeper.DefaultIdle
}

// keeperEnvironment holds what the Go runtime and the certificate store need.
// All else comes with the requests: the keeper serves commands of different
// environments, and its own may be read by others.
func keeperEnvironment(getenv func(string) string) []string {
	list := []string{} // not nil, which would mean all
	for _, name := range []string{
		"SSL_CERT_FILE", "SSL_CERT_DIR", "TZ", "TMPDIR", "SystemRoot", "SystemDrive", "GOCOVERDIR", "GORACE",
	} {
		if v := getenv(name); v != "" {
			list = append(list, name+"="+v)
		}
	}
	return list
}
