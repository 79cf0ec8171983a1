// Package wait sleeps for as long as a context lets it.
package wait

import (
	"context"
	"time"
)

// For returns nil once d has passed, or context.Cause(ctx) when ctx ends first. A
// d that is not above zero has passed, whatever ctx says.
func For(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
