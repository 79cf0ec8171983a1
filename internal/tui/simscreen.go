package tui

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/access"
)

// searchDelay is how long a query is left alone before the server is asked.
const searchDelay = 300 * time.Millisecond

// simScreen lists the SIMs.
type simScreen struct {
	*env
	store *store
	table table
	query input
	// filtering: letters go to the query.
	filtering bool
	// moved: the person chose a row; until then the first one is selected.
	moved    bool
	selected string

	gen       int // of the stream
	cancel    context.CancelFunc
	loading   bool
	waiting   time.Duration // as the API asked
	cached    bool          // nothing but the cache so far
	updated   time.Time
	err       error
	searchGen int
	stop      context.CancelFunc // of the search
	searching bool
	searchErr error
	epoch     int // of the store's indices
	sortingAt int // how many SIMs are being sorted, 0: none

	width, height int
	columns       []column
	cells         []func(s *access.SIM) string
	hidesID       bool // there is no room for the column of SIM IDs
	details       detailsPane
	side          bool // details are beside the list, not below
}

func newSIMScreen(e *env) *simScreen {
	return &simScreen{env: e, store: newStore(), details: detailsPane{env: e}}
}

func (s *simScreen) typing() bool { return s.filtering }

func (s *simScreen) ticking() bool {
	sim, ok := s.current()
	return ok && s.details.visible() && len(s.mappingsOf(sim)) > 0
}

func (s *simScreen) current() (access.SIM, bool) { return s.store.at(s.table.cursor) }

// load streams all SIMs, again if need be. Those that are shown stay meanwhile.
func (s *simScreen) load() tea.Cmd {
	if s.cancel != nil {
		s.cancel()
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.gen++
	s.cancel, s.loading, s.waiting, s.err = cancel, true, 0, nil
	s.store.begin()
	gen, backend := s.gen, s.backend
	return func() tea.Msg {
		stream := backend.SIMs(ctx)
		page, err := stream.Next()
		return pageMsg{gen, stream, page, err}
	}
}

func (s *simScreen) page(msg pageMsg) tea.Cmd {
	if msg.gen != s.gen {
		return nil
	}
	s.waiting = msg.page.Wait
	if msg.err != nil {
		s.loading = false
		if errors.Is(msg.err, io.EOF) {
			s.store.prune()
			s.epoch++
			s.updated = s.now()
		} else {
			s.err = msg.err
		}
		s.follow()
		return s.resort()
	}
	s.cached = msg.page.Cached
	s.store.merge(msg.page.SIMs, msg.page.Cached)
	s.follow()
	next := func() tea.Msg {
		page, err := msg.stream.Next()
		return pageMsg{msg.gen, msg.stream, page, err}
	}
	return tea.Batch(next, s.resort())
}

// resort sorts in the background what has not been sorted yet, one sort at a
// time.
func (s *simScreen) resort() tea.Cmd {
	n := len(s.store.sims)
	if s.store.sorting == byState || s.sortingAt > 0 || len(s.store.sorted) == n {
		return nil
	}
	s.sortingAt = n
	keys, epoch := s.store.sortKeys(), s.epoch
	return func() tea.Msg { return sortedMsg{keys.by, epoch, keys.order()} }
}

func (s *simScreen) sortDone(msg sortedMsg) tea.Cmd {
	s.sortingAt = 0
	if msg.by == s.store.sorting && msg.epoch == s.epoch {
		s.store.sorted = msg.order
		s.store.arrange()
		s.follow()
	}
	return s.resort()
}

// follow keeps the cursor on the SIM, at its place on the screen, when the rows
// change.
func (s *simScreen) follow() {
	defer s.note()
	if row := s.store.find(s.selected); s.moved && row >= 0 {
		s.table.top += row - s.table.cursor
		s.table.cursor = row
	} else if !s.moved {
		s.table.cursor, s.table.top = 0, 0
	}
	s.table.resize(len(s.store.view))
}

func (s *simScreen) note() {
	sim, _ := s.current()
	s.selected = sim.ID
}

// search changes the query.
func (s *simScreen) search() tea.Cmd {
	s.store.query(s.query.value())
	s.moved = false
	s.follow()
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
	s.searchGen++
	s.searching, s.searchErr = false, nil
	if utf8.RuneCountInString(strings.TrimSpace(s.query.value())) < 2 {
		return nil
	}
	return s.after(searchDelay, searchDueMsg{s.searchGen})
}

func (s *simScreen) searchDue(msg searchDueMsg) tea.Cmd {
	if msg.gen != s.searchGen {
		return nil
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.stop, s.searching = cancel, true
	backend, query := s.backend, strings.TrimSpace(s.query.value())
	return func() tea.Msg {
		sims, err := backend.Search(ctx, query)
		return searchMsg{msg.gen, sims, err}
	}
}

func (s *simScreen) found(msg searchMsg) tea.Cmd {
	if msg.gen != s.searchGen {
		return nil
	}
	s.searching, s.searchErr = false, msg.err
	s.store.merge(msg.sims, false)
	s.store.force(msg.sims)
	s.follow()
	return s.resort()
}

func (s *simScreen) clearFilter() tea.Cmd {
	s.filtering = false
	moved, selected := true, s.selected
	s.query.set("")
	cmd := s.search()
	s.moved, s.selected = moved, selected // what was found stays selected
	s.follow()
	return cmd
}

// handle types into the query.
func (s *simScreen) handle(msg tea.Msg) tea.Cmd {
	if _, pasted := msg.(tea.PasteMsg); pasted {
		s.filtering = true
	}
	if !s.filtering {
		return nil
	}
	if !s.query.handle(msg, s.keys) {
		return nil
	}
	return s.search()
}
