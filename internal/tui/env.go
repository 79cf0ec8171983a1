package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/inventory"
)

// env is what all components share. Only the event loop touches it.
type env struct {
	ctx     context.Context //nolint:containedctx // the life of the UI, which commands end with
	backend Backend
	now     func() time.Time
	// after gives a message later; tests drive it with their clock.
	after func(time.Duration, tea.Msg) tea.Cmd
	text  *i18n.Texts
	keys  *keyMap
	style *styles

	recent  map[string]config.Use
	address addressMsg
	// mappings of all SIMs, as last listed.
	mappings []inventory.Mapping
	counts   map[string]int
}

// mappingsOf are a SIM's mappings. One that was made by IMSI names no SIM.
func (e *env) mappingsOf(s access.SIM) []inventory.Mapping {
	var list []inventory.Mapping
	for _, m := range e.mappings {
		if m.SIM == s.ID && s.ID != "" || m.SIM == "" && m.IMSI == s.IMSI && s.IMSI != "" {
			list = append(list, m)
		}
	}
	return list
}

func (e *env) setMappings(list []inventory.Mapping) {
	e.mappings, e.counts = list, map[string]int{}
	for _, m := range list {
		e.counts[m.SIM]++
	}
}

// screen is one of the tabs.
type screen interface {
	setSize(w, h int)
	// commands are the keys that mean something here and now.
	commands() []command
	// handle gets keys and pastes that no command took.
	handle(msg tea.Msg) tea.Cmd
	// render gives exactly the lines of its size; cursor is nil unless something
	// is typed.
	render() (lines []string, cursor *tea.Cursor)
	// typing: letters are text here, not commands.
	typing() bool
	// ticking: something counts down in view.
	ticking() bool
}

// overlay covers the screen until it is closed.
type overlay interface {
	setSize(w, h int)
	title() string
	commands() []command
	handle(msg tea.Msg) tea.Cmd
	render() (lines []string, cursor *tea.Cursor)
}
