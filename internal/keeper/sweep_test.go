//go:build linux

package keeper_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/hometest"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

const (
	instants = 42
	// abreast is how many instants are tried at once.
	abreast = 7
	// cleanLimit is what a death may take to be tidied up.
	cleanLimit = 10 * time.Second
	remote     = "sleep 0.2"
)

// victim says whom a sweep kills.
type victim struct {
	name string
	vars []string
	// command and keeper say who is killed.
	command, keeper bool
	// next is a command that is started after the death, or nil.
	next []string
}

func TestNothingIsLeftOpenWhoeverIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it kills a hundred processes")
	}
	none := []string{"NAPTER_CONNECT_NO_KEEPER=1"}
	for _, v := range []victim{
		{name: "command", command: true},
		{name: "keeper", keeper: true},
		{name: "both", command: true, keeper: true, next: []string{"sims", "gateway-001"}},
		{name: "command without keeper", vars: none, command: true, next: []string{"mappings"}},
	} {
		t.Run(v.name, func(t *testing.T) { sweep(t, v) })
	}
}

// instant is a moment in a command's life: so long after its start, or after the
// API got its creation. Where a busy machine makes everything late, half of the
// instants still fall after the POST.
type instant struct {
	afterPost bool
	wait      time.Duration
}

// sweep kills at instants that are spread over the whole of a command.
func sweep(t *testing.T, v victim) {
	w := newWorld(t, simulator.Options{Latency: 60 * time.Millisecond})
	sims := w.onlineSIMs(instants + 1)
	before, after := w.durations(v, sims[instants])
	var posted, hit atomic.Int32
	slots := make(chan struct{}, abreast)
	var wg sync.WaitGroup
	for i := range instants {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			half := instants / 2
			at := instant{false, before * time.Duration(i) / time.Duration(half)}
			if i >= half {
				at = instant{true, after * time.Duration(i-half) / time.Duration(half)}
			}
			h := w.newHome(v.vars...)
			killed, err := h.killAt(v, sims[i], at)
			if err == nil {
				err = h.tidied(v, sims[i])
			}
			if err != nil {
				t.Errorf("killed at %+v: %v\nkeeper.log:\n%s", at, err, h.log())
				return
			}
			if !killed.IsZero() {
				hit.Add(1)
				if sent := w.posted(sims[i]); !sent.IsZero() && sent.Before(killed) {
					posted.Add(1)
				}
			}
			if err := h.StopKeeper(cleanLimit); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	t.Logf("%d of %d were killed before their end, %d of them after the POST; a whole run takes %v and then %v",
		hit.Load(), instants, posted.Load(), before, after)
	if posted.Load() < instants/3 {
		t.Errorf("only %d of %d were killed after the POST had been sent", posted.Load(), instants)
	}
}

// durations are how long the command takes up to its POST, and from there, when
// nobody is killed.
func (w *world) durations(v victim, sim string) (before, after time.Duration) {
	w.t.Helper()
	h := w.newHome(v.vars...)
	began := time.Now()
	if _, stderr, status := h.finish(h.ssh(sim, remote)); status != 0 {
		w.t.Fatalf("status %d: %s", status, stderr)
	}
	sent, ended := w.posted(sim), time.Now()
	if err := h.StopKeeper(cleanLimit); err != nil {
		w.t.Fatal(err)
	}
	return sent.Sub(began), ended.Sub(sent)
}

// killAt starts a command and kills at an instant of it; the time is zero when
// the victim had ended before, or had not been born.
func (h *home) killAt(v victim, sim string, at instant) (killed time.Time, err error) {
	cmd := h.ssh(sim, remote)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return killed, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if at.afterPost {
		_ = hometest.Within(cleanLimit, func() error {
			if h.posted(sim).IsZero() {
				return errors.New("not yet")
			}
			return nil
		})
	}
	select {
	case <-time.After(at.wait):
	case err := <-ended:
		return killed, err
	}
	now := time.Now()
	if v.keeper {
		for _, pid := range h.Keepers() {
			if syscall.Kill(pid, syscall.SIGKILL) == nil {
				killed = now
			}
		}
	}
	if v.command {
		if cmd.Process.Kill() == nil {
			killed = now
		}
		<-ended
		return killed, nil
	}
	// The session goes on, whatever became of the keeper.
	if err := <-ended; err != nil {
		return killed, fmt.Errorf("the command that lost its keeper: %w: %s", err, stderr.String())
	}
	return killed, nil
}

// tidied waits until nothing is left, after one more command where that is the
// rule.
func (h *home) tidied(v victim, sim string) error {
	if v.next != nil {
		if _, stderr, status := h.run(v.next...); status != 0 {
			return fmt.Errorf("%v: status %d: %s", v.next, status, stderr)
		}
	}
	return hometest.Within(cleanLimit, func() error { return h.clean(sim) })
}

// posted is when the API got the creation for a SIM, or zero.
func (w *world) posted(sim string) time.Time {
	for _, r := range w.sim.Requests() {
		if r.Operation == "createPortMappingForSim" && strings.Contains(r.Path, sim) {
			return r.Time
		}
	}
	return time.Time{}
}
