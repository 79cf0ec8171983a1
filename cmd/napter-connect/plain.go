package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// plainRows is how many SIMs are read out at once.
const plainRows = 20

// errQuit ends the plain mode.
var errQuit = message.Errorf("the plain mode is over")

// plain is the UI for screen readers and terminals that can't move the cursor:
// questions and answers, line by line, and nothing is ever drawn again. Its
// actions are the commands of the same name.
type plain struct {
	*uiBackend
	console *console
	texts   *i18n.Texts
	root    *cobra.Command
}

// wantsPlain: the flag, the variable that Charm's tools use too, or a terminal
// that says of itself that it can't do more.
func (a *app) wantsPlain(flag bool) bool {
	return flag || a.getenv("ACCESSIBLE") != "" || a.getenv("TERM") == "dumb"
}

func runPlain(ctx context.Context, a *app, root *cobra.Command) error {
	api, err := a.openAPI(ctx, "plain")
	if err != nil {
		return err
	}
	defer api.Close(ctx)
	leases, err := a.openLeases(api.setup.dirs, "plain")
	if err != nil {
		return err
	}
	defer func() { _ = leases.Close() }()
	p := &plain{
		uiBackend: &uiBackend{app: a, api: api, leases: leases},
		console:   &console{in: a.in, out: a.out, texts: a.texts()}, texts: a.texts(), root: root,
	}
	account := api.setup.account
	p.say(p.texts.Plain.Welcome, account.Profile, p.coverage(account.Coverage))
	if err := p.choose(ctx); !errors.Is(err, errQuit) {
		return err
	}
	p.tell(p.texts.Plain.Bye)
	return nil
}

func (p *plain) coverage(kind string) string {
	if kind == "g" {
		return p.texts.Status.Global
	}
	return p.texts.Status.Japan
}

// say says one line. Text from outside is made safe.
func (p *plain) say(format string, args ...any) { p.tell(p.texts.Sprintf(format, args...)) }

// tell says a text that is no format.
func (p *plain) tell(text string) { _, _ = fmt.Fprintln(p.app.out, safetext.Line(text)) }

// ask asks; the answer q quits.
func (p *plain) ask(ctx context.Context, question string) (string, error) {
	text, err := p.console.Line(ctx, question)
	if err == nil && text == "q" {
		err = errQuit
	}
	return text, err
}

// number asks for a number from 1 to n until it gets one; 0 is an empty answer.
func (p *plain) number(ctx context.Context, n int, format string) (int, error) {
	for {
		text, err := p.ask(ctx, fmt.Sprintf(format, n))
		if err != nil || text == "" {
			return 0, err
		}
		if i, err := strconv.Atoi(text); err == nil && i >= 1 && i <= n {
			return i, nil
		}
		p.say(p.texts.Plain.NotANumber, text, n)
	}
}

// choose finds a SIM and works with it, again and again.
func (p *plain) choose(ctx context.Context) error {
	query, err := p.ask(ctx, p.texts.Plain.AskQuery)
	for err == nil {
		var next string
		var sim *tui.SIM
		next, sim, err = p.pick(ctx, query)
		switch {
		case err != nil:
		case sim != nil:
			if err = p.use(ctx, *sim); err == nil {
				query, err = p.ask(ctx, p.texts.Plain.AskQuery)
			}
		case next != "":
			query = next
		default:
			query, err = p.ask(ctx, p.texts.Plain.AskQuery)
		}
	}
	return err
}

