package access

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"
)

const (
	// trustTarget is how long a live mapping is used for the same words again without
	// asking the API what they mean: names move between SIMs, though rarely.
	trustTarget = time.Minute
	// leastLeft is how much of its life a mapping must have left to be shared, unless
	// less was asked for.
	leastLeft = 5 * time.Minute
)

// shares are the live mappings of this process, which several users can hold. The
// last one to close deletes.
type shares struct {
	now func() time.Time

	mu      sync.Mutex
	live    map[shareKey]*share
	asked   map[askKey]asked
	turns   map[any]*turn
	linger  sync.WaitGroup
	closing chan struct{} // closed by Local.Close
	closed  sync.Once
}

func newShares(now func() time.Time) *shares {
	return &shares{
		now: now, live: map[shareKey]*share{}, asked: map[askKey]asked{},
		turns: map[any]*turn{}, closing: make(chan struct{}),
	}
}

// shareKey is what makes two mappings the same.
type shareKey struct {
	account, sim, imsi string
	port               int
	service            string
	tls                bool
	sources            string
	// alone makes a key that is equal to no other.
	alone *byte
}

// askKey is what a user asked, before any of it was looked up.
type askKey struct {
	account, target string
	port            int
	service         string
	tls             bool
	sources         string
}

// asked is the answer to a question that was asked lately.
type asked struct {
	share *share
	until time.Time
	// from is the address of this machine towards the Internet then: another one
	// may have another public address.
	from netip.Addr
}

// share is one live mapping and its users.
type share struct {
	mapping *openMapping
	key     shareKey
	users   int
	keep    bool
	// wake is closed when a user comes while the mapping lingers.
	wake chan struct{}
}

func askKeyOf(r Request, t target) askKey {
	return askKey{
		account: r.Account.Key(), target: fmt.Sprint(t.kind, fold(t.text)),
		port: r.Port, service: r.Service, tls: r.TLS, sources: joinRanges(r.Sources),
	}
}

func shareKeyOf(r Request, s lease.Spec) shareKey {
	k := shareKey{account: r.Account.Key(), sim: s.SimID, port: s.Port, service: s.Service, tls: s.TLS, sources: joinRanges(s.Sources)}
	if k.sim == "" {
		k.imsi = s.IMSI
	}
	return k
}

func joinRanges(list []netip.Prefix) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = p.Masked().String()
	}
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ",")
}

// turn is a lock that can be waited for within a context.
type turn struct {
	free    chan struct{} // holds one value while the turn is free
	callers int           // that have it or wait for it
}

