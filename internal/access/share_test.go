package access

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"
)

func newTestShares(now *time.Time) *shares { return newShares(func() time.Time { return *now }) }

func liveMapping(expires time.Time) *openMapping {
	return &openMapping{info: Info{Mapping: Mapping{Expires: expires}}}
}

func TestShareIsJoinedUntilItsLastUserLeaves(t *testing.T) {
	now := time.Now()
	s := newTestShares(&now)
	key := shareKey{sim: "1", port: 22}
	first := s.add(key, liveMapping(now.Add(time.Hour)), Request{})
	second := s.join(key, Request{})
	if second == nil || !second.Info().Mapping.Shared {
		t.Fatal("the mapping was not shared")
	}
	if s.join(shareKey{sim: "1", port: 80}, Request{}) != nil {
		t.Error("another port got the same mapping")
	}
	first.recorder, second.recorder = NewRecorder(nil, nil), NewRecorder(nil, nil)
	if got, _ := first.Close(t.Context()); got != lease.Shared {
		t.Errorf("the first to close gets %q, want %q", got, lease.Shared)
	}
	if got, _ := second.Close(t.Context()); got != lease.Foreign { // no lease behind it here
		t.Errorf("the last to close gets %q, want the mapping given back", got)
	}
	if s.join(key, Request{}) != nil {
		t.Error("a mapping that was given back was joined")
	}
}

func TestShareThatEndsSoonIsNotJoined(t *testing.T) {
	now := time.Now()
	s := newTestShares(&now)
	key := shareKey{sim: "1", port: 22}
	s.add(key, liveMapping(now.Add(leastLeft-time.Second)), Request{})
	if s.join(key, Request{Duration: time.Hour}) != nil {
		t.Error("a mapping with less than five minutes left was joined")
	}
	if s.join(key, Request{Duration: time.Minute}) == nil {
		t.Error("a mapping that outlives the asked minute was not joined")
	}
}

func TestSameQuestionIsTrustedForAMinute(t *testing.T) {
	now := time.Now()
	s := newTestShares(&now)
	ask := askKey{target: "gw"}
	u := s.add(shareKey{sim: "1"}, liveMapping(now.Add(time.Hour)), Request{})
	s.remember(ask, u, u.share.mapping.info.Mapping.Addr.Addr())
	from := u.share.mapping.info.Mapping.Addr.Addr()
	if s.again(ask, Request{}, from) == nil {
		t.Fatal("the same question was not answered from memory")
	}
	now = now.Add(trustTarget)
	if s.again(ask, Request{}, from) != nil {
		t.Error("the answer was trusted for more than a minute")
	}
}

func TestTurnIsGivenToOneAtATime(t *testing.T) {
	now := time.Now()
	s := newTestShares(&now)
	done, err := s.turn(t.Context(), "key")
	if err != nil {
		t.Fatal(err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.turn(canceled, "key"); !errors.Is(err, context.Canceled) {
		t.Fatalf("a second turn was given: %v", err)
	}
	done()
	again, err := s.turn(t.Context(), "key")
	if err != nil {
		t.Fatal(err)
	}
	again()
	if len(s.turns) != 0 {
		t.Error("a turn that nobody has was kept")
	}
}
