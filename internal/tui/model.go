package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// The smallest terminal that is drawn on.
const (
	minWidth  = 40
	minHeight = 10
)

// toastTime is how long a short message stays.
const toastTime = 6 * time.Second

// Model is the root: it holds the screens and what covers them, and routes
// messages to them.
type Model struct {
	*env
	plain, ascii  bool
	width, height int

	sims     *simScreen
	maps     *mapScreen
	sessions *sessionScreen
	tab      int
	overlays []overlay

	account  accountMsg
	toast    string
	toastGen int
	failure  *failure // of a list; stays until it is dismissed or over
	ticking  bool     // a tick is on its way
	quitting bool
}

// newModel makes the root. after replaces tea.Tick in tests.
func newModel(ctx context.Context, o Options, after func(time.Duration, tea.Msg) tea.Cmd) *Model {
	t := i18n.For(o.Lang)
	e := &env{
		ctx: ctx, backend: o.Backend, now: o.Now, after: after,
		text: t, keys: newKeyMap(t), style: newStyles(true, o.NoColor, o.ASCII),
		counts: map[string]int{},
	}
	m := &Model{env: e, plain: o.NoColor, ascii: o.ASCII, sims: newSIMScreen(e), sessions: newSessionScreen(e)}
	m.maps = newMapScreen(e, m.sims.store.get)
	return m
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.sims.load(), m.maps.load(), m.learn())
}

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.route(msg)
	return m, tea.Batch(cmd, m.tick())
}

// route hands a message to whom it concerns.
func (m *Model) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.PasteMsg:
		return m.typed(msg)
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case tea.BackgroundColorMsg:
		m.style = newStyles(msg.IsDark(), m.plain, m.ascii)
	case tickMsg:
		m.ticking = false
	case toastMsg:
		if msg.gen == m.toastGen {
			m.toast = ""
		}
	case pushMsg:
		m.push(msg.overlay)
	case popMsg:
		m.pop()
	case connectMsg:
		return m.connect(msg.request)
	case jobMsg:
		return m.job(msg)
	case stopMsg:
		if r := m.sessions.find(msg.id); r != nil {
			return r.stop()
		}
	case quitMsg:
		return m.quitNow()
	default:
		return m.data(msg)
	}
	return nil
}

// data takes what commands found out.
func (m *Model) data(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pageMsg:
		cmd := m.sims.page(msg)
		m.note(m.sims.err, m.text.Word("The list could not be fetched: %s"))
		return cmd
	case searchDueMsg:
		return m.sims.searchDue(msg)
	case searchMsg:
		return m.sims.found(msg)
	case sortedMsg:
		return m.sims.sortDone(msg)
	case mappingsMsg:
		m.note(msg.err, m.text.Word("The list could not be fetched: %s"))
		return m.maps.listed(msg)
	case mappingsDueMsg:
		return m.maps.due(msg)
	case accountMsg:
		m.account = msg
		m.note(msg.err, m.text.Word("Logging in failed: %s"))
	case addressMsg:
		m.address = msg
		m.note(msg.err, m.text.Word("Could not determine the public address: %s"))
	case recentMsg:
		m.recent = msg.recent
	case deleteMsg:
		return m.delete(msg.list)
	case deletedMsg:
		return m.deleted(msg)
	case copyMsg:
		return m.copy(msg)
	case copiedMsg:
		return m.say(m.text.Sprintf("Copied %s", safe(msg.what)))
	case refreshMsg:
		m.failure = nil
		return tea.Batch(m.sims.load(), m.maps.load(), m.learn())
	}
	return nil
}

// screen is the one that shows.
func (m *Model) screen() screen { return [...]screen{m.sims, m.maps, m.sessions}[m.tab] }

func (m *Model) top() overlay {
	if len(m.overlays) == 0 {
		return nil
	}
	return m.overlays[len(m.overlays)-1]
}

