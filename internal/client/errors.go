package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// Error is an answer of the API that is not a success.
type Error struct {
	Operation string // such as createPortMappingForSim
	Status    int    // HTTP status
	Code      string // such as SEM0016; may be empty
	Message   string // the API's words on one printable line, or a short form of the body
	// RetryAfter is what the API asked for, or 0.
	RetryAfter time.Duration

	webPage bool // HTML: not the API's own answer
}

// Error is a sentence such as "getSim: SIM not found (404, SEM0001)".
func (e *Error) Text() message.Text {
	reason := message.Verbatim(e.Message)
	if e.Message == "" {
		reason = message.New("the server gave no reason")
	}
	if e.Code != "" {
		return message.New("%s: %s (%d, %s)", e.Operation, reason, e.Status, e.Code)
	}
	return message.New("%s: %s (status %d)", e.Operation, reason, e.Status)
}
func (e *Error) Error() string { return e.Text().String() }

// InvalidToken reports that the API did not accept who asked: a 401, or its
// "Invalid API key" whatever the status, which is what a revoked token gets.
func (e *Error) InvalidToken() bool {
	return e.Status == http.StatusUnauthorized ||
		strings.Contains(squash(e.Message), "invalidapikey") || strings.Contains(squash(e.Code), "invalidapikey")
}

// squash leaves the letters of s, small: InvalidApiKey and "Invalid API key" are
// the same name.
func squash(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// gone reports that the API itself says that there is no such thing. A web page
// with status 404 comes from somebody else and says nothing.
func (e *Error) gone() bool { return e.Status == http.StatusNotFound && !e.webPage }

// newError makes an error of an answer: the two documented JSON shapes, HTML,
// plain text, or nothing.
func newError(r request, t Token, res *http.Response, body []byte) *Error {
	e := &Error{Operation: r.op, Status: res.StatusCode, RetryAfter: retryAfter(res.Header, time.Now())}
	body = bytes.TrimSpace(body)
	switch code, message, ok := parseErrorBody(body); {
	case ok:
		e.Code, e.Message = oneLine(code), message
	case isWebPage(res.Header, body):
		e.Message, e.webPage = "the server answered with a web page", true
	case res.StatusCode/100 == 3:
		e.Message = "the server answered with a redirect, which is not followed"
	default:
		e.Message = string(body)
	}
	for _, secret := range append(r.secrets, t.APIKey, t.Token) {
		if len(secret) >= 4 { // shorter ones would only tear words apart
			e.Message = strings.ReplaceAll(e.Message, secret, "***")
		}
	}
	e.Message = oneLine(e.Message)
	return e
}

// parseErrorBody understands {code, message} and {httpStatus, errorMessage:
// {code, message}} (APICallError of the definition).
func parseErrorBody(body []byte) (code, message string, ok bool) {
	type words struct {
		Code    any    `json:"code"`
		Message string `json:"message"`
	}
	var shape struct {
		words
		ErrorMessage *words `json:"errorMessage"`
	}
	if json.Unmarshal(body, &shape) != nil {
		return "", "", false
	}
	w := shape.words
	if shape.ErrorMessage != nil {
		w = *shape.ErrorMessage
	}
	if w.Code != nil {
		code = fmt.Sprint(w.Code)
	}
	return code, w.Message, code != "" || w.Message != ""
}

func isWebPage(h http.Header, body []byte) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return kind == "text/html" || kind == "application/xhtml+xml" ||
		strings.HasPrefix(http.DetectContentType(body), "text/html")
}

// oneLine makes outside text fit for a message: printable, and short.
func oneLine(s string) string {
	const most = 300
	s = strings.TrimSpace(s)
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return safetext.Line(s)
}

// retryAfter reads Retry-After (RFC 9110): seconds, or a date, which counts from
// the answer's own Date where it has one.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(0, at.Sub(now))
}
