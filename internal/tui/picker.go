// Package tui is the terminal UI.
package tui

import (
	"context"
	"fmt"
	"io"
	"os"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/list"
	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// Pick shows SIMs and returns the one that the person chose; ok is false when
// none was. It leaves the terminal as it was.
func Pick(ctx context.Context, in *os.File, out io.Writer, sims []access.SIM) (sim access.SIM, ok bool, err error) {
	p := tea.NewProgram(newPicker(sims), tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithoutSignalHandler())
	last, err := p.Run()
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return sim, false, err
	}
	m := last.(picker)
	return m.chosen, m.done, nil
}

type item struct{ access.SIM }

// Title implements list.DefaultItem. Names are untrusted text.
func (i item) Title() string {
	if i.Name == "" {
		return i.ID
	}
	return safetext.Line(i.Name)
}

// Description implements list.DefaultItem.
func (i item) Description() string { return fmt.Sprintf("%s  IMSI %s", i.ID, i.IMSI) }

// FilterValue implements list.Item.
func (i item) FilterValue() string { return i.Title() + " " + i.ID + " " + i.IMSI }

type picker struct {
	list   list.Model
	chosen access.SIM
	done   bool
}

var connectKey = key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "connect"))

func newPicker(sims []access.SIM) picker {
	items := make([]list.Item, len(sims))
	for i, s := range sims {
		items[i] = item{s}
	}
	l := list.New(items, list.NewDefaultDelegate(), 80, 24)
	l.Title = "Online SIMs"
	l.SetStatusBarItemName("SIM", "SIMs")
	l.SetShowPagination(false) // it costs more than all the rest with many items
	l.AdditionalShortHelpKeys = func() []key.Binding { return []key.Binding{connectKey} }
	return picker{list: l}
}

// Init implements tea.Model.
func (p picker) Init() tea.Cmd { return nil }

// Update implements tea.Model.
func (p picker) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.list.SetSize(msg.Width, msg.Height)
		return p, nil
	case tea.KeyPressMsg:
		switch {
		case msg.String() == "ctrl+c":
			return p, tea.Quit
		case p.list.FilterState() != list.Filtering && key.Matches(msg, connectKey):
			if i, ok := p.list.SelectedItem().(item); ok {
				p.chosen, p.done = i.SIM, true
				return p, tea.Quit
			}
		}
	}
	var cmd tea.Cmd
	p.list, cmd = p.list.Update(msg)
	return p, cmd
}

// View implements tea.Model.
func (p picker) View() tea.View {
	v := tea.NewView(p.list.View())
	v.AltScreen = true
	return v
}
