package main

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/atotto/clipboard"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/myip"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// Account implements tui.Facts.
func (b *uiBackend) Account(ctx context.Context) (tui.Account, error) {
	a := b.api.setup.account
	account := tui.Account{Profile: a.Profile, Coverage: a.Coverage}
	token, err := b.api.Token(ctx)
	account.Operator = token.OperatorID
	return account, err
}

// Address implements tui.Facts.
func (b *uiBackend) Address(ctx context.Context) (tui.Address, error) {
	services := b.api.setup.network.IPServices
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
func (b *uiBackend) Recent() (map[string]config.Use, error) { return b.recent.All() }

// Copy implements tui.Memory.
func (b *uiBackend) Copy(text string) error {
	if clipboard.Unsupported {
		return nil
	}
	return clipboard.WriteAll(text)
}

// Defaults implements tui.Memory.
func (b *uiBackend) Defaults(s tui.SIM) tui.Defaults {
	file := b.api.setup.file
	tags := map[string]string{"name": s.Name}
	for _, t := range s.Tags {
		tags[t.Key] = t.Value
	}
	rule := file.For(s.Name, tags)
	d := tui.Defaults{User: rule.User, Service: rule.Service, Port: rule.Port, Duration: time.Duration(file.Duration)}
	d.Sources, _ = parseSources(file.Source) // checked when the file was read
	return d
}

// Mappings implements tui.Mapper.
func (b *uiBackend) Mappings(ctx context.Context) ([]tui.Mapping, error) {
	whose, err := b.app.readOwners(b.leases)
	if err != nil {
		return nil, err
	}
	users := b.app.readHolders(ctx, b.api.setup)
	list := []tui.Mapping{}
	for m, err := range b.api.ListPortMappings(ctx) {
		if err != nil {
			return nil, err
		}
		list = append(list, uiMapping(b.app.texts(), m, whose, users))
	}
	return list, nil
}

func uiMapping(t *i18n.Texts, m client.PortMapping, whose owners, users holders) tui.Mapping {
	r := whose.describe(t, newMappingRow(m), users)
	ip, _ := netip.ParseAddr(m.IPAddress)
	owner := map[string]tui.Owner{
		"in use": tui.InUse, "lingering": tui.InUse,
		"left over": tui.LeftOver, "being deleted": tui.LeftOver, "kept": tui.Kept,
	}[r.Owner]
	return tui.Mapping{
		SIM: r.SIM, IMSI: r.IMSI, DevicePort: r.DevicePort, Addr: netip.AddrPortFrom(ip, uint16(m.Port)), Hostname: r.Hostname,
		TLS: r.TLS, Sources: r.Sources, Created: r.Created, Expires: r.Expires, Owner: owner, By: r.By,
	}
}

// Delete implements tui.Mapper. An address is used again for other SIMs: what
// is there now must be what was shown.
func (b *uiBackend) Delete(ctx context.Context, m tui.Mapping) error {
	list, err := b.mappingsOf(ctx, m)
	if err != nil {
		return err
	}
	for _, now := range list {
		if now.Addr != m.Addr {
			continue
		}
		if !now.Created.Equal(m.Created) {
			return message.WithHint(message.Errorf("%s belongs to another mapping now", m.Addr), "refresh the list and look again")
		}
		if err := b.api.DeletePortMapping(ctx, m.Addr.Addr(), int(m.Addr.Port())); err != nil {
			return err
		}
	}
	return b.forget(m)
}

func (b *uiBackend) mappingsOf(ctx context.Context, m tui.Mapping) ([]tui.Mapping, error) {
	var found []client.PortMapping
	var err error
	switch {
	case m.SIM != "":
		found, err = b.api.ListPortMappingsForSim(ctx, m.SIM)
	case m.IMSI != "":
		found, err = b.api.ListPortMappingsForSubscriber(ctx, m.IMSI)
	default:
		return b.Mappings(ctx)
	}
	var list []tui.Mapping
	for _, one := range found {
		list = append(list, uiMapping(b.app.texts(), one, nil, nil))
	}
	return list, err
}

// forget drops what the journal knows of a mapping that is deleted.
func (b *uiBackend) forget(m tui.Mapping) error {
	entries, _, err := b.leases.Entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if netip.AddrPortFrom(e.IP, uint16(e.Port)) != m.Addr || e.State == lease.Intent {
			continue
		}
		if err := b.leases.Forget(e); err != nil && !errors.Is(err, lease.ErrGone) {
			return err
		}
	}
	return nil
}
