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
var errQuit = message.Errorf("plain mode ended")

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
	Find func(ctx context.Context, query string) ([]inventory.SIM, error)
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
	u.say("napter-connect, plain mode. Profile %s, coverage %s.", o.Account.Profile, u.coverage(o.Account.Coverage))
	if err := u.choose(ctx); !errors.Is(err, errQuit) {
		return err
	}
	u.tell(u.texts.Word("Bye."))
	return nil
}

// ui is one run of it.
type ui struct {
	o     Options
	texts *i18n.Texts
}

func (u *ui) coverage(kind string) string {
	if kind == "g" {
		return u.texts.Word("Global")
	}
	return u.texts.Word("Japan")
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
		u.say("%s is not a number from 1 to %d.", text, n)
	}
}

// choose finds a SIM and works with it, again and again.
func (u *ui) choose(ctx context.Context) error {
	query, err := u.ask(ctx, u.texts.Word("Part of a name or ID, empty for the online SIMs, q to quit: "))
	for err == nil {
		var next string
		var sim *access.SIM
		next, sim, err = u.pick(ctx, query)
		switch {
		case err != nil:
		case sim != nil:
			if err = u.use(ctx, *sim); err == nil {
				query, err = u.ask(ctx, u.texts.Word("Part of a name or ID, empty for the online SIMs, q to quit: "))
			}
		case next != "":
			query = next
		default:
			query, err = u.ask(ctx, u.texts.Word("Part of a name or ID, empty for the online SIMs, q to quit: "))
		}
	}
	return err
}

