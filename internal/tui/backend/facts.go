package backend

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/atotto/clipboard"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
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
func (b *Backend) Defaults(s tui.SIM) tui.Defaults {
	tags := map[string]string{"name": s.Name}
	for _, t := range s.Tags {
		tags[t.Key] = t.Value
	}
	rule := b.o.Config.For(s.Name, tags)
	d := tui.Defaults{User: rule.User, Service: rule.Service, Port: rule.Port, Duration: time.Duration(b.o.Config.Duration)}
	d.Sources, _ = config.ParseSources(b.o.Config.Source) // checked when the file was read
	return d
}

// Mappings implements tui.Mapper.
func (b *Backend) Mappings(ctx context.Context) ([]tui.Mapping, error) {
	describe, err := b.o.Whose(ctx)
	if err != nil {
		return nil, err
	}
	list := []tui.Mapping{}
	for m, err := range b.o.API.ListPortMappings(ctx) {
		if err != nil {
			return nil, err
		}
		list = append(list, describe(m))
	}
	return list, nil
}

// Delete implements tui.Mapper. An address is used again for other SIMs: what
// is there now must be what was shown.
func (b *Backend) Delete(ctx context.Context, m tui.Mapping) error {
	list, err := b.mappingsOf(ctx, m)
	if err != nil {
		return err
	}
	for _, now := range list {
		if now.IPAddress != m.Addr.Addr().String() || int(now.Port) != int(m.Addr.Port()) {
			continue
		}
		if !now.CreatedTime.Time().Equal(m.Created) {
			return message.WithHint(message.Errorf("%s belongs to another mapping now", m.Addr), "refresh the list and look again")
		}
		if err := b.o.API.DeletePortMapping(ctx, m.Addr.Addr(), int(m.Addr.Port())); err != nil {
			return err
		}
	}
	return b.forget(m)
}

func (b *Backend) mappingsOf(ctx context.Context, m tui.Mapping) (list []client.PortMapping, err error) {
	switch {
	case m.SIM != "":
		return b.o.API.ListPortMappingsForSim(ctx, m.SIM)
	case m.IMSI != "":
		return b.o.API.ListPortMappingsForSubscriber(ctx, m.IMSI)
	}
	for one, err := range b.o.API.ListPortMappings(ctx) {
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// forget drops what the journal knows of a mapping that is deleted.
func (b *Backend) forget(m tui.Mapping) error {
	entries, _, err := b.o.Leases.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if netip.AddrPortFrom(e.IP, uint16(e.Port)) != m.Addr || e.State == lease.Intent {
			continue
		}
		if err := b.o.Leases.Forget(e); err != nil && !errors.Is(err, lease.ErrGone) {
			return err
		}
	}
	return nil
}
