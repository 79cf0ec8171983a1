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
	Message   string // the API's words on one printable line, or a short form of the body; ours in English
	// RetryAfter is what the API asked for, or 0.
	RetryAfter time.Duration

	webPage bool         // HTML: not the API's own answer
	ours    message.Text // what Message says, when the words are not the API's
}

// Text is a sentence such as "getSim: SIM not found (404, SEM0001)".
func (e *Error) Text() message.Text {
	op := operationText(e.Operation)
	if e.Code != "" {
		return message.New("%s: %s (%d, %s)", op, e.reason(), e.Status, e.Code)
	}
	return message.New("%s: %s (status %d)", op, e.reason(), e.Status)
}

func (e *Error) Error() string { return e.Text().String() }

func (e *Error) reason() message.Text {
	switch {
	case e.Message == "":
		return message.New("the server gave no reason")
	case e.ours.String() == e.Message:
		return e.ours
	}
	return message.Verbatim(e.Message)
}

// say replaces the API's words by ours.
func (e *Error) say(words message.Text) { e.Message, e.ours = oneLine(words.String()), words }

// answeredByWebPage says that the answer is not the API's.
func (e *Error) answeredByWebPage() {
	e.say(message.New("the server answered with a web page"))
	e.webPage = true
}

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
// with status 404 does not come from the API and means nothing.
func (e *Error) gone() bool { return e.Status == http.StatusNotFound && !e.webPage }

// newError makes an error of an answer: the two documented JSON shapes, HTML,
// plain text, or nothing.
func newError(r request, t Token, res *http.Response, body []byte) *Error {
	e := &Error{Operation: r.op, Status: res.StatusCode, RetryAfter: retryAfter(res.Header, time.Now())}
	body = bytes.TrimSpace(body)
	switch code, words, ok := parseErrorBody(body); {
	case ok:
		e.Code, e.Message = oneLine(code), words
	case isWebPage(res.Header, body):
		e.answeredByWebPage()
	case res.StatusCode/100 == 3:
		e.say(message.New("the server answered with a redirect, which is not followed"))
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
func parseErrorBody(body []byte) (code, words string, ok bool) {
	type reason struct {
		Code    any    `json:"code"`
		Message string `json:"message"`
	}
	var shape struct {
		reason
		ErrorMessage *reason `json:"errorMessage"`
	}
	if json.Unmarshal(body, &shape) != nil {
		return "", "", false
	}
	r := shape.reason
	if shape.ErrorMessage != nil {
		r = *shape.ErrorMessage
	}
	if r.Code != nil {
		code = fmt.Sprint(r.Code)
	}
	return code, r.Message, code != "" || r.Message != ""
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

// safe is what an error says, without the control characters that a server may
// have put into it. Words that need no such care stay translatable.
func safe(err error) message.Text { return message.Cleaned(err, oneLine) }

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
