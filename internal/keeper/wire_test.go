package keeper

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
)

func pipe(t *testing.T) (a, b *wire) {
	t.Helper()
	x, y := net.Pipe()
	a, b = newWire(x), newWire(y)
	t.Cleanup(a.close)
	t.Cleanup(b.close)
	return a, b
}

// Messages of several goroutines arrive whole.
func TestMessagesArriveWhole(t *testing.T) {
	a, b := pipe(t)
	const each = 50
	commands := []string{strings.Repeat("x", 5000), "two\nlines", ""}
	var wg sync.WaitGroup
	for _, c := range commands {
		wg.Go(func() {
			for range each {
				if err := a.write(request{Op: opOpen, Command: c}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	got := map[string]int{}
	for range each * len(commands) {
		var r request
		if err := b.read(&r); err != nil || r.Op != opOpen {
			t.Fatalf("%+v, %v", r, err)
		}
		got[r.Command]++
	}
	wg.Wait()
	for _, c := range commands {
		if got[c] != each {
			t.Errorf("%.10q arrived %d times", c, got[c])
		}
	}
}

func TestMessagesAreBounded(t *testing.T) {
	a, b := pipe(t)
	if err := a.write(request{Command: strings.Repeat("x", maxMessage)}); err == nil {
		t.Error("one that is too large was sent")
	}
	go func() { _, _ = a.conn.Write([]byte(strings.Repeat("x", 2*maxMessage))) }()
	var r request
	if err := b.read(&r); err == nil || errors.Is(err, errClosed) {
		t.Errorf("one that is too large was read: %v", err)
	}
}

func TestReadingFromWhoHasGone(t *testing.T) {
	a, b := pipe(t)
	go func() {
		_, _ = a.conn.Write([]byte(`{"op":"open"`)) // half a message
		a.close()
	}()
	var r request
	if err := b.read(&r); err == nil {
		t.Errorf("half a message is %+v", r)
	}
	if err := b.read(&r); !errors.Is(err, errClosed) {
		t.Errorf("%v", err)
	}
}

// What commands tell apart survives the way from the keeper.
func TestErrorsCrossTheSocket(t *testing.T) {
	a, b := pipe(t)
	send := func(err error) error {
		t.Helper()
		go func() { _ = a.write(response{Err: encodeError(err)}) }()
		var got response
		if err := b.read(&got); err != nil {
			t.Fatal(err)
		}
		return got.Err.decode()
	}
	if err := send(message.WithHint(errors.New("it failed"), "do this")); err.Error() != "it failed" || message.Hint(err).String() != "do this" {
		t.Errorf("%v, hint %q", err, message.Hint(err).String())
	}
	var several *access.AmbiguousError
	sent := &access.AmbiguousError{Target: "twin", SIMs: []access.SIM{{ID: "1"}, {ID: "2"}}}
	if err := send(sent); !errors.As(err, &several) || len(several.SIMs) != 2 || several.Target != "twin" {
		t.Errorf("%#v", err)
	}
	if err := send(nil); err != nil {
		t.Error(err)
	}
}

// The log keeps to its size, and to its owner.
func TestLogIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keeper.log")
	l, err := openLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	for range 3 * logLimit / 1000 {
		l.printf("%s\x1b[31m\nsecond line", strings.Repeat("x", 1000))
	}
	for _, name := range []string{path, path + ".1"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > logLimit+2000 || strings.ContainsAny(string(b), "\x1b") {
			t.Errorf("%s has %d bytes", name, len(b))
		}
		for line := range strings.Lines(string(b)) {
			if !strings.HasPrefix(line, "20") {
				t.Fatalf("a line without a time: %.40q", line)
			}
		}
	}
}
