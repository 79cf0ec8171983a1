package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/napter-connect/napter-connect/internal/message"
)

func page(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestErrorShapes(t *testing.T) {
	const html = "<!DOCTYPE html><html><h1>502 Bad Gateway</h1></html>"
	for _, c := range []struct {
		name   string
		reply  http.HandlerFunc
		text   string
		code   string
		status int
	}{
		{"flat", answer(404, `{"code":"SEM0001","message":"SIM not found"}`),
			"getSim: SIM not found (404, SEM0001)", "SEM0001", 404},
		{"nested", answer(400, `{"httpStatus":400,"errorMessage":{"code":"AUM0003","message":"no"}}`),
			"getSim: no (400, AUM0003)", "AUM0003", 400},
		{"code alone", answer(400, `{"code":"X1"}`), "getSim: the server gave no reason (400, X1)", "X1", 400},
		{"code as number", answer(400, `{"code":17,"message":"m"}`), "getSim: m (400, 17)", "17", 400},
		{"html", page(400, "text/html; charset=utf-8", html), "getSim: the server answered with a web page (status 400)", "", 400},
		{"html in disguise", page(404, "application/json", html), "getSim: the server answered with a web page (status 404)", "", 404},
		{"plain", page(400, "text/plain", "Bad thing\n"), "getSim: Bad thing (status 400)", "", 400},
		{"empty", page(403, "", ""), "getSim: the server gave no reason (status 403)", "", 403},
		{"null", answer(400, `null`), "getSim: null (status 400)", "", 400},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(http.StatusFound)
		}, "getSim: the server answered with a redirect, which is not followed (status 302)", "", 302},
		{"hostile", answer(400, `{"code":"A\u001b[2J","message":"\u001b]0;pwned\u0007 \u202eevil\nline"}`),
			`getSim: \x1b]0;pwned\x07 \u202eevil\x0aline (400, A\x1b[2J)`, `A\x1b[2J`, 400},
		{"echoes the token", answer(400, `{"message":"bad token the-token of api-key"}`),
			"getSim: bad token *** of *** (status 400)", "", 400},
		{"endless", page(400, "text/plain", strings.Repeat("é", 1<<20)),
			"getSim: " + strings.Repeat("é", 300) + "… (status 400)", "", 400},
		{"success that is no JSON", answer(200, `{"simId":"89`), "getSim: invalid response: unexpected end of JSON input (status 200)", "", 200},
		{"success that is a web page", page(200, "text/html", html), "getSim: the server answered with a web page (status 200)", "", 200},
		{"success of another shape", answer(200, `[1]`), "getSim: invalid response: json: cannot unmarshal array into Go value of type client.Sim (status 200)", "", 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := newServer(t, c.reply)
			_, err := newSession(t, srv.URL).GetSim(context.Background(), "89")
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			equal(t, "text", err.Error(), c.text)
			equal(t, "code", e.Code, c.code)
			equal(t, "status", e.Status, c.status)
			equal(t, "operation", e.Operation, "getSim")
		})
	}
}

func TestAuthErrorHidesSecrets(t *testing.T) {
	srv := newServer(t, answer(400, `{"message":"bad password hunter2 or code 998877"}`))
	c, _ := newClient(t, srv.URL)
	_, err := c.Auth(context.Background(), Credentials{Email: "a@example.com", Password: "hunter2", MFAOTPCode: "998877"}, 0)
	if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "998877") {
		t.Errorf("got %v", err)
	}
	srv = newServer(t, answer(200, `{"apiKey":"hunter2"}`))
	c, _ = newClient(t, srv.URL)
	_, err = c.Auth(context.Background(), Credentials{Email: "a@example.com", Password: "p"}, 0)
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestHints(t *testing.T) {
	for want, e := range map[string]*Error{
		"MFA":               {Operation: "auth", Status: 401},
		"revoked or has ex": {Operation: "getSim", Status: 401},
		"token was revoked": {Operation: "getSim", Status: 400, Message: "Invalid API key."},
		"the token was rev": {Operation: "getSim", Status: 403, Code: "InvalidApiKey"},
		"PortMapping:createPortMappingForSim; a change of permissions takes effect only at the next login": {Operation: "createPortMappingForSim", Status: 403},
		"permission Query:searchSims;":                    {Operation: "searchSims", Status: 403},
		"permission Sim:getSim;":                          {Operation: "getSim", Status: 403},
		"permission Sim:listSims;":                        {Operation: "listSims", Status: 403},
		"permission Subscriber:getSubscriber;":            {Operation: "getSubscriber", Status: 403},
		"permission AuditLog:getNapterAuditLogs;":         {Operation: "getNapterAuditLogs", Status: 403},
		"permission Operator:generateAuthToken;":          {Operation: "generateAuthToken", Status: 403},
		"permission User:revokeUserAuthTokens;":           {Operation: "revokeUserAuthTokens", Status: 403},
		"permission PortMapping:deletePortMapping;":       {Operation: "deletePortMapping", Status: 403},
		"this user may not do that; a change of permissi": {Operation: "switchUser", Status: 403},
		"napter-connect sims lists":                       {Operation: "getSim", Status: 404},
		"try again in 7s":                                 {Operation: "getSim", Status: 429, RetryAfter: 7 * time.Second},
		"try again in a minute":                           {Operation: "getSim", Status: 429},
		"problem of its own":                              {Operation: "getSim", Status: 503},
		"trust policy":                                    {Operation: "switchUser", Status: 400},
		"sign in":                                         {Operation: "getSim", Status: 502, webPage: true},
	} {
		if got := message.Hint(fmt.Errorf("doing: %w", e)).String(); !strings.Contains(got, want) {
			t.Errorf("%+v: hint %q, want %q in it", e, got, want)
		}
	}
	if got := (&Error{Operation: "getSim", Status: 418}).Hint(); !got.IsZero() {
		t.Errorf("a hint for nothing: %q", got)
	}
}