// turn lets one caller at a time do what key stands for; the others wait.
func (s *shares) turn(ctx context.Context, key any) (done func(), err error) {
	s.mu.Lock()
	t := s.turns[key]
	if t == nil {
		t = &turn{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		s.turns[key] = t
	}
	t.callers++
	s.mu.Unlock()
	leave := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if t.callers--; t.callers == 0 {
			delete(s.turns, key)
		}
	}
	select {
	case <-t.free:
		return func() { t.free <- struct{}{}; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
}

// again is a live mapping that the same question led to lately.
func (s *shares) again(key askKey, r Request, from netip.Addr) *user {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.asked[key]
	if !ok || !s.now().Before(a.until) || a.from != from {
		delete(s.asked, key)
		return nil
	}
	return s.joinLocked(a.share, r)
}

// remember notes what a question led to.
func (s *shares) remember(key askKey, u *user, from netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[key] = asked{share: u.share, until: s.now().Add(trustTarget), from: from}
}

// join makes the caller a user of a live mapping, or returns nil.
func (s *shares) join(key shareKey, r Request) *user {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.joinLocked(s.live[key], r)
}

func (s *shares) joinLocked(h *share, r Request) *user {
	if h == nil || s.live[h.key] != h || !s.lastsFor(h, r) {
		return nil
	}
	return s.enter(h, r)
}

// joinAnyway is join for a user who holds the mapping already, however little of
// its life is left.
func (s *shares) joinAnyway(key shareKey, r Request) *user {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.live[key]; h != nil {
		return s.enter(h, r)
	}
	return nil
}

// enter needs the lock held.
func (s *shares) enter(h *share, r Request) *user {
	h.users++
	h.keep = h.keep || r.Keep
	if h.wake != nil {
		close(h.wake)
		h.wake = nil
	}
	return &user{shares: s, share: h, linger: r.Linger, shared: true}
}

func (s *shares) lastsFor(h *share, r Request) bool {
	least := leastLeft
	if r.Duration > 0 {
		least = min(least, r.Duration)
	}
	return h.mapping.info.Mapping.Expires.Sub(s.now()) >= least
}

// add makes a new mapping shareable, with its first user.
func (s *shares) add(key shareKey, m *openMapping, r Request) *user {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &share{mapping: m, key: key, users: 1, keep: r.Keep}
	s.live[key] = h
	return &user{shares: s, share: h, linger: r.Linger}
}

// alone is the one user of a mapping that is not shared: somebody else's mapping.
func (s *shares) alone(m *openMapping) *user {
	return &user{shares: s, share: &share{mapping: m, users: 1}}
}

// user is one user's Access to a mapping.
type user struct {
	shares   *shares
	share    *share
	linger   time.Duration
	shared   bool
	recorder *Recorder
	once     sync.Once
}

// Info implements Access.
func (u *user) Info() Info {
	info := u.share.mapping.info
	info.Mapping.Shared = u.shared
	return info
}

// Close implements Access. A second call does nothing.
func (u *user) Close(ctx context.Context) (outcome lease.Outcome, err error) {
	outcome = lease.Shared
	u.once.Do(func() {
		end := u.recorder.Start(StepDelete)
		outcome, err = u.shares.leave(ctx, u)
		end(outcome.Text(), err)
	})
	return outcome, err
}

func (s *shares) leave(ctx context.Context, u *user) (lease.Outcome, error) {
	h := u.share
	s.mu.Lock()
	h.users--
	switch {
	case h.users > 0:
		s.mu.Unlock()
		return lease.Shared, nil
	case u.linger > 0 && h.mapping.lease != nil && !h.keep && !s.isClosing():
		h.wake = make(chan struct{})
		s.linger.Add(1)
		go s.lingerOn(h, h.wake, u.linger) //nolint:contextcheck // outlives the user's context
		s.mu.Unlock()
		return lease.Linger, nil
	}
	s.forget(h)
	s.mu.Unlock()
	return h.mapping.giveBack(ctx, h.keep)
}

// forget keeps others from joining; it needs the lock held.
func (s *shares) forget(h *share) {
	if s.live[h.key] == h {
		delete(s.live, h.key)
	}
	for k, a := range s.asked {
		if a.share == h {
			delete(s.asked, k)
		}
	}
}

// lingerOn deletes after a while, unless a user comes.
func (s *shares) lingerOn(h *share, wake <-chan struct{}, d time.Duration) {
	defer s.linger.Done()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.closing:
	case <-wake:
		return
	}
	s.mu.Lock()
	if h.users > 0 || h.wake != wake { // a user came, or came and went
		s.mu.Unlock()
		return
	}
	s.forget(h)
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), graceAfterCancel)
	defer cancel()
	_, _ = h.mapping.giveBack(ctx, h.keep) // what is pending is in the journal
}

func (s *shares) isClosing() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

// close deletes what lingers.
func (s *shares) close() {
	s.mu.Lock() // nobody begins to linger meanwhile
	s.closed.Do(func() { close(s.closing) })
	s.mu.Unlock()
	s.linger.Wait()
}

// lingering are the unused mappings that are not deleted yet.
func (s *shares) lingering() []Info {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Info
	for _, h := range s.live {
		if h.users == 0 {
			list = append(list, h.mapping.info)
		}
	}
	return list
}
