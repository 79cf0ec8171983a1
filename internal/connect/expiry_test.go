package connect

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
)

func TestWarnBeforeExpiry(t *testing.T) {
	for _, c := range []struct {
		life, session time.Duration
		want          int
	}{
		{8 * time.Hour, 9 * time.Hour, 1},
		{8 * time.Hour, 7*time.Hour + 54*time.Minute, 0},
		{8 * time.Hour, 7*time.Hour + 56*time.Minute, 1},
		{5 * time.Minute, time.Hour, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			var lines []string
			stop := new(Connector).warnBeforeExpiry(time.Now().Add(c.life), func(line message.Text) {
				lines = append(lines, line.String())
			})
			time.Sleep(c.session)
			stop()
			time.Sleep(10 * time.Hour)
			synctest.Wait()
			if len(lines) != c.want {
				t.Errorf("a session of %s on a mapping of %s gave %q", c.session, c.life, lines)
			}
		})
	}
}

func TestExpired(t *testing.T) {
	end := time.Unix(10_000, 0)
	for _, c := range []struct {
		expires, now time.Time
		want         bool
	}{
		{end, end.Add(-time.Minute), false},
		{end, end.Add(-5 * time.Second), true}, // the clocks differ a little
		{end, end.Add(time.Hour), true},
		{time.Time{}, end, false},
	} {
		if got := expired(access.Mapping{Expires: c.expires}, c.now); got != c.want {
			t.Errorf("%s before its end: %v", c.expires.Sub(c.now), got)
		}
	}
	cause := errors.New("dropped")
	err := error(&ExpiredError{At: "14:03", Err: cause})
	if err.Error() != "the mapping expired at 14:03" || !errors.Is(err, cause) {
		t.Error(err)
	}
}
