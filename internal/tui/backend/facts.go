package backend

import (
	"context"
	"time"

	"github.com/atotto/clipboard"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/myip"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// Account implements tui.Facts.
func (b *Backend) Account(ctx context.Context) (tui.Account, error) {
	a := b.o.Request.Account
	account := tui.Account{Profile: a.Profile, Coverage: a.Coverage}
	token, err := b.o.API.Token(ctx)
	account.Operator = token.OperatorID
	return account, err
}

// Address implements tui.Facts.
func (b *Backend) Address(ctx context.Context) (tui.Address, error) {
	services := b.o.Request.Network.IPServices
	finder, err := b.finders.Finder(services)
	if err != nil {
		return tui.Address{}, err
	}
	result, err := finder.Find(ctx)
	if err != nil {
		return tui.Address{}, err
	}
	address := tui.Address{Addr: result.Addr, Asked: len(services)}
	if len(services) == 0 {
		address.Asked = len(myip.BuiltIn())
	}
	for _, answer := range result.Answers {
		if answer.Err == nil && answer.Addr == result.Addr {
			address.Agreed++
		}
	}
	return address, nil
}

// Recent implements tui.Memory.
func (b *Backend) Recent() (map[string]config.Use, error) { return b.o.Recent.All() }

// Copy implements tui.Memory.
func (b *Backend) Copy(text string) error {
	if clipboard.Unsupported {
		return nil
	}
	return clipboard.WriteAll(text)
}

// Defaults implements tui.Memory.
func (b *Backend) Defaults(s access.SIM) tui.Defaults {
	rule := b.o.Config.For(s.Name, s.TagMap())
	d := tui.Defaults{User: rule.User, Service: rule.Service, Port: rule.Port, Duration: time.Duration(b.o.Config.Duration)}
	d.Sources, _ = config.ParseSources(b.o.Config.Source) // checked when the file was read
	return d
}

// Mappings implements tui.Mapper.
func (b *Backend) Mappings(ctx context.Context) ([]inventory.Mapping, error) {
	return b.o.Mappings.List(ctx)
}

// Delete implements tui.Mapper.
func (b *Backend) Delete(ctx context.Context, m inventory.Mapping) error {
	return b.o.Mappings.Delete(ctx, m)
}