// pick reads out what fits and takes a number, or the next query.
func (u *ui) pick(ctx context.Context, query string) (next string, sim *access.SIM, err error) {
	t := u.texts
	found, err := u.o.Find(ctx, query)
	if err != nil {
		return "", nil, err
	}
	switch {
	case len(found) == 0 && query == "":
		u.tell(u.texts.Word("No SIM is online. Type a part of a name to find others."))
		return "", nil, nil
	case len(found) == 0:
		u.say("No SIM fits %s.", query)
		return "", nil, nil
	case query == "":
		u.say("SIMs online: %d.", len(found))
	default:
		u.say("SIMs found: %d.", len(found))
	}
	shown := found[:min(len(found), mostRows)]
	for i, s := range shown {
		u.say("%d. %s, %s, SIM ID %s", i+1, s.Label(), u.state(s.SIM), s.ID)
	}
	if more := len(found) - len(shown); more > 0 {
		u.tell(u.texts.Say(message.Plural(more, "%d more is not shown; type more of the name.",
			"%d more are not shown; type more of the name.", more)))
	}
	text, err := u.ask(ctx, t.Sprintf("Number of the SIM, 1 to %d, or another part of a name, or q: ", len(shown)))
	if err != nil {
		return "", nil, err
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(shown) {
		return "", &shown[n-1].SIM, nil
	}
	return text, nil, nil
}

func (u *ui) state(s access.SIM) string { return u.texts.Say(s.State().Text(s.Status)) }

// action is something to do with a SIM; without do, another SIM is chosen.
type action struct {
	text string
	do   func(ctx context.Context, sim access.SIM) error
}

func (u *ui) actions() []action {
	t := u.texts
	return []action{
		{t.Word("SSH shell"), u.shell},
		{t.Word("Open in the browser or a viewer"), u.open},
		{t.Word("Forward a port to this machine"), u.forward},
		{t.Word("List its port mappings"), func(ctx context.Context, sim access.SIM) error { _, err := u.list(ctx, sim); return err }},
		{t.Word("Delete one of its port mappings"), u.delete},
		{t.Word("Choose another SIM"), nil},
		{t.Word("Quit"), func(context.Context, access.SIM) error { return errQuit }},
	}
}

// use offers the actions until another SIM is wanted. Failures are reported, and
// the menu continues.
func (u *ui) use(ctx context.Context, sim access.SIM) error {
	u.say("%s, %s, SIM ID %s.", sim.Label(), u.state(sim), sim.ID)
	actions := u.actions()
	for {
		for i, a := range actions {
			u.say("%d. %s", i+1, a.text)
		}
		n, err := u.number(ctx, len(actions), u.texts.Word("Action, 1 to %d: "))
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
func (u *ui) shell(ctx context.Context, sim access.SIM) error {
	user, err := u.ask(ctx, u.texts.Word("User on the device, empty for the usual one: "))
	if err != nil {
		return err
	}
	args := []string{"ssh"}
	if user != "" {
		args = append(args, "-l", user)
	}
	status := u.o.Command(ctx, append(args, "--", sim.ID)...)
	u.say("The session has ended with status %d.", status)
	return nil
}

func (u *ui) open(ctx context.Context, sim access.SIM) error {
	port, err := u.port(ctx, u.texts.Word("Port of the device, empty for %d: "), 80)
	if err == nil {
		u.tell(u.texts.Word("Ctrl-C ends it, and this program."))
		u.o.Command(ctx, "open", "--", fmt.Sprintf("%s:%d", sim.ID, port))
	}
	return err
}

func (u *ui) forward(ctx context.Context, sim access.SIM) error {
	port, err := u.port(ctx, u.texts.Word("Port of the device, empty for %d: "), 80)
	if err != nil {
		return err
	}
	local, err := u.port(ctx, u.texts.Word("Port on this machine, empty for any: "), 0)
	if err == nil {
		u.tell(u.texts.Word("Ctrl-C ends it, and this program."))
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
		u.say("%s is not a port from 1 to 65535.", text)
	}
}

// list reads out the SIM's mappings.
func (u *ui) list(ctx context.Context, sim access.SIM) ([]inventory.Mapping, error) {
	all, err := u.o.Mappings(ctx)
	if err != nil {
		return nil, err
	}
	mine := slices.DeleteFunc(all, func(m inventory.Mapping) bool {
		return m.SIM != sim.ID && (sim.IMSI == "" || m.IMSI != sim.IMSI)
	})
	if len(mine) == 0 {
		u.tell(u.texts.Word("This SIM has no port mapping."))
	}
	for i, m := range mine {
		u.say("%d. %s to port %d, %s left, %s", i+1, m.Addr, m.DevicePort, table.Clock(max(0, m.Expires.Sub(u.o.Now()).Round(time.Second))), u.whose(m))
	}
	return mine, nil
}

func (u *ui) whose(m inventory.Mapping) string {
	s := u.texts
	switch m.Owner {
	case inventory.InUse, inventory.Lingering:
		return s.Word("in use here")
	case inventory.LeftOver, inventory.Deleting:
		return s.Word("ours, left over")
	case inventory.Kept:
		return s.Word("ours, kept")
	}
	return s.Word("someone else's")
}

// delete deletes one mapping; it asks before, and says whose it is.
func (u *ui) delete(ctx context.Context, sim access.SIM) error {
	t := u.texts
	list, err := u.list(ctx, sim)
	if err != nil || len(list) == 0 {
		return err
	}
	n, err := u.number(ctx, len(list), t.Word("Number of the mapping, 1 to %d, empty to go back: "))
	if err != nil || n == 0 {
		return err
	}
	m := list[n-1]
	question := t.Sprintf("%s is %s; whoever uses it loses the connection. Delete it? yes or no: ", m.Addr, u.whose(m))
	if m.Owner == inventory.LeftOver || m.Owner == inventory.Deleting {
		question = t.Sprintf("Delete %s? yes or no: ", m.Addr)
	}
	answer, err := u.ask(ctx, question)
	if err != nil {
		return err
	}
	if answer != "yes" {
		u.tell(t.Word("Nothing was deleted."))
		return nil
	}
	if err := u.o.Delete(ctx, m); err != nil {
		return err
	}
	u.say("%s is deleted.", m.Addr)
	return nil
}