// commands are all keys that mean something now.
func (m *Model) commands() []command {
	quit := command{key: m.keys.Interrupt, run: m.quit, minor: true}
	if top := m.top(); top != nil {
		return append(top.commands(), quit)
	}
	list := append(m.screen().commands(), quit)
	if m.screen().typing() {
		return list
	}
	return append(list, m.global()...)
}

// global are the keys of all screens.
func (m *Model) global() []command {
	k := m.keys
	to := func(tab int) func() tea.Cmd { return func() tea.Cmd { return m.show(tab) } }
	list := []command{
		{key: k.Next, run: to((m.tab + 1) % 3)},
		{key: k.Prev, run: to((m.tab + 2) % 3), minor: true},
		{key: k.One, run: to(0), minor: true},
		{key: k.Two, run: to(1), minor: true},
		{key: k.Three, run: to(2), minor: true},
		{key: k.Quit, run: m.quit},
		{key: k.Help, run: m.help, minor: true},
	}
	if m.failure == nil {
		return append(list, command{key: k.Details, why: m.text.Word("There is no error to show."), minor: true})
	}
	f := *m.failure
	return append(list,
		command{key: k.Details, run: func() tea.Cmd {
			return push(newSheet(m.env, m.text.Word("That did not work"), func(w int) []string { return f.details(m.env, w) }))
		}},
		command{key: k.Dismiss, run: do(func() { m.failure = nil })})
}

// press finds out what a key means. Where nothing can be drawn, only quitting
// works: nobody should act blindly.
func (m *Model) press(key tea.KeyPressMsg) tea.Cmd {
	list := m.commands()
	if m.tooSmall() {
		list = []command{{key: m.keys.Interrupt, run: m.quit}, {key: m.keys.Quit, run: m.quit}}
	}
	c, ok := find(list, key)
	switch {
	case ok && c.why != "":
		return m.say(c.why)
	case ok:
		return c.run()
	case m.tooSmall():
		return nil
	}
	return m.typed(key)
}

// typed gives text to whoever is being typed into.
func (m *Model) typed(msg tea.Msg) tea.Cmd {
	if top := m.top(); top != nil {
		return top.handle(msg)
	}
	return m.screen().handle(msg)
}

func (m *Model) show(tab int) tea.Cmd {
	m.tab = tab
	return m.maps.show(tab == 1)
}

func (m *Model) tooSmall() bool {
	return m.width > 0 && (m.width < minWidth || m.height < minHeight)
}

func (m *Model) resize(w, h int) {
	m.width, m.height = w, h
	for _, s := range []screen{m.sims, m.maps, m.sessions} {
		s.setSize(w, max(h-3, 1))
	}
	for _, o := range m.overlays {
		o.setSize(m.boxSize())
	}
}

// boxSize is the most that fits into an overlay's border.
func (m *Model) boxSize() (w, h int) { return max(m.width-4, 1), max(m.height-5, 1) }

func (m *Model) push(o overlay) {
	o.setSize(m.boxSize())
	m.overlays = append(m.overlays, o)
}

func (m *Model) pop() {
	if n := len(m.overlays); n > 0 {
		m.overlays = m.overlays[:n-1]
	}
}

// say shows a short message.
func (m *Model) say(text string) tea.Cmd {
	if text == "" {
		return nil
	}
	m.toast = safe(text)
	m.toastGen++
	return m.after(toastTime, toastMsg{m.toastGen})
}

// lasting shows a message until the next one.
func (m *Model) lasting(text string) {
	m.toast = safe(text)
	m.toastGen++
}

// tick keeps the countdowns going while one shows.
func (m *Model) tick() tea.Cmd {
	p, waiting := m.top().(*progress)
	counts := m.top() == nil && m.screen().ticking() || waiting && p.failed == nil
	if m.ticking || !counts {
		return nil
	}
	m.ticking = true
	return m.after(time.Second, tickMsg{})
}
