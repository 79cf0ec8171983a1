package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Header names of the API's two secrets (securitySchemes of the definition).
const (
	headerAPIKey = "X-Soracom-API-Key"
	headerToken  = "X-Soracom-Token"
)

// Most that is read of a body.
const (
	maxBody      = 32 << 20
	maxErrorBody = 64 << 10
)

// request is one call of one operation.
type request struct {
	op     string // the API's operation name
	method string
	path   string // after /v1, its segments escaped
	query  url.Values
	body   any // sent as JSON unless nil
	policy policy
	// timeout of one attempt; 0 is the usual one.
	timeout time.Duration
	// secrets must not show in an error message, should the server echo them.
	secrets []string
}

// response is a success, its body read whole.
type response struct {
	op     string
	status int
	header http.Header
	body   []byte
}

// decode reads the body as JSON. What it can't read is an *Error, without a word
// of the body, which may hold a token.
func (r *response) decode(v any) error {
	if err := json.Unmarshal(r.body, v); err != nil {
		return r.unreadable(safe(err))
	}
	return nil
}

func (r *response) unreadable(why message.Text) error {
	e := &Error{Operation: r.op, Status: r.status}
	if isWebPage(r.header, r.body) {
		e.answeredByWebPage()
		return e
	}
	e.say(message.New("invalid response: %s", why))
	return e
}

// segments joins path segments, each escaped; none may be empty or walk up.
func segments(list ...string) (string, error) {
	var b strings.Builder
	for _, s := range list {
		if s == "" || s == "." || s == ".." {
			return "", message.Errorf("%q can't be part of an API path", s)
		}
		b.WriteString("/" + url.PathEscape(s))
	}
	return b.String(), nil
}

// attempt sends r once. Its errors are *Error or *NetworkError.
func (c *Client) attempt(ctx context.Context, t Token, r request) (*response, error) {
	limit := c.timing.limit(r)
	if ctx.Err() != nil {
		return nil, c.networkError(ctx, r, limit, context.Cause(ctx), true)
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var trace connTrace
	req, err := c.newRequest(trace.watch(limited), t, r)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req) //nolint:bodyclose // closeBody reads the rest and closes it
	if err != nil {
		return nil, c.networkError(ctx, r, limit, err, trace.unsent())
	}
	defer closeBody(res.Body)
	c.clock.learn(res.Header.Get("Date"), time.Now())
	if res.StatusCode/100 != 2 {
		body, _ := io.ReadAll(io.LimitReader(res.Body, maxErrorBody)) // what came is enough
		return nil, newError(r, t, res, body)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if err != nil {
		return nil, c.networkError(ctx, r, limit, message.Errorf("reading the response: %w", err), false)
	}
	answer := &response{op: r.op, status: res.StatusCode, header: res.Header, body: body}
	if len(body) > maxBody {
		return nil, answer.unreadable(message.New("it is longer than %d MiB", maxBody>>20))
	}
	return answer, nil
}

func (c *Client) newRequest(ctx context.Context, t Token, r request) (*http.Request, error) {
	address := c.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	var body io.Reader
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return nil, message.Errorf("%s: %w", operationText(r.op), err)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, message.Errorf("%s: %w", operationText(r.op), err)
	}
	req.Header = c.headers.Clone()
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if t.APIKey != "" {
		req.Header.Set(headerAPIKey, t.APIKey)
		req.Header.Set(headerToken, t.Token)
	}
	return req, nil
}

// closeBody drains what is left, within bounds, so that the connection can be
// used again.
func closeBody(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 256<<10)
	_ = body.Close()
}

// call sends r as often as its policy allows. It needs no session.
func (c *Client) call(ctx context.Context, t Token, r request) (*response, error) {
	started := time.Now()
	pauses := c.timing.pauses()
	for try := 1; ; try++ {
		res, err := c.attempt(ctx, t, r)
		if err == nil {
			return res, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		var answer *Error
		if !errors.As(err, &answer) {
			// A connection that failed may stand for others on the same dead path.
			c.http.CloseIdleConnections()
		}
		if try >= r.policy.tries() || !r.policy.again(err) {
			return nil, err
		}
		pause := pauses.NextBackOff()
		if answer != nil && answer.RetryAfter > 0 {
			pause = answer.RetryAfter
		}
		if !c.timing.worthwhile(ctx, started, pause) {
			return nil, err
		}
		notice := Retry{Operation: r.op, Pause: pause}
		if answer != nil {
			notice.Status = answer.Status
		}
		noticeRetry(ctx, notice)
		if stopped := c.timing.sleep(ctx, pause); stopped != nil {
			return nil, message.Errorf("%w after: %w", stopped, err)
		}
	}
}
