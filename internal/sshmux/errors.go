package sshmux

import (
	"context"
	"errors"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Kinds of wireError that a command must be able to tell apart.
const (
	kindRefused = "refused"
	kindTimeout = "timeout"
	kindClosed  = "closed"
)

// wireError is an error on its way between the process and a command.
type wireError struct {
	Kind  string        `json:"kind,omitempty"`
	Host  string        `json:"host,omitempty"`
	Addr  string        `json:"addr,omitempty"`
	Stage string        `json:"stage,omitempty"`
	After time.Duration `json:"after,omitempty"`
	// Text is the error, and of a kind above what it wraps.
	Text     message.Text `json:"text"`
	Hint     message.Text `json:"hint,omitzero"`
	Canceled bool         `json:"canceled,omitempty"`
}

func encodeError(err error) *wireError {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*sshclient.RefusedError](err); ok {
		return &wireError{Kind: kindRefused, Host: e.Host, Addr: e.Addr, Text: message.Of(e.Err)}
	}
	if e, ok := errors.AsType[*sshclient.TimeoutError](err); ok {
		return &wireError{Kind: kindTimeout, Host: e.Host, Stage: e.Stage, After: e.After}
	}
	if e, ok := errors.AsType[*sshclient.ClosedError](err); ok {
		return &wireError{Kind: kindClosed, Host: e.Host, Stage: e.Stage, Text: message.Of(e.Err)}
	}
	return &wireError{Text: message.Of(err), Hint: message.Hint(err), Canceled: errors.Is(err, context.Canceled)}
}

func (w *wireError) decode() error {
	if w == nil {
		return nil
	}
	inner := &remoteError{w}
	switch w.Kind {
	case kindRefused:
		return &sshclient.RefusedError{Host: w.Host, Addr: w.Addr, Err: inner}
	case kindTimeout:
		return &sshclient.TimeoutError{Host: w.Host, Stage: w.Stage, After: w.After}
	case kindClosed:
		return &sshclient.ClosedError{Host: w.Host, Stage: w.Stage, Err: inner}
	}
	return inner
}

// remoteError is an error that happened in the other process.
type remoteError struct{ w *wireError }

func (e *remoteError) Text() message.Text { return e.w.Text }
func (e *remoteError) Error() string      { return e.Text().String() }

// Hint says what to do next.
func (e *remoteError) Hint() message.Text { return e.w.Hint }

// Is keeps errors.Is working across the socket.
func (e *remoteError) Is(target error) bool { return e.w.Canceled && target == context.Canceled }
