package doctor

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

func (d *Doctor) lookAtProfile(ctx context.Context) finding {
	account, err := d.Account(ctx)
	if err != nil {
		return because(Failed, err)
	}
	d.account = account
	return ok(message.New("%s, coverage %s, %s", account.String(), account.Coverage, account.Endpoint))
}

// lookAtProxy tells what surprises people: a proxy is for the API alone.
func (d *Doctor) lookAtProxy(context.Context) finding {
	if d.Network.HTTPSProxy == "" {
		return ok(message.New("none"))
	}
	name := "HTTPS_PROXY"
	if u, err := url.Parse(d.Network.HTTPSProxy); err == nil && u.Host != "" {
		name = u.Redacted()
	}
	return finding{
		status: Note,
		detail: message.New("the API is called through %s; connections to devices do not go through it", name),
		hint:   message.New("this network must allow outgoing TCP to any port: Napter gives each port mapping its own"),
	}
}

func (d *Doctor) lookAtAddress(ctx context.Context) finding {
	result, err := d.Finder.Find(ctx)
	if err != nil {
		return because(Failed, err)
	}
	var agreed []string
	for _, a := range result.Answers {
		if a.Err == nil && a.Addr == result.Addr {
			agreed = append(agreed, a.Service.Operator)
		}
	}
	return ok(message.New("%s, as %s say", result.Addr, strings.Join(agreed, ", ")))
}

func (d *Doctor) lookAtLogin(ctx context.Context) finding {
	if d.account.Endpoint == "" {
		return finding{status: Skipped, detail: message.New("it needs a profile")}
	}
	session, err := d.Session(d.account)
	if err != nil {
		return because(Failed, err)
	}
	token, err := session.Token(ctx)
	if err != nil {
		return because(Failed, err)
	}
	d.session = session
	if token.UserName == "" {
		return ok(message.New("root user of %s", token.OperatorID))
	}
	return ok(message.New("SAM user %s of %s", token.UserName, token.OperatorID))
}

// try is a call that changes nothing.
type try struct {
	what string // the permission
	call func(context.Context) error
}

func (d *Doctor) tries() []try {
	return []try{
		{"Query:searchSims", func(ctx context.Context) error {
			return first(d.session.SearchSims(ctx, client.SearchSimsQuery{Name: []string{"doctor"}, Limit: 1}))
		}},
		{"Sim:listSims", func(ctx context.Context) error { return first(d.session.ListSims(ctx, 1)) }},
		{"PortMapping:listPortMappings", func(ctx context.Context) error { return first(d.session.ListPortMappings(ctx)) }},
		{"AuditLog:getNapterAuditLogs", func(ctx context.Context) error {
			return first(d.session.GetNapterAuditLogs(ctx, client.NapterAuditQuery{From: d.Now().Add(-time.Hour), Limit: 1}))
		}},
	}
}

// first reads as much of a list as shows whether it may be read.
func first[T any](list iter.Seq2[T, error]) error {
	for _, err := range list {
		return err
	}
	return nil
}

// lookAtPermissions tries what changes nothing, all at once.
func (d *Doctor) lookAtPermissions(ctx context.Context) finding {
	tries := d.tries()
	errs := make([]error, len(tries))
	var all sync.WaitGroup
	for i, t := range tries {
		all.Go(func() { errs[i] = t.call(ctx) })
	}
	all.Wait()
	var allowed, refused []string
	for i, t := range tries {
		var answer *client.Error
		switch err := errs[i]; {
		case err == nil:
			allowed = append(allowed, t.what)
		case errors.As(err, &answer) && answer.Status == http.StatusForbidden:
			refused = append(refused, t.what)
		default:
			return because(Failed, err)
		}
	}
	if len(refused) == 0 {
		return ok(message.New("%s; creating and deleting are not tried", strings.Join(allowed, ", ")))
	}
	f := finding{status: Note, detail: message.New("this user may not use %s", strings.Join(refused, ", "))}
	if slices.Contains(refused, "Query:searchSims") {
		f.hint = message.New("name SIMs by their SIM ID, or have an administrator add what is missing; then: napter-connect auth logout")
	} else {
		f.hint = message.New("have an administrator add what is missing; then: napter-connect auth logout")
	}
	return f
}

// mostOff is how far the clock may be off before it confuses people: countdowns
// are shorter or longer than they seem then.
const mostOff = 30 * time.Second

func (d *Doctor) lookAtClock(context.Context) finding {
	off, known := d.session.ClockOffset()
	switch {
	case !known:
		return finding{status: Skipped, detail: message.New("the API does not tell the time")}
	case off.Abs() > mostOff:
		return finding{
			status: Note,
			detail: message.New("this machine's clock and the API's differ by %s", off.Abs().Round(time.Second)),
			hint:   message.New("let the system synchronize its clock over the network (NTP)"),
		}
	}
	return ok(message.New("as the API's, within %s", mostOff))
}
