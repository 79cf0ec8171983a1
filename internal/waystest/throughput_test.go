//go:build linux

package waystest_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// relayTo makes this test program a plain TCP relay, which is what proxies are
// compared with.
const relayTo = "WAYSTEST_RELAY_TO"

// TestRelayProcess is that relay: it prints its address and serves until its input
// ends.
func TestRelayProcess(t *testing.T) {
	to := os.Getenv(relayTo)
	if to == "" {
		t.Skip("it is a process of its own for other tests")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintln(os.Stdout, l.Addr())
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go relay(c, to)
		}
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = l.Close()
}

func relay(c net.Conn, to string) {
	d, err := net.Dial("tcp", to)
	if err != nil {
		_ = c.Close()
		return
	}
	one := func(dst, src *net.TCPConn) {
		_, _ = io.Copy(dst, src)
		_ = dst.CloseWrite()
	}
	go one(d.(*net.TCPConn), c.(*net.TCPConn))
	one(c.(*net.TCPConn), d.(*net.TCPConn))
}

// startRelay starts such a process and returns its address.
func startRelay(t testing.TB, to string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestRelayProcess$")
	cmd.Env = append(os.Environ(), relayTo+"="+to)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// duplex is a connection of which one direction can end.
type duplex interface {
	io.ReadWriteCloser
	CloseWrite() error
}

// lanes are a proxy and a relay to the same device, through the same mapping.
type lanes struct {
	w     *world
	size  int64
	relay map[int]string // by device port
}

// newLanes makes a world in which the device sends at sourcePort and takes at
// sinkPort as fast as it can.
func newLanes(t testing.TB, w *world, size int64) *lanes {
	t.Helper()
	gateway, _ := w.sim.SIMByName("gateway-001")
	block := make([]byte, 128<<10)
	w.sim.SetDevicePort(gateway.ID, sourcePort, func(c net.Conn) {
		for left := size; left > 0; left -= int64(len(block)) {
			if _, err := c.Write(block[:min(left, int64(len(block)))]); err != nil {
				return
			}
		}
	})
	w.sim.SetDevicePort(gateway.ID, sinkPort, func(c net.Conn) {
		_, _ = c.Write([]byte{0}) // connected
		n, _ := move(io.Discard, c)
		_, _ = fmt.Fprint(c, n)
	})
	l := &lanes{w: w, size: size, relay: map[int]string{}}
	for _, port := range []int{sourcePort, sinkPort} {
		// The mapping stays while a proxy holds it, and the next ones share it.
		holder := w.startTunnel(fmt.Sprint(port))
		t.Cleanup(func() { _ = holder.Close(); _ = holder.cmd.Wait() })
		w.until("the mapping", func() error {
			for _, m := range w.sim.Mappings() {
				if m.DevicePort == port {
					l.relay[port] = fmt.Sprintf("%s:%d", m.IP, m.Port)
					return nil
				}
			}
			return errors.New("there is none")
		})
		l.relay[port] = startRelay(t, l.relay[port])
	}
	return l
}

// throughProxy and throughRelay return how long a copy takes, without the way to
// its first byte.
func (l *lanes) throughProxy(port int) (time.Duration, error) {
	p, err := l.w.tunnel("gateway-001", fmt.Sprint(port))
	if err != nil {
		return 0, err
	}
	took, err := l.copy(port, p)
	return took, errors.Join(err, p.end())
}

func (l *lanes) throughRelay(port int) (time.Duration, error) {
	c, err := net.Dial("tcp", l.relay[port])
	if err != nil {
		return 0, err
	}
	took, err := l.copy(port, c.(*net.TCPConn))
	return took, errors.Join(err, c.Close())
}

func (l *lanes) copy(port int, c duplex) (time.Duration, error) {
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		return 0, err
	}
	began := time.Now()
	if port == sourcePort {
		n, err := move(io.Discard, c)
		if n != l.size-1 && err == nil {
			err = fmt.Errorf("%d bytes came", n+1)
		}
		return time.Since(began), err
	}
	block := make([]byte, 128<<10)
	for left := l.size; left > 0; left -= int64(len(block)) {
		if _, err := c.Write(block[:min(left, int64(len(block)))]); err != nil {
			return 0, err
		}
	}
	_ = c.CloseWrite()
	got, err := io.ReadAll(c)
	if err == nil && string(got) != fmt.Sprint(l.size) {
		err = fmt.Errorf("%q bytes arrived", got)
	}
	return time.Since(began), err
}

// best are the shortest times of n copies each way, in turns, since other
// programs on the machine slow them down.
func (l *lanes) best(t testing.TB, port, n int) (proxy, relay time.Duration) {
	t.Helper()
	for i := range n {
		a, err := l.throughProxy(port)
		b, err2 := l.throughRelay(port)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			proxy, relay = a, b
		}
		proxy, relay = min(proxy, a), min(relay, b)
	}
	return proxy, relay
}

// A proxy is about as fast as a plain TCP relay to the same mapping in the same
// run; the benchmark below gives the figures.
func TestProxyKeepsUpWithARelay(t *testing.T) {
	if testing.Short() {
		t.Skip("it copies much")
	}
	l := newLanes(t, newWorld(t, simulator.Options{}), 256<<20)
	for name, port := range map[string]int{"down": sourcePort, "up": sinkPort} {
		var ratio float64
		for try := 0; try < 3 && ratio < keepUp; try++ {
			proxy, relay := l.best(t, port, 3)
			ratio = max(ratio, relay.Seconds()/proxy.Seconds())
			t.Logf("%s: %v through a proxy, %v through a relay: %.2f times as fast", name, proxy, relay, ratio)
		}
		if ratio < keepUp-keepUpSlack {
			t.Errorf("%s: a proxy is %.2f times as fast as a relay, less than %.2f", name, ratio, keepUp-keepUpSlack)
		}
	}
}

const (
	// keepUp is how fast a proxy is at least, as a part of a relay's speed.
	keepUp = 0.95
	// keepUpSlack is for a machine that is busy with other things.
	keepUpSlack = 0.25
)

// BenchmarkProxy reports the rate through a proxy, and what part that is of a plain
// relay's rate in the same run.
func BenchmarkProxy(b *testing.B) {
	l := newLanes(b, newWorld(b, simulator.Options{}), 256<<20)
	for _, lane := range []struct {
		name string
		port int
	}{{"down", sourcePort}, {"up", sinkPort}} {
		b.Run(lane.name, func(b *testing.B) {
			proxy, relay := l.best(b, lane.port, max(b.N, 2))
			b.ReportMetric(float64(l.size)/1e6/proxy.Seconds(), "MB/s")
			b.ReportMetric(relay.Seconds()/proxy.Seconds(), "of-relay")
			b.ReportMetric(0, "ns/op")
		})
	}
}
