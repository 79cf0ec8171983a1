package backend

import (
	"context"
	"io"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/tui"
)

const (
	// cachedPage is how many remembered SIMs the UI takes at once: as many as it
	// can between two key presses.
	cachedPage = 2000
	// onlineFirst is how many SIMs are asked for by being online, before all of
	// them are listed.
	onlineFirst = 500
	listPage    = 1000
	searchPage  = 100
	searchMost  = 500
)

// stream sends pages from its own goroutine, which ends with ctx.
type stream struct {
	ctx   context.Context //nolint:containedctx // a stream's life
	pages chan tui.Page
	err   chan error
}

// Next implements tui.Stream.
func (s *stream) Next() (tui.Page, error) {
	select {
	case p := <-s.pages:
		return p, nil
	default:
	}
	select {
	case p := <-s.pages:
		return p, nil
	case err := <-s.err:
		return tui.Page{}, err
	case <-s.ctx.Done():
		return tui.Page{}, context.Cause(s.ctx)
	}
}

func (s *stream) send(p tui.Page) bool {
	select {
	case s.pages <- p:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// SIMs implements tui.Directory.
func (b *Backend) SIMs(ctx context.Context) tui.Stream {
	s := &stream{ctx: ctx, pages: make(chan tui.Page), err: make(chan error, 1)}
	noticed := client.WithRetryNotice(ctx, func(r client.Retry) { s.send(tui.Page{Wait: r.Pause}) })
	go func() {
		b.cached(s)
		if err := b.listed(noticed, s); err != nil {
			s.err <- err
			return
		}
		s.err <- io.EOF
	}()
	return s
}

// cached sends what is remembered, the SIMs that were online first.
func (b *Backend) cached(s *stream) {
	list := b.o.Cached()
	for _, online := range []bool{true, false} {
		page := make([]access.SIM, 0, cachedPage)
		for _, sim := range list.SIMs {
			if sim.Online != online {
				continue
			}
			sim.Stale = true
			page = append(page, sim)
			if len(page) == cachedPage {
				if !s.send(tui.Page{SIMs: page, Cached: true}) {
					return
				}
				page = make([]access.SIM, 0, cachedPage)
			}
		}
		if len(page) > 0 && !s.send(tui.Page{SIMs: page, Cached: true}) {
			return
		}
	}
}

// listed sends the first online SIMs, then all, and remembers these.
func (b *Backend) listed(ctx context.Context, s *stream) error {
	online := client.SearchSimsQuery{SessionStatus: "ONLINE"}
	if err := b.onlineFirst(ctx, s, online); err != nil {
		b.debugf("online SIMs first: %v", err) // the right to search may be missing
	}
	var all []client.Sim
	var page []access.SIM
	for sim, err := range b.o.API.ListSims(ctx, listPage) {
		if err != nil {
			return err
		}
		all, page = append(all, sim), append(page, access.Describe(sim))
		if len(page) == listPage {
			if !s.send(tui.Page{SIMs: page}) {
				return context.Cause(ctx)
			}
			page = nil
		}
	}
	s.send(tui.Page{SIMs: page})
	if token, ok := b.o.API.Held(); ok {
		b.o.Remember(token.OperatorID, all)
	}
	return nil
}

func (b *Backend) onlineFirst(ctx context.Context, s *stream, q client.SearchSimsQuery) error {
	n := 0
	var page []access.SIM
	for sim, err := range b.o.API.SearchSims(ctx, q) {
		if err != nil {
			return err
		}
		page = append(page, access.Describe(sim))
		if len(page) == searchPage {
			s.send(tui.Page{SIMs: page})
			page = nil
		}
		if n++; n == onlineFirst {
			break
		}
	}
	s.send(tui.Page{SIMs: page})
	return nil
}

// Search implements tui.Directory.
func (b *Backend) Search(ctx context.Context, query string) ([]access.SIM, error) {
	q, ok := inventory.Query(query)
	if !ok {
		return nil, nil
	}
	var list []access.SIM
	for sim, err := range b.o.API.SearchSims(ctx, q) {
		if err != nil {
			return list, err
		}
		if list = append(list, access.Describe(sim)); len(list) == searchMost {
			break
		}
	}
	return list, nil
}
