// Package backend is what the terminal UI shows and does: the account's SIMs and
// mappings, and connections to devices.
package backend

import (
	"context"
	"sync"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/simcache"
	"github.com/napter-connect/napter-connect/internal/tui"
	"github.com/napter-connect/napter-connect/internal/tui/handover"
)

// Options are what a Backend needs of the program around it. Nothing in them may
// write to the terminal, which is the UI's.
type Options struct {
	// UI is how the UI looks; its Backend and Settled are filled in here.
	UI tui.Options
	// Terminal is the terminal that UI.In and UI.Out are.
	Terminal *handover.Terminal
	// API is the API as the account of Request sees it.
	API *client.Session
	// Connector makes the connections; its Progress and Notice are filled in here.
	Connector connect.Connector
	// Request is what is the same in every request for access.
	Request access.Request
	// SSH is what is the same in every shell.
	SSH connect.SSHOptions
	// Desktop shows pages and screens.
	Desktop launch.Desktop
	// Config is config.yaml.
	Config config.File
	// Recent is what was used last.
	Recent *config.Recent
	// Mappings are those of API's operator.
	Mappings *inventory.Mappings
	// Cached are the SIMs that are remembered.
	Cached func() simcache.List
	// Remember keeps the SIMs that an operator has.
	Remember func(operator string, sims []client.Sim)
}

// Backend implements tui.Backend.
type Backend struct {
	o           Options
	finders     *access.Finders
	ctx         context.Context //nolint:containedctx // the life of the connections
	connections sync.WaitGroup
}

// New prepares the work.
func New(o Options) *Backend { return &Backend{o: o, finders: access.NewFinders()} }

// Run shows the UI until it ends, and waits until the connections have given back
// what they opened.
func (b *Backend) Run(ctx context.Context) error {
	defer b.finders.Close()
	connections, stop := context.WithCancel(ctx)
	defer b.connections.Wait()
	defer stop()
	b.ctx = connections
	o := b.o.UI
	o.Backend, o.Settled = b, b.connections.Wait
	ui := tui.New(ctx, o)
	b.o.Terminal.Attach(ui)
	err := ui.Run()
	if ctx.Err() != nil { // a terminal that hung up is an error of the UI too
		return context.Cause(ctx)
	}
	if err != nil {
		return message.Errorf("showing the UI: %w", err)
	}
	return nil
}

func (b *Backend) debugf(format string, args ...any) {
	if b.o.Connector.Debugf != nil {
		b.o.Connector.Debugf(format, args...)
	}
}

func (b *Backend) texts() *i18n.Texts { return b.o.Connector.Texts }
