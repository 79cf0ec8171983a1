package keeper

import (
	"context"
	"errors"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
)

// wireError is an error on its way from the keeper to a command: its words, its
// hint, and what the command must be able to tell apart.
type wireError struct {
	Message  message.Text `json:"message"`
	Hint     message.Text `json:"hint,omitzero"`
	Canceled bool         `json:"canceled,omitempty"`
	Timeout  bool         `json:"timeout,omitempty"`
	Choices  []access.SIM `json:"choices,omitempty"` // of an ambiguous name
	Target   string       `json:"target,omitempty"`
}

func encodeError(err error) *wireError {
	if err == nil {
		return nil
	}
	w := &wireError{
		Message: message.Of(err), Hint: message.Hint(err),
		Canceled: errors.Is(err, context.Canceled),
		Timeout:  errors.Is(err, context.DeadlineExceeded),
	}
	var ambiguous *access.AmbiguousError
	if errors.As(err, &ambiguous) {
		w.Choices, w.Target = ambiguous.SIMs, ambiguous.Target
	}
	return w
}

func (w *wireError) decode() error {
	switch {
	case w == nil:
		return nil
	case w.Choices != nil:
		return &access.AmbiguousError{Target: w.Target, SIMs: w.Choices, Now: time.Now()}
	}
	return &remoteError{w}
}

// remoteError is an error that happened in the keeper.
type remoteError struct{ w *wireError }

func (e *remoteError) Text() message.Text { return e.w.Message }
func (e *remoteError) Error() string      { return e.Text().String() }

// Hint says what to do next.
func (e *remoteError) Hint() message.Text { return e.w.Hint }

// Is keeps errors.Is working across the socket.
func (e *remoteError) Is(target error) bool {
	return e.w.Canceled && target == context.Canceled || e.w.Timeout && target == context.DeadlineExceeded
}
