package main

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/tui"
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
	b := &uiBackend{console: a, terminal: terminal, finders: access.NewFinders()}
	defer b.finders.Close()
	quiet := *a // what the program says besides would tear the screen
	quiet.err, quiet.askOTP = io.Discard, b.askOTP
	api, err := quiet.openAPI(ctx, "tui")
	if err != nil {
		return err
	}
	defer func() {
		defer a.waiting(a.texts().Steps.Out)()
		api.Close(ctx)
	}()
	b.app, b.api, b.recent = &quiet, api, config.NewRecent(api.setup.dirs.State)
	if b.leases, err = quiet.openLeases(api.setup.dirs, "tui"); err != nil {
		return err
	}
	defer func() { _ = b.leases.Close() }()
	return b.run(ctx, out)
}

// run shows the UI until it ends, and waits until the jobs have given back what
// they opened.
func (b *uiBackend) run(ctx context.Context, out *os.File) error {
	jobs, stop := context.WithCancel(ctx)
	defer b.jobs.Wait()
	defer stop()
	b.ctx = jobs
	a := b.console
	ui := tui.New(ctx, tui.Options{
		Backend: b, Now: a.now, Lang: a.lang(), NoColor: a.getenv("NO_COLOR") != "",
		ASCII: !utf8Locale(a.getenv), In: a.in, Out: out, Environ: a.environ(), Settled: b.jobs.Wait,
	})
	b.terminal.Attach(ui)
	err := ui.Run()
	if ctx.Err() != nil { // a terminal that hung up is an error of the UI too
		return context.Cause(ctx)
	}
	if err != nil {
		return message.Errorf("showing the UI: %w", err)
	}
	return nil
}

// utf8Locale reports that the locale has more characters than ASCII. Where it
// says nothing, terminals of today have.
func utf8Locale(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8") || v == "c" || v == "posix"
		}
	}
	return true
}

// uiBackend is what the UI shows and does.
type uiBackend struct {
	app      *app // says nothing on the terminal
	console  *app // which may, while it has the terminal
	terminal *handover.Terminal
	api      *api
	leases   *lease.Manager
	finders  *access.Finders
	recent   *config.Recent
	ctx      context.Context //nolint:containedctx // the life of the jobs
	jobs     sync.WaitGroup
}

// askOTP asks for an MFA code on the terminal itself.
func (b *uiBackend) askOTP(ctx context.Context) (code string, err error) {
	con := b.console.console()
	if con == nil {
		return "", nil
	}
	err = b.terminal.Lend(ctx, func() error {
		var err error
		code, err = con.Secret(ctx, b.app.texts().CLI.AskCode)
		return err
	})
	return code, err
}
