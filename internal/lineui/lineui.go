// Package lineui is the UI for screen readers and for terminals that can't move the
// cursor: questions and answers, line by line, and nothing is ever drawn again. Its
// actions are the commands of the same name.
package lineui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/table"
	"github.com/napter-connect/napter-connect/internal/tui"
)

// mostRows is how many SIMs are read out at once.
const mostRows = 20

// errQuit ends the plain mode.
var errQuit = message.Errorf("the plain mode is over")

// Options are what the UI shows and does. All are needed.
type Options struct {
	// Console asks; Out receives all that is not a question.
	Console *console.Console
	Out     io.Writer
	Texts   *i18n.Texts
	Now     func() time.Time
	// Account is who the UI works for.
	Account tui.Account
	// Find finds the SIMs that fit a query, the online ones first; an empty query
	// means all that are online.
	Find func(ctx context.Context, query string) ([]tui.SIM, error)
	// Mappings are the operator's port mappings; Delete deletes one.
	Mappings func(context.Context) ([]inventory.Mapping, error)
	Delete   func(context.Context, inventory.Mapping) error
	// Command runs a command of the program as if it had been typed, and returns
	// its exit status.
	Command func(ctx context.Context, args ...string) (status int)
	// Report says why an action failed.
	Report func(error)
}

// Run asks and answers until the person quits, or the input ends.
func Run(ctx context.Context, o Options) error {
	u := &ui{o: o, texts: o.Texts}
	u.say(u.texts.Plain.Welcome, o.Account.Profile, u.coverage(o.Account.Coverage))
	if err := u.choose(ctx); !errors.Is(err, errQuit) {
		return err
	}
	u.tell(u.texts.Plain.Bye)
	return nil
}

// ui is one run of it.
type ui struct {
	o     Options
	texts *i18n.Texts
}

func (u *ui) coverage(kind string) string {
	if kind == "g" {
		return u.texts.Status.Global
	}
	return u.texts.Status.Japan
}

// say says one line. Text from outside is made safe.
func (u *ui) say(format string, args ...any) { u.tell(u.texts.Sprintf(format, args...)) }

// tell says a text that is no format.
func (u *ui) tell(text string) { _, _ = fmt.Fprintln(u.o.Out, safetext.Line(text)) }

// ask asks; the answer q quits.
func (u *ui) ask(ctx context.Context, question string) (string, error) {
	text, err := u.o.Console.Line(ctx, question)
	if err == nil && text == "q" {
		err = errQuit
	}
	return text, err
}

// number asks for a number from 1 to n until it gets one; 0 is an empty answer.
func (u *ui) number(ctx context.Context, n int, format string) (int, error) {
	for {
		text, err := u.ask(ctx, fmt.Sprintf(format, n))
		if err != nil || text == "" {
			return 0, err
		}
		if i, err := strconv.Atoi(text); err == nil && i >= 1 && i <= n {
			return i, nil
		}
		u.say(u.texts.Plain.NotANumber, text, n)
	}
}

// choose finds a SIM and works with it, again and again.
func (u *ui) choose(ctx context.Context) error {
	query, err := u.ask(ctx, u.texts.Plain.AskQuery)
	for err == nil {
		var next string
		var sim *tui.SIM
		next, sim, err = u.pick(ctx, query)
		switch {
		case err != nil:
		case sim != nil:
			if err = u.use(ctx, *sim); err == nil {
				query, err = u.ask(ctx, u.texts.Plain.AskQuery)
			}
		case next != "":
			query = next
		default:
			query, err = u.ask(ctx, u.texts.Plain.AskQuery)
		}
	}
	return err
}

