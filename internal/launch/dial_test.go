package launch

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/napter-connect/napter-connect/internal/netfault"
)

// dialFunc is a Dialer.
type dialFunc func() (net.Conn, error)

func (f dialFunc) DialContext(context.Context, string, string) (net.Conn, error) { return f() }

// refusal is what the system says of a loopback port that nobody listens on.
func refusal(t *testing.T) error {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	_, err = net.Dial("tcp4", addr)
	if !netfault.Refused(err) {
		t.Fatalf("%v is not a refusal", err)
	}
	return err
}

func TestDialRetriesRefusals(t *testing.T) {
	refused := refusal(t)
	for _, c := range []struct {
		what     string
		refusals int
		then     error
		tries    int
		most     time.Duration
	}{
		{"at once", 0, nil, 1, 0},
		{"up a moment later", 2, nil, 3, 2 * time.Second},
		{"never", 100, nil, 4, 3 * time.Second},
		{"another failure", 1, errors.New("no route"), 2, time.Second},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries, began := 0, time.Now()
				here, there := net.Pipe()
				defer func() { _, _ = here.Close(), there.Close() }()
				conn, err := dial(t.Context(), dialFunc(func() (net.Conn, error) {
					tries++
					switch {
					case tries <= c.refusals:
						return nil, refused
					case c.then != nil:
						return nil, c.then
					}
					return here, nil
				}), "tcp4", "192.0.2.1:1")
				if tries != c.tries || time.Since(began) > c.most {
					t.Errorf("%d tries in %s, want %d within %s", tries, time.Since(began), c.tries, c.most)
				}
				if worked := c.refusals < 4 && c.then == nil; worked != (err == nil) || worked != (conn == here) {
					t.Errorf("conn %v, err %v", conn, err)
				}
			})
		})
	}
}

func TestDialStopsWithItsContext(t *testing.T) {
	refused := refusal(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		_, err := dial(ctx, dialFunc(func() (net.Conn, error) { return nil, refused }), "tcp4", "192.0.2.1:1")
		if !netfault.Refused(err) || time.Since(began) != 100*time.Millisecond {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}
