package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/environ"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/tui"
	"github.com/napter-connect/napter-connect/internal/tui/backend"
	"github.com/napter-connect/napter-connect/internal/tui/handover"
)

// runUI shows the terminal UI on the terminal that stdin and stdout are.
func runUI(ctx context.Context, a *app) error {
	out, ok := a.out.(*os.File)
	if !ok {
		return message.Errorf("the UI needs a terminal for its output")
	}
	terminal, err := handover.New(a.in, out)
	if err != nil {
		return err
	}
	defer terminal.Close() // last of all, whatever happens
	quiet := *a            // what the program says besides would tear the screen
	quiet.err, quiet.askOTP = io.Discard, a.askOTPOn(terminal)
	api, err := quiet.openAPI(ctx, "tui")
	if err != nil {
		return err
	}
	defer func() {
		defer a.waiting(a.texts().Word("logging out"))()
		api.Close(ctx)
	}()
	mappings, err := api.Mappings()
	if err != nil {
		return err
	}
	defer mappings.Close()
	memory := api.Memory()
	file, ssh := api.File, quiet.sshDefaults(api.Setup, "")
	ssh.Session.Stderr = a.err
	return backend.New(backend.Options{
		UI: tui.Options{
			Now: a.now, Lang: a.lang(), NoColor: a.getenv("NO_COLOR") != "", ASCII: !environ.UTF8(a.getenv),
			In: a.in, Out: out, Environ: a.environ(),
		},
		Terminal: terminal, API: api.Session, Config: file, Recent: config.NewRecent(api.Dirs.State),
		Connector: *quiet.connector(api.Setup, api.Opener), SSH: ssh,
		Request: access.Request{
			Account: api.Account, Network: api.Network,
			Keep: file.Keep, NoReuse: file.NoReuse, Linger: time.Duration(file.Linger),
		},
		Desktop:  launch.Desktop{Getenv: a.getenv, Environ: a.childEnvironment()},
		Mappings: mappings,
		Cached:   memory.List,
		Remember: func(operator string, sims []client.Sim) {
			memory.Listed(api.Account.Endpoint, operator, sims, a.now())
		},
	}).Run(ctx)
}

// askOTPOn asks for an MFA code on the terminal itself.
func (a *app) askOTPOn(terminal *handover.Terminal) func(context.Context) (string, error) {
	return func(ctx context.Context) (code string, err error) {
		con := a.console()
		if con == nil {
			return "", nil
		}
		err = terminal.Lend(ctx, func() error {
			var err error
			code, err = con.Secret(ctx, a.texts().Word("MFA code: "))
			return err
		})
		return code, err
	}
}