// pick reads out what fits and takes a number, or the next query.
func (u *ui) pick(ctx context.Context, query string) (next string, sim *tui.SIM, err error) {
	t := u.texts.Plain
	found, err := u.o.Find(ctx, query)
	if err != nil {
		return "", nil, err
	}
	switch {
	case len(found) == 0 && query == "":
		u.tell(u.texts.UI.NoOnline)
		return "", nil, nil
	case len(found) == 0:
		u.say(t.NoneFound, query)
		return "", nil, nil
	case query == "":
		u.say(t.FoundOnline, len(found))
	default:
		u.say(t.Found, len(found))
	}
	shown := found[:min(len(found), mostRows)]
	for i, s := range shown {
		u.say(t.Row, i+1, s.Label(), u.state(s), s.ID)
	}
	if more := len(found) - len(shown); more > 0 {
		u.say(t.More, more)
	}
	text, err := u.ask(ctx, fmt.Sprintf(t.AskNumber, len(shown)))
	if err != nil {
		return "", nil, err
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(shown) {
		return "", &shown[n-1], nil
	}
	return text, nil, nil
}

func (u *ui) state(s tui.SIM) string {
	switch s.State {
	case access.Online:
		return u.texts.States.Online
	case access.ArcOnly:
		return u.texts.States.Arc
	case access.Offline:
		return u.texts.States.Offline
	}
	return u.texts.States.OfStatus(s.Status)
}

// action is something to do with a SIM; without do, another SIM is chosen.
type action struct {
	text string
	do   func(ctx context.Context, sim tui.SIM) error
}

func (u *ui) actions() []action {
	t := u.texts.Plain
	return []action{
		{t.Shell, u.shell},
		{t.Open, u.open},
		{t.Forward, u.forward},
		{t.Mappings, func(ctx context.Context, sim tui.SIM) error { _, err := u.list(ctx, sim); return err }},
		{t.Delete, u.delete},
		{t.Back, nil},
		{t.Quit, func(context.Context, tui.SIM) error { return errQuit }},
	}
}

// use offers the actions until another SIM is wanted. Failures are reported, and
// the menu continues.
func (u *ui) use(ctx context.Context, sim tui.SIM) error {
	u.say(u.texts.Plain.Chosen, sim.Label(), u.state(sim), sim.ID)
	actions := u.actions()
	for {
		for i, a := range actions {
			u.say("%d. %s", i+1, a.text)
		}
		n, err := u.number(ctx, len(actions), u.texts.Plain.AskAction)
		if err != nil || n == 0 || actions[n-1].do == nil {
			return err
		}
		err = actions[n-1].do(ctx, sim)
		if errors.Is(err, errQuit) || ctx.Err() != nil {
			return err
		}
		u.o.Report(err)
	}
}

// shell runs ssh.
func (u *ui) shell(ctx context.Context, sim tui.SIM) error {
	user, err := u.ask(ctx, u.texts.Plain.AskUser)
	if err != nil {
		return err
	}
	args := []string{"ssh"}
	if user != "" {
		args = append(args, "-l", user)
	}
	status := u.o.Command(ctx, append(args, "--", sim.ID)...)
	u.say(u.texts.Plain.Status, status)
	return nil
}

func (u *ui) open(ctx context.Context, sim tui.SIM) error {
	port, err := u.port(ctx, u.texts.Plain.AskPort, 80)
	if err == nil {
		u.tell(u.texts.Plain.EndHint)
		u.o.Command(ctx, "open", "--", fmt.Sprintf("%s:%d", sim.ID, port))
	}
	return err
}

func (u *ui) forward(ctx context.Context, sim tui.SIM) error {
	port, err := u.port(ctx, u.texts.Plain.AskPort, 80)
	if err != nil {
		return err
	}
	local, err := u.port(ctx, u.texts.Plain.AskLocalPort, 0)
	if err == nil {
		u.tell(u.texts.Plain.EndHint)
		u.o.Command(ctx, "forward", "--", sim.ID, fmt.Sprintf("%d:%d", local, port))
	}
	return err
}

// port asks for a port until it gets one; an empty answer is usual.
func (u *ui) port(ctx context.Context, format string, usual int) (int, error) {
	if usual > 0 {
		format = fmt.Sprintf(format, usual)
	}
	for {
		text, err := u.ask(ctx, format)
		if err != nil || text == "" {
			return usual, err
		}
		if n, ok := hostport.ParsePort(text); ok {
			return n, nil
		}
		u.say(u.texts.Plain.BadPort, text)
	}
}

// list reads out the SIM's mappings.
func (u *ui) list(ctx context.Context, sim tui.SIM) ([]inventory.Mapping, error) {
	all, err := u.o.Mappings(ctx)
	if err != nil {
		return nil, err
	}
	mine := slices.DeleteFunc(all, func(m inventory.Mapping) bool {
		return m.SIM != sim.ID && (sim.IMSI == "" || m.IMSI != sim.IMSI)
	})
	if len(mine) == 0 {
		u.tell(u.texts.Plain.NoMappings)
	}
	for i, m := range mine {
		u.say(u.texts.Plain.MappingRow, i+1, m.Addr, m.DevicePort, table.Clock(max(0, m.Expires.Sub(u.o.Now()).Round(time.Second))), u.whose(m))
	}
	return mine, nil
}

func (u *ui) whose(m inventory.Mapping) string {
	s := u.texts.States
	switch m.Owner {
	case inventory.InUse, inventory.Lingering:
		return s.InUse
	case inventory.LeftOver, inventory.Deleting:
		return s.LeftOver
	case inventory.Kept:
		return s.Kept
	}
	return s.Other
}

// delete deletes one mapping; it asks before, and says whose it is.
func (u *ui) delete(ctx context.Context, sim tui.SIM) error {
	t := u.texts.Plain
	list, err := u.list(ctx, sim)
	if err != nil || len(list) == 0 {
		return err
	}
	n, err := u.number(ctx, len(list), t.AskWhich)
	if err != nil || n == 0 {
		return err
	}
	m := list[n-1]
	question := fmt.Sprintf(t.AskDeleteOf, m.Addr, u.whose(m))
	if m.Owner == inventory.LeftOver || m.Owner == inventory.Deleting {
		question = fmt.Sprintf(t.AskDelete, m.Addr)
	}
	answer, err := u.ask(ctx, question)
	if err != nil {
		return err
	}
	if answer != "yes" {
		u.tell(t.NotDeleted)
		return nil
	}
	if err := u.o.Delete(ctx, m); err != nil {
		return err
	}
	u.say(t.Deleted, m.Addr)
	return nil
}
