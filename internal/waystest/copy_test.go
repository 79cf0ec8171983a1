//go:build linux

package waystest_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"testing"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

const (
	sourcePort = 9001 // the device sends random bytes
	sinkPort   = 9002 // the device takes bytes, and at their end tells their hash
	copySize   = 1 << 30
	// copyMemory is what one proxy may ever have had resident, in bytes, whatever
	// it has copied: the program's own pages above all.
	copyMemory = 40 << 20
	// copyGrowth is how much that may grow while it copies.
	copyGrowth = 4 << 20
)

// source is the same sequence of random bytes each time.
func source(n int64) io.Reader { return io.LimitReader(rand.NewChaCha8([32]byte{7}), n) }

// move copies with a buffer of the size that proxies use. It returns how much.
func move(dst io.Writer, src io.Reader) (n int64, err error) {
	p := make([]byte, 128<<10)
	// The wrappers hide the quicker ways, of which pipes and sockets have others.
	return io.CopyBuffer(struct{ io.Writer }{dst}, struct{ io.Reader }{src}, p)
}

// A proxied copy of 1 GB, each way, arrives as it was sent, and the proxy's memory
// does not grow with it.
func TestLargeCopyThroughProxy(t *testing.T) {
	size := int64(copySize)
	if testing.Short() {
		size = 64 << 20
	}
	w := newWorld(t, simulator.Options{})
	gateway, _ := w.sim.SIMByName("gateway-001")
	want := sha256.New()
	if _, err := move(want, source(size)); err != nil {
		t.Fatal(err)
	}
	sum := fmt.Sprintf("%x", want.Sum(nil))
	w.sim.SetDevicePort(gateway.ID, sourcePort, func(c net.Conn) { _, _ = move(c, source(size)) })
	w.sim.SetDevicePort(gateway.ID, sinkPort, func(c net.Conn) {
		hash := sha256.New()
		n, _ := move(hash, c)
		_, _ = fmt.Fprintf(c, "%d %x", n, hash.Sum(nil))
	})
	t.Run("down", func(t *testing.T) {
		p := w.startTunnel(fmt.Sprint(sourcePort))
		hash := sha256.New()
		if _, err := io.CopyN(hash, p, 1<<20); err != nil {
			t.Fatal(err)
		}
		before := peakMemory(t, p.cmd.Process.Pid)
		if _, err := io.CopyN(hash, p, size-1<<20); err != nil {
			t.Fatal(err)
		}
		constant(t, before, peakMemory(t, p.cmd.Process.Pid))
		if n, err := move(hash, p); n != 0 || err != nil {
			t.Errorf("%d bytes too many, %v", n, err)
		}
		if err := p.end(); err != nil {
			t.Error(err)
		}
		if got := fmt.Sprintf("%x", hash.Sum(nil)); got != sum {
			t.Errorf("the copy's hash is %s, want %s", got, sum)
		}
	})
	t.Run("up", func(t *testing.T) {
		p := w.startTunnel(fmt.Sprint(sinkPort))
		from := source(size)
		if _, err := io.CopyN(p, from, 1<<20); err != nil {
			t.Fatal(err)
		}
		before := peakMemory(t, p.cmd.Process.Pid)
		if _, err := move(p, from); err != nil {
			t.Fatal(err)
		}
		constant(t, before, peakMemory(t, p.cmd.Process.Pid))
		_ = p.CloseWrite()
		got, err := io.ReadAll(p)
		if err != nil || string(got) != fmt.Sprintf("%d %s", size, sum) {
			t.Errorf("the device took %q, want %d %s; %v", got, size, sum, err)
		}
		if err := p.end(); err != nil {
			t.Error(err)
		}
	})
	w.clean()
	w.stopKeeper()
}

// startTunnel is a tunnel to gateway-001.
func (w *world) startTunnel(port string) *tunnel {
	w.t.Helper()
	p, err := w.tunnel("gateway-001", port)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// peakMemory is the most that a process has ever had resident, in bytes.
func peakMemory(t testing.TB, pid int) int64 {
	t.Helper()
	return kilobytes(t, pid, "status", "VmHWM:")
}

func constant(t *testing.T, before, after int64) {
	t.Helper()
	t.Logf("resident at most: %.1f MB early on, %.1f MB at the end", float64(before)/1e6, float64(after)/1e6)
	if after > copyMemory || after-before > copyGrowth {
		t.Errorf("the proxy's memory grew from %d to %d bytes", before, after)
	}
}
