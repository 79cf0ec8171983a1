package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/table"
)

const keeperLong = `The keeper is a background process that holds port mappings and logins for all of your
commands, so that they share them, and deletes a mapping when its last command has
ended, also when that was killed. Commands start it, and it ends by itself after ten
minutes without work. --no-keeper does without it.`

// keeperOptions are those of keeper status and keeper stop.
type keeperOptions struct{ json bool }

func newKeeperCommand(a *app) *cobra.Command {
	c := cli.Group("keeper", "The background process that holds port mappings", "  napter-connect keeper status",
		newKeeperStatusCommand(a, nil), newKeeperStopCommand(a, nil), newKeeperRunCommand(a, nil))
	c.Long = keeperLong
	return c
}

func newKeeperStatusCommand(a *app, runF func(context.Context, *keeperOptions) error) *cobra.Command {
	var o keeperOptions
	if runF == nil {
		runF = a.runKeeperStatus
	}
	c := &cobra.Command{
		Use: "status", Short: "Show what the keeper holds, and for whom", Args: cli.NoArgs,
		Example: "  napter-connect keeper status --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &o) },
	}
	cli.JSONFlag(c, &o.json)
	return c
}

func (a *app) runKeeperStatus(ctx context.Context, o *keeperOptions) error {
	k, err := a.runningKeeper()
	if err != nil {
		return err
	}
	st, err := k.Status(ctx)
	var none *keeper.NotRunningError
	if errors.As(err, &none) {
		if o.json {
			return cli.WriteJSON(a.out, nil)
		}
		a.tell(a.texts().Word("no keeper is running; the first command that needs one starts it"))
		return nil
	}
	if err != nil {
		return err
	}
	if o.json {
		return cli.WriteJSON(a.out, st)
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

func newKeeperStopCommand(a *app, runF func(context.Context, *keeperOptions) error) *cobra.Command {
	if runF == nil {
		runF = a.runKeeperStop
	}
	return &cobra.Command{
		Use: "stop", Short: "Delete what the keeper holds, log out and end it", Args: cli.NoArgs,
		Long: `Delete the port mappings that the keeper holds (also those in use), log out of the
API, and end the keeper. Waits until that is done.`,
		Example: "  napter-connect keeper stop",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &keeperOptions{}) },
	}
}

func (a *app) runKeeperStop(ctx context.Context, _ *keeperOptions) error {
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

func newKeeperRunCommand(a *app, runF func(context.Context, *keeper.RunOptions) error) *cobra.Command {
	var o keeper.RunOptions
	if runF == nil {
		runF = a.runKeeper
	}
	c := &cobra.Command{
		Use: "run", Short: "Be the keeper (commands start it by themselves)", Args: cli.NoArgs, Hidden: true,
		Example: "  napter-connect keeper run --state DIR --leases DIR --socket PATH",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &o) },
	}
	fs := c.Flags()
	fs.StringVar(&o.Location.State, "state", "", "folder of keeper.log")
	fs.StringVar(&o.Leases, "leases", "", "folder of the journal")
	fs.StringVar(&o.Location.Socket, "socket", "", "path of the socket")
	fs.DurationVar(&o.Idle, "idle", keeper.DefaultIdle, "how long to stay without work")
	return c
}

func (a *app) runKeeper(ctx context.Context, o *keeper.RunOptions) error {
	ready, ok := a.out.(*os.File)
	if !ok {
		return message.Errorf("a background process needs a file for its standard output")
	}
	o.Version, o.Ready = readBuild().Version, ready
	return keeper.Run(ctx, *o)
}

// runningKeeper is the client of a keeper that runs already.
func (a *app) runningKeeper() (*keeper.Keeper, error) {
	s, err := a.local()
	if err != nil {
		return nil, err
	}
	return s.Keeper()
}