// pick reads out what fits and takes a number, or the next query.
func (p *plain) pick(ctx context.Context, query string) (next string, sim *tui.SIM, err error) {
	t := p.texts.Plain
	answer, err := findSims(ctx, p.api.Session, simsOptions{query: query, online: query == ""})
	if err != nil {
		return "", nil, err
	}
	found := answer.matching
	slices.SortStableFunc(found, onlineSIMsFirst)
	switch {
	case len(found) == 0 && query == "":
		p.tell(p.texts.UI.NoOnline)
		return "", nil, nil
	case len(found) == 0:
		p.say(t.NoneFound, query)
		return "", nil, nil
	case query == "":
		p.say(t.FoundOnline, len(found))
	default:
		p.say(t.Found, len(found))
	}
	shown := found[:min(len(found), plainRows)]
	for i, s := range shown {
		row := uiSIM(s)
		p.say(t.Row, i+1, row.Label(), p.state(row), row.ID)
	}
	if more := len(found) - len(shown); more > 0 {
		p.say(t.More, more)
	}
	text, err := p.ask(ctx, fmt.Sprintf(t.AskNumber, len(shown)))
	if err != nil {
		return "", nil, err
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(shown) {
		chosen := uiSIM(shown[n-1])
		return "", &chosen, nil
	}
	return text, nil, nil
}

func (p *plain) state(s tui.SIM) string {
	switch s.State {
	case tui.Online:
		return p.texts.States.Online
	case tui.ArcOnly:
		return p.texts.States.Arc
	case tui.Offline:
		return p.texts.States.Offline
	}
	return p.texts.States.OfStatus(s.Status)
}

// plainAction is something to do with a SIM. command is the command that does
// it; an action without one is done here.
type plainAction struct {
	text    string
	command string
	do      func(ctx context.Context, sim tui.SIM) error
}

func (p *plain) actions() []plainAction {
	t := p.texts.Plain
	list := []plainAction{
		{t.Shell, "ssh", p.shell},
		{t.Open, "open", p.open},
		{t.Forward, "forward", p.forward},
		{t.Mappings, "", func(ctx context.Context, sim tui.SIM) error { _, err := p.list(ctx, sim); return err }},
		{t.Delete, "", p.delete},
		{t.Back, "", nil},
		{t.Quit, "", func(context.Context, tui.SIM) error { return errQuit }},
	}
	return slices.DeleteFunc(list, func(a plainAction) bool { return a.command != "" && !p.has(a.command) })
}

func (p *plain) has(command string) bool {
	return slices.ContainsFunc(p.root.Commands(), func(c *cobra.Command) bool { return c.Name() == command })
}

// use offers the actions until another SIM is wanted. What fails is said, and
// life goes on.
func (p *plain) use(ctx context.Context, sim tui.SIM) error {
	p.say(p.texts.Plain.Chosen, sim.Label(), p.state(sim), sim.ID)
	actions := p.actions()
	for {
		for i, a := range actions {
			p.say("%d. %s", i+1, a.text)
		}
		n, err := p.number(ctx, len(actions), p.texts.Plain.AskAction)
		if err != nil || n == 0 || actions[n-1].do == nil {
			return err
		}
		err = actions[n-1].do(ctx, sim)
		if errors.Is(err, errQuit) || ctx.Err() != nil {
			return err
		}
		report(p.app.err, p.texts, err)
	}
}

// shell runs ssh.
func (p *plain) shell(ctx context.Context, sim tui.SIM) error {
	user, err := p.ask(ctx, p.texts.Plain.AskUser)
	if err != nil {
		return err
	}
	args := []string{"ssh"}
	if user != "" {
		args = append(args, "-l", user)
	}
	status := p.run(ctx, append(args, "--", sim.ID)...)
	p.say(p.texts.Plain.Status, status)
	return nil
}

func (p *plain) open(ctx context.Context, sim tui.SIM) error {
	port, err := p.port(ctx, p.texts.Plain.AskPort, 80)
	if err == nil {
		p.tell(p.texts.Plain.EndHint)
		p.run(ctx, "open", "--", fmt.Sprintf("%s:%d", sim.ID, port))
	}
	return err
}

func (p *plain) forward(ctx context.Context, sim tui.SIM) error {
	port, err := p.port(ctx, p.texts.Plain.AskPort, 80)
	if err != nil {
		return err
	}
	local, err := p.port(ctx, p.texts.Plain.AskLocalPort, 0)
	if err == nil {
		p.tell(p.texts.Plain.EndHint)
		p.run(ctx, "forward", "--", sim.ID, fmt.Sprintf("%d:%d", local, port))
	}
	return err
}

// port asks for a port until it gets one; an empty answer is usual.
func (p *plain) port(ctx context.Context, format string, usual int) (int, error) {
	if usual > 0 {
		format = fmt.Sprintf(format, usual)
	}
	for {
		text, err := p.ask(ctx, format)
		if err != nil || text == "" {
			return usual, err
		}
		if n, err := strconv.Atoi(text); err == nil && access.CheckPort(n) == nil {
			return n, nil
		}
		p.say(p.texts.Plain.BadPort, text)
	}
}

// run runs a command of ours as if it had been typed, with the same common
// flags, and returns its exit status.
func (p *plain) run(ctx context.Context, args ...string) int {
	var flags []string
	p.root.PersistentFlags().Visit(func(f *pflag.Flag) {
		flags = append(flags, "--"+f.Name+"="+f.Value.String())
	})
	sys := p.app.with(map[string]string{"ACCESSIBLE": "1"})
	return runContext(ctx, append(flags, args...), sys, p.app.signals)
}

// list reads out the SIM's mappings.
func (p *plain) list(ctx context.Context, sim tui.SIM) ([]tui.Mapping, error) {
	all, err := p.Mappings(ctx)
	if err != nil {
		return nil, err
	}
	mine := slices.DeleteFunc(all, func(m tui.Mapping) bool {
		return m.SIM != sim.ID && (sim.IMSI == "" || m.IMSI != sim.IMSI)
	})
	if len(mine) == 0 {
		p.tell(p.texts.Plain.NoMappings)
	}
	for i, m := range mine {
		p.say(p.texts.Plain.MappingRow, i+1, m.Addr, m.DevicePort, clock(max(0, m.Expires.Sub(p.app.now()).Round(time.Second))), p.whose(m))
	}
	return mine, nil
}

func (p *plain) whose(m tui.Mapping) string {
	s := p.texts.States
	return map[tui.Owner]string{tui.InUse: s.InUse, tui.LeftOver: s.LeftOver, tui.Kept: s.Kept, tui.Someone: s.Other}[m.Owner]
}

// delete deletes one mapping; it asks before, and says whose it is.
func (p *plain) delete(ctx context.Context, sim tui.SIM) error {
	t := p.texts.Plain
	list, err := p.list(ctx, sim)
	if err != nil || len(list) == 0 {
		return err
	}
	n, err := p.number(ctx, len(list), t.AskWhich)
	if err != nil || n == 0 {
		return err
	}
	m := list[n-1]
	question := fmt.Sprintf(t.AskDeleteOf, m.Addr, p.whose(m))
	if m.Owner == tui.LeftOver {
		question = fmt.Sprintf(t.AskDelete, m.Addr)
	}
	answer, err := p.ask(ctx, question)
	if err != nil {
		return err
	}
	if answer != "yes" {
		p.tell(t.NotDeleted)
		return nil
	}
	if err := p.Delete(ctx, m); err != nil {
		return err
	}
	p.say(t.Deleted, m.Addr)
	return nil
}
