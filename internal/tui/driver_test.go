package tui

import (
	"context"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// driver plays a person at the terminal: it presses keys, and looks at the
// screen. It runs all commands itself, one after the other, on a clock of its own.
type driver struct {
	t      *testing.T
	m      *Model
	fake   *fakeBackend
	clock  time.Time
	timers []timer
	parked []tea.Cmd // would block now
	quit   bool
	osc52  string
	w, h   int
}

type timer struct {
	at  time.Time
	msg tea.Msg
}

type setting func(*Options, *fakeBackend)

// start shows the UI for an account of some SIMs.
func start(t *testing.T, w, h int, settings ...setting) *driver {
	t.Helper()
	d := &driver{t: t, clock: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), w: w, h: h}
	now := func() time.Time { return d.clock }
	d.fake = newFakeBackend(now)
	d.fake.stream.send(Page{SIMs: someSIMs(d.clock)})
	d.fake.stream.end = io.EOF
	d.fake.mappings = someMappings(d.clock)
	o := Options{Backend: d.fake, Now: now, Lang: i18n.English}
	for _, s := range settings {
		s(&o, d.fake)
	}
	d.m = newModel(context.Background(), o, func(after time.Duration, msg tea.Msg) tea.Cmd {
		return func() tea.Msg {
			d.timers = append(d.timers, timer{d.clock.Add(after), msg})
			return nil
		}
	})
	d.run(d.m.Init())
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
	return d
}

func (d *driver) send(msg tea.Msg) {
	d.t.Helper()
	_, cmd := d.m.Update(msg)
	d.run(cmd)
}

// run runs a command and what follows from it. One that would block is tried
// again whenever the test has changed something.
func (d *driver) run(cmd tea.Cmd) {
	d.t.Helper()
	if cmd == nil {
		return
	}
	msg, ok := d.try(cmd)
	if !ok {
		d.parked = append(d.parked, cmd)
		return
	}
	switch v := reflect.ValueOf(msg); {
	case msg == nil:
	case v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd](): // a batch or a sequence
		for i := range v.Len() {
			d.run(v.Index(i).Interface().(tea.Cmd))
		}
	case v.Type().Name() == "setClipboardMsg":
		d.osc52 = v.String()
	case v.Type() == reflect.TypeFor[tea.QuitMsg]():
		d.quit = true
	default:
		d.send(msg)
	}
}

func (d *driver) try(cmd tea.Cmd) (msg tea.Msg, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, blocks := r.(blocked); !blocks {
				panic(r)
			}
		}
	}()
	return cmd(), true
}

// settle runs what was blocked until nothing moves any more.
func (d *driver) settle() {
	d.t.Helper()
	for {
		list := d.parked
		d.parked = nil
		for _, cmd := range list {
			d.run(cmd)
		}
		if len(d.parked) >= len(list) {
			return
		}
	}
}

// advance lets time pass.
func (d *driver) advance(by time.Duration) *driver {
	d.t.Helper()
	end := d.clock.Add(by)
	for {
		slices.SortStableFunc(d.timers, func(a, b timer) int { return a.at.Compare(b.at) })
		if len(d.timers) == 0 || d.timers[0].at.After(end) {
			break
		}
		next := d.timers[0]
		d.timers = d.timers[1:]
		d.clock = next.at
		d.send(next.msg)
	}
	d.clock = end
	return d
}

var special = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
	"right": tea.KeyRight, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd,
	"backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "space": tea.KeySpace,
}

// press presses keys by name.
func (d *driver) press(keys ...string) *driver {
	d.t.Helper()
	for _, name := range keys {
		var k tea.Key
		if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
			k.Mod, name = tea.ModCtrl, rest
		} else if rest, ok := strings.CutPrefix(name, "shift+"); ok {
			k.Mod, name = tea.ModShift, rest
		}
		if code, ok := special[name]; ok {
			k.Code = code
		} else {
			k.Code = []rune(name)[0]
			if k.Mod == 0 {
				k.Text = name
			}
		}
		if name == "space" {
			k.Text = " "
		}
		d.send(tea.KeyPressMsg(k))
	}
	return d
}

// types writes text, a key at a time.
func (d *driver) types(text string) *driver {
	d.t.Helper()
	for _, r := range text {
		d.send(tea.KeyPressMsg(tea.Key{Code: r, Text: string(r)}))
	}
	return d
}

// lines are what the screen shows.
func (d *driver) lines() []string {
	return strings.Split(ansi.Strip(d.m.View().Content), "\n")
}

func (d *driver) screen() string { return strings.Join(d.lines(), "\n") }

// firstRow is the line of a table's first row: after tabs, info and header.
const firstRow = 3

func (d *driver) expectRow(i int, parts ...string) *driver {
	d.t.Helper()
	d.expectIn(d.lines()[firstRow+i], parts...)
	return d
}

func (d *driver) expectIn(line string, parts ...string) {
	d.t.Helper()
	for _, p := range parts {
		if !strings.Contains(line, p) {
			d.t.Fatalf("%q is not in %q\n%s", p, line, d.screen())
		}
	}
}

// expectSelected looks for the row that is shown in reverse.
func (d *driver) expectSelected(part string) *driver {
	d.t.Helper()
	for _, line := range strings.Split(d.m.View().Content, "\n")[firstRow:] {
		if strings.HasPrefix(line, "\x1b[7m") {
			d.expectIn(ansi.Strip(line), part)
			return d
		}
	}
	d.t.Fatalf("no row is selected\n%s", d.screen())
	return d
}

func (d *driver) expectFooter(parts ...string) *driver {
	d.t.Helper()
	d.expectIn(d.lines()[d.h-1], parts...)
	return d
}

func (d *driver) expectNoFooter(part string) *driver {
	d.t.Helper()
	if line := d.lines()[d.h-1]; strings.Contains(line, part) {
		d.t.Fatalf("the footer has %q: %q", part, line)
	}
	return d
}

func (d *driver) expectStatus(parts ...string) *driver {
	d.t.Helper()
	d.expectIn(d.lines()[d.h-2], parts...)
	return d
}

func (d *driver) expect(parts ...string) *driver {
	d.t.Helper()
	d.expectIn(d.screen(), parts...)
	return d
}

func (d *driver) expectNot(part string) *driver {
	d.t.Helper()
	if strings.Contains(d.screen(), part) {
		d.t.Fatalf("%q is on the screen\n%s", part, d.screen())
	}
	return d
}

// expectDialog looks for a box of this title, with these texts.
func (d *driver) expectDialog(title string, parts ...string) *driver {
	d.t.Helper()
	top := d.m.top()
	if top == nil || !strings.Contains(top.title(), title) {
		d.t.Fatalf("there is no box %q\n%s", title, d.screen())
	}
	return d.expect(append(parts, title)...)
}

func (d *driver) expectNoDialog() *driver {
	d.t.Helper()
	if top := d.m.top(); top != nil {
		d.t.Fatalf("there is a box %q\n%s", top.title(), d.screen())
	}
	return d
}

// job is the last one that was started.
func (d *driver) job() *fakeJob {
	d.t.Helper()
	if len(d.fake.jobs) == 0 {
		d.t.Fatal("no job was started")
	}
	return d.fake.jobs[len(d.fake.jobs)-1]
}
