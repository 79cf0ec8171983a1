//go:build unix

package connect_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// A deletion that hangs can be left to the second Ctrl-C; the first changes
// nothing. Then the person is told how to do it by hand.
func TestSecondInterruptGivesUpTheDeletion(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	ctx, signals := connect.Watch(t.Context())
	defer signals.Stop()
	w.Signals = signals
	defer w.Inject(simulator.Fault{Operation: "deletePortMapping", Hang: true})()

	done := make(chan result, 1)
	go func() { done <- w.run(ctx, w.options("gateway-001", "exit 4")) }()
	until(t, "the deletion", func() bool { return w.Count("deletePortMapping") > 0 })
	began := time.Now()
	interrupt := func() {
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
	}
	interrupt()
	select {
	case r := <-done:
		t.Fatalf("the first Ctrl-C ended the clean-up: %+v", r)
	case <-time.After(200 * time.Millisecond): // also keeps the second one from being taken for the first
	}
	interrupt()
	if r := <-done; r.status != 4 || r.err != nil {
		t.Errorf("status %d, error %v", r.status, r.err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("gave up after %s", took)
	}
	if got := w.noticed(); !strings.Contains(got, "napter-connect mappings delete 127.0.0.1:") {
		t.Errorf("told %q", got)
	}
}