func TestRetryAfterHeader(t *testing.T) {
	now := time.Date(2026, 6, 4, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0}, {"7", "", 7 * time.Second}, {" 7 ", "", 7 * time.Second}, {"-7", "", 0}, {"soon", "", 0},
		{"99999999999999", "", 0}, {at(time.Minute), "", time.Minute}, {at(-time.Minute), "", 0},
		{at(time.Minute), at(50 * time.Second), 10 * time.Second},
	} {
		h := http.Header{"Retry-After": {c.value}, "Date": {c.date}}
		equal(t, "Retry-After "+c.value, retryAfter(h, now), c.want)
	}
}

func TestNetworkErrors(t *testing.T) {
	refused := newServer(t, answer(200, "{}"))
	refused.Close()
	secure := newTLSServer(t, answer(200, "{}"), false)
	plain := newServer(t, answer(200, "{}"))
	hang := newServer(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for _, c := range []struct {
		name, text, hint string
		options          Options
	}{
		{"refused", "refused the connection", "SORACOM_ENDPOINT", Options{Endpoint: refused.URL}},
		{"DNS", "getSim: the name api.example.com can't be resolved: no such host", "DNS", Options{
			Endpoint: "https://api.example.com",
			Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Name: "api.example.com", Err: "no such host", IsNotFound: true}}
			}},
		}},
		{"unknown authority", "no secure connection", "certificate", Options{Endpoint: secure.URL}},
		{"no TLS there", "no secure connection", "certificate", Options{Endpoint: strings.Replace(plain.URL, "http:", "https:", 1)}},
		{"silence", "no answer from " + strings.TrimPrefix(hang.URL, "http://") + " within 50ms", "HTTPS_PROXY", Options{
			Endpoint: hang.URL, AttemptTimeout: 50 * time.Millisecond,
		}},
		{"cut", "cut the connection before its answer was complete", "firewall", Options{Endpoint: newServer(t, cut).URL}},
		{"truncated", "cut the connection before its answer was complete", "firewall", Options{
			Endpoint: newServer(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "1000")
				_, _ = io.WriteString(w, `{"simId":`)
			}).URL,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.RetryDelay = time.Microsecond
			cl, err := New(c.options)
			if err != nil {
				t.Fatal(err)
			}
			s := cl.Session(func(context.Context) (Token, error) { return testToken, nil })
			_, err = s.GetSim(context.Background(), "89")
			var e *NetworkError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a *NetworkError", err)
			}
			if !strings.HasPrefix(err.Error(), "getSim: ") || !strings.Contains(err.Error(), c.text) {
				t.Errorf("text %q, want %q in it", err, c.text)
			}
			if got := message.Hint(err).String(); !strings.Contains(got, c.hint) {
				t.Errorf("hint %q, want %q in it", got, c.hint)
			}
		})
	}
}

func TestCancelledCallSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	srv := newServer(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := newSession(t, srv.URL).GetSim(ctx, "89")
	if !errors.Is(err, context.Canceled) || message.Hint(err).String() != "" {
		t.Errorf("got %v, hint %q", err, message.Hint(err).String())
	}
	equal(t, "calls", len(srv.seen()), 1)
}

func TestBodiesAreBounded(t *testing.T) {
	chunk := bytes.Repeat([]byte(" "), 1<<20)
	srv := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 64 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	_, err := newSession(t, srv.URL).GetSim(context.Background(), "89")
	if err == nil || !strings.Contains(err.Error(), "longer than 32 MiB") {
		t.Errorf("got %v", err)
	}
}

func FuzzErrorBody(f *testing.F) {
	for _, s := range []string{
		"", "{}", "null", `{"code":"SEM0001","message":"m"}`, `{"httpStatus":400,"errorMessage":{"code":"c","message":"m"}}`,
		`{"errorMessage":null}`, `{"code":{}}`, "<html>", "\x1b[31m", "\xff\xfe", `{"message":"\u202e"}`,
	} {
		f.Add([]byte(s), "application/json", 400)
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string, status int) {
		res := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}}
		e := newError(request{op: "getSim"}, testToken, res, body)
		text := e.Error()
		for _, r := range text + e.Hint().String() {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q gives %q", body, text)
			}
		}
		if len(text) > 300*10*2+200 {
			t.Fatalf("%d bytes of text", len(text))
		}
		if strings.Contains(e.Message, testToken.APIKey) || strings.Contains(e.Message, testToken.Token) {
			t.Fatalf("%q holds the token", text)
		}
	})
}
