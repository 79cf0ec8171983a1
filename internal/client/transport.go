package client

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// newTransport returns a transport that keeps its connections for long, and
// notices when one of them is dead.
func newTransport(proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		u, err := proxy(r)
		if err != nil {
			// The library's error repeats the value, which may hold a password.
			return nil, message.Errorf("the proxy variable holds no valid URL")
		}
		return u, nil
	}
	t.ForceAttemptHTTP2 = true
	t.MaxIdleConnsPerHost = 16
	t.IdleConnTimeout = 5 * time.Minute
	// After a change of network the old connection is silent for ever; a ping
	// finds out before the request's own time is up.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 5 * time.Second, PingTimeout: 5 * time.Second}
	return t
}

// connTrace watches whether a request was given a connection, before which not
// one of its bytes can have left this machine.
type connTrace struct{ asked, got atomic.Bool }

func (t *connTrace) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { t.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.got.Store(true) },
	})
}

// unsent reports that the request certainly never reached the API. A transport
// that does not report to the trace proves nothing.
func (t *connTrace) unsent() bool { return t.asked.Load() && !t.got.Load() }
