package client

import (
	"context"
	"time"
)

// Retry tells of a pause before a request is sent again.
type Retry struct {
	Operation string
	// Status is the answer's, or 0 when none came.
	Status int
	Pause  time.Duration
}

type retryNoticeKey struct{}

// WithRetryNotice returns a context whose requests tell f of the pauses that they
// make, as httptrace does for connections.
func WithRetryNotice(ctx context.Context, f func(Retry)) context.Context {
	return context.WithValue(ctx, retryNoticeKey{}, f)
}

func noticeRetry(ctx context.Context, r Retry) {
	if f, ok := ctx.Value(retryNoticeKey{}).(func(Retry)); ok {
		f(r)
	}
}
