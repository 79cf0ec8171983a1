package connect

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/launch"
)

// tellAgain is how long a forward waits before it explains another failure, and
// before it gives up a mapping again: Napter takes a burst of connections for
// abuse.
const tellAgain = 10 * time.Second

// tunnel is one port of a forward: its listener stays, its mapping is replaced
// when it has ended.
type tunnel struct {
	*Connector
	listener net.Listener
	request  access.Request
	counts   launch.Counts
	renewal  chan struct{} // holds a value while a new access is being opened

	mu      sync.Mutex
	route   *route // what new connections take; nil before and after
	failure error
	told    time.Time // when a failure was last explained
}

// route is one access and its connections.
type route struct {
	held   access.Access
	opened time.Time
	// dead: connections do not come about any more, though it has not expired.
	dead bool
	// users are connections. Once it is replaced, the last one gives the access back.
	users    int
	replaced bool
}

// use makes an access the one that new connections take.
func (t *tunnel) use(held access.Access) {
	t.mu.Lock()
	old := t.route
	t.route = &route{held: held, opened: t.now()}
	idle := false
	if old != nil {
		old.replaced = true
		idle = old.users == 0
	}
	t.mu.Unlock()
	if idle {
		t.giveBack(old.held)
	}
}

// connect makes a connection, by another mapping where the one there was leads
// nowhere any more.
func (t *tunnel) connect(ctx context.Context) (launch.Conn, error) {
	for try := 0; ; try++ {
		r, err := t.enter(ctx)
		if err != nil {
			return nil, err
		}
		conn, err := launch.MappingDialer{Info: r.held.Info(), TLS: t.request.TLS, Roots: t.Roots, Now: t.Now}.Connect(ctx)
		if err == nil {
			return &routed{Conn: conn, leave: sync.OnceFunc(func() { t.leave(r) })}, nil
		}
		t.leave(r)
		var dial *launch.DialError
		if try > 0 || !errors.As(err, &dial) || !t.giveUp(r, err) {
			return nil, err
		}
	}
}

// routed is a connection that tells its route when it ends.
type routed struct {
	launch.Conn
	leave func()
}

func (r *routed) Close() error {
	err := r.Conn.Close()
	r.leave()
	return err
}

// enter adds a connection to the route, or to a new one when the mapping has
// ended. One caller opens it, the others wait.
func (t *tunnel) enter(ctx context.Context) (*route, error) {
	select {
	case t.renewal <- struct{}{}:
		defer func() { <-t.renewal }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	t.mu.Lock()
	r := t.route
	dead := r.dead
	t.mu.Unlock()
	if ended := expired(r.held.Info().Mapping, t.now()); ended || dead {
		request := t.request
		request.NoReuse = request.NoReuse || !ended
		held, err := t.Opener.Open(ctx, request, nil)
		if err != nil {
			return nil, err
		}
		t.debugf("mapping %s replaces %s", held.Info().Mapping.Addr, r.held.Info().Mapping.Addr)
		t.use(held)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.route.users++
	return t.route, nil
}

func (t *tunnel) leave(r *route) {
	t.mu.Lock()
	r.users--
	last := r.replaced && r.users == 0
	t.mu.Unlock()
	if last {
		t.giveBack(r.held)
	}
}

// giveUp marks a route that leads nowhere after err, unless it is so new that
// another one would hardly do better.
func (t *tunnel) giveUp(r *route, err error) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now().Sub(r.opened) < tellAgain && !stale(t.request, r.held.Info(), err) {
		return false
	}
	r.dead = true
	return true
}

// report explains a failed connection, though not each of many.
func (t *tunnel) report(ctx context.Context, err error) {
	t.mu.Lock()
	r, now := t.route, t.now()
	again := now.Sub(t.told) < tellAgain
	t.failure = err
	if !again {
		t.told = now
	}
	t.mu.Unlock()
	if again {
		t.debugf("%v", err)
		return
	}
	info := r.held.Info()
	if errors.Is(err, launch.ErrSilent) {
		err = &launch.SilentError{Name: info.SIM.Label(), Port: t.request.Port}
	}
	err = t.explain(ctx, t.request, info, now, err)
	var explained *launch.ConnectError
	if errors.As(err, &explained) && explained.Denied {
		t.giveUp(r, err) // this machine may have another address by now
	}
	t.mu.Lock()
	t.failure = err
	t.mu.Unlock()
	t.tell(err)
}

func (t *tunnel) facts() Tunnel {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := Tunnel{
		Listen: hostport.Of(t.listener.Addr()), Failure: t.failure,
		Open: t.counts.Open.Load(), Total: t.counts.Total.Load(),
		Sent: t.counts.Sent.Load(), Received: t.counts.Received.Load(),
	}
	if t.route != nil {
		f.Info = t.route.held.Info()
	}
	return f
}
