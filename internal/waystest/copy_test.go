//go:build linux

package waystest_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
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

// Programs on Node.js give their children sockets for pipes, one for both
// directions here. The copy is whole and the memory the same, though the kernel
// cannot move the bytes alone.
func TestCopyThroughASocket(t *testing.T) {
	const size = 128 << 20
	w := newWorld(t, simulator.Options{})
	gateway, _ := w.sim.SIMByName("gateway-001")
	w.sim.SetDevicePort(gateway.ID, sinkPort, func(c net.Conn) { _, _ = move(c, c) }) // an echo
	ours, theirs := socketPair(t)
	cmd := w.command("napter-connect", "proxy", "gateway-001", strconv.Itoa(sinkPort))
	var stderr strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
	go func() {
		_, _ = move(ours, source(size))
		_ = ours.CloseWrite()
	}()
	got, want := sha256.New(), sha256.New()
	if _, err := io.CopyN(got, ours, 1<<20); err != nil {
		t.Fatal(err)
	}
	before := peakMemory(t, cmd.Process.Pid)
	if _, err := io.CopyN(got, ours, size-2<<20); err != nil {
		t.Fatal(err)
	}
	constant(t, before, peakMemory(t, cmd.Process.Pid))
	if n, err := move(got, ours); n != 1<<20 || err != nil {
		t.Errorf("%d bytes at the end, %v", n, err)
	}
	if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
		t.Errorf("%v; stderr %s", err, &stderr)
	}
	_, _ = move(want, source(size))
	if !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
		t.Error("the copy differs")
	}
	w.clean()
	w.stopKeeper()
}

// socketPair are the two ends of a socket.
func socketPair(t *testing.T) (ours *net.UnixConn, theirs *os.File) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fds[0]), "ours")
	defer func() { _ = f.Close() }()
	c, err := net.FileConn(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c.(*net.UnixConn), os.NewFile(uintptr(fds[1]), "theirs")
}
