package myip

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

type reply struct {
	addr netip.Addr
	err  error
}

// ask gets one service's answer. A warm connection that stays silent gets a new
// one beside it.
func (f *Finder) ask(ctx context.Context, client *http.Client, s Service) (netip.Addr, error) {
	ctx, cancel := context.WithCancel(ctx) // ends the loser
	defer cancel()
	replies := make(chan reply, 2)
	var reused atomic.Bool
	go func() { replies <- f.fetch(ctx, client, s, &reused) }()
	stale := time.NewTimer(f.stale)
	defer stale.Stop()
	select {
	case r := <-replies:
		return r.addr, r.err
	case <-stale.C:
	}
	if !reused.Load() {
		r := <-replies
		return r.addr, r.err
	}
	go func() { replies <- f.fetch(ctx, client, s, new(atomic.Bool)) }()
	r := <-replies
	if r.err != nil {
		r = <-replies
	}
	return r.addr, r.err
}

func (f *Finder) fetch(ctx context.Context, client *http.Client, s Service, reused *atomic.Bool) reply {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { reused.Store(info.Reused) },
	})
	addr, err := get(ctx, client, s.URL)
	if err == nil {
		err = checkGlobal(addr, f.documentation)
	}
	if err != nil {
		return reply{err: err}
	}
	return reply{addr: addr}
}

func get(ctx context.Context, client *http.Client, address string) (netip.Addr, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return netip.Addr{}, err
	}
	req.Header.Set("Accept", "text/plain")
	req.Header.Set("User-Agent", "napter-connect")
	resp, err := client.Do(req)
	if err != nil {
		return netip.Addr{}, withoutURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return netip.Addr{}, &statusError{resp.StatusCode}
	}
	// One byte more than is allowed; reading to the end keeps the connection.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return netip.Addr{}, message.Errorf("reading the response: %w", err)
	}
	return parseAnswer(body)
}

// withoutURL drops net/http's prefix: messages name the service already.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// statusError is an answer that is not 200; a redirect is not followed.
type statusError struct{ status int }

// Text is a few words, to stand before the service's name.
func (e *statusError) Text() message.Text {
	if e.status >= 300 && e.status < 400 {
		return message.New("redirected (HTTP %d)", e.status)
	}
	return message.New("HTTP status %d", e.status)
}

func (e *statusError) Error() string { return e.Text().String() }
