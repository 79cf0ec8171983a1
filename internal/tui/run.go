package tui

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// Options are what the UI needs of the world.
type Options struct {
	Backend Backend
	Now     func() time.Time
	Lang    i18n.Lang
	// NoColor draws without colours, ASCII without other characters for lines
	// and symbols.
	NoColor, ASCII bool
	In             *os.File
	Out            *os.File
	Environ        []string
	// Settled waits until all jobs have given back what they opened.
	Settled func()
}

// UI is the running terminal UI.
type UI struct {
	program *tea.Program
	stop    context.CancelFunc
	settled func()

	mu   sync.Mutex
	over bool
}

// New prepares the UI; Run runs it. When ctx ends, so do the jobs; the UI ends
// after them, so that a shell can give the terminal back first.
func New(ctx context.Context, o Options) *UI {
	later := func(d time.Duration, msg tea.Msg) tea.Cmd {
		return tea.Tick(d, func(time.Time) tea.Msg { return msg })
	}
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	u := &UI{stop: stop, settled: o.Settled}
	options := []tea.ProgramOption{
		tea.WithContext(own), tea.WithoutSignalHandler(), tea.WithInput(o.In), tea.WithOutput(o.Out),
		tea.WithEnvironment(o.Environ),
	}
	if o.NoColor {
		options = append(options, tea.WithColorProfile(colorprofile.Ascii))
	}
	u.program = tea.NewProgram(newModel(ctx, o, later), options...)
	context.AfterFunc(ctx, func() {
		u.settled()
		stop()
	})
	return u
}

// Run shows the UI until the person quits or the context of New ends.
func (u *UI) Run() error {
	defer u.stop()
	_, err := u.program.Run()
	u.mu.Lock()
	u.over = true
	u.mu.Unlock()
	if errors.Is(err, tea.ErrProgramKilled) {
		return nil // the context of New ended, and whoever ended it knows why
	}
	return err
}

// ReleaseTerminal gives the terminal to a job, RestoreTerminal takes it back.
// The UI keeps running meanwhile, but neither reads nor draws.
func (u *UI) ReleaseTerminal() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return nil
	}
	return u.program.ReleaseTerminal()
}

// RestoreTerminal is ReleaseTerminal's end.
func (u *UI) RestoreTerminal() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return nil
	}
	return u.program.RestoreTerminal()
}
