package wait_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/napter-connect/napter-connect/internal/wait"
)

func TestFor(t *testing.T) {
	cause := errors.New("closing")
	for _, c := range []struct {
		what    string
		wait    time.Duration
		end     time.Duration // of the context; negative for one that has ended
		elapsed time.Duration
		err     error
	}{
		{"to the end", time.Second, time.Hour, time.Second, nil},
		{"cut short", time.Hour, time.Second, time.Second, cause},
		{"with a context that has ended", time.Hour, -1, 0, cause},
		{"not at all", 0, time.Hour, 0, nil},
		{"not at all, with a context that has ended", -time.Second, -1, 0, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if c.end < 0 {
					cancel(cause)
				} else {
					timer := time.AfterFunc(c.end, func() { cancel(cause) })
					defer timer.Stop()
				}
				began := time.Now()
				if err := wait.For(ctx, c.wait); !errors.Is(err, c.err) || (c.err == nil) != (err == nil) {
					t.Errorf("got %v, want %v", err, c.err)
				}
				if elapsed := time.Since(began); elapsed != c.elapsed {
					t.Errorf("waited %s, want %s", elapsed, c.elapsed)
				}
			})
		})
	}
}
