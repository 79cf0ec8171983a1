//go:build linux

package keeper_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// socket is the running keeper's.
func (h *home) socket() string {
	h.t.Helper()
	found, _ := filepath.Glob(filepath.Join(h.Dir, "run", "napter-connect", "keeper-*.sock"))
	if len(found) != 1 {
		h.t.Fatalf("sockets: %v", found)
	}
	return found[0]
}

// Whatever comes over the socket, the keeper answers or hangs up, and goes on
// serving.
func TestKeeperStandsWhatItIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	s := h.begin(w.onlineSIMs(1)[0])
	pid := h.Keepers()
	socket := h.socket()
	info, err := os.Stat(socket)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket's mode is %v, %v", info.Mode(), err)
	}
	if info, err = os.Stat(filepath.Dir(socket)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("its folder's mode is %v, %v", info.Mode(), err)
	}
	for name, send := range map[string]string{
		"garbage":          "\x00\x01\xff\xfe\n",
		"no JSON":          "GET / HTTP/1.1\r\n\r\n",
		"wrong types":      `{"op":7}` + "\n",
		"nothing":          "\n",
		"unknown":          `{"op":"` + strings.Repeat("x", 900_000) + `"}` + "\n",
		"empty":            `{}` + "\n",
		"open nothing":     `{"op":"open"}` + "\n",
		"resume nothing":   `{"op":"resume","open":{}}` + "\n",
		"resume something": `{"op":"resume","open":{},"info":{}}` + "\n",
		"token nothing":    `{"op":"token"}` + "\n",
		"token of nobody":  `{"op":"token","account":{},"network":{}}` + "\n",
		"too large":        strings.Repeat("a", 2<<20) + "\n",
		"close":            `{"op":"close"}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("unix", socket)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(cleanLimit))
			_, _ = io.WriteString(conn, send) // it may hang up before all is sent
			answer, err := bufio.NewReader(conn).ReadString('\n')
			if err == nil && !strings.Contains(answer, `"error"`) {
				t.Errorf("it answered %.200q", answer)
			}
			if os.IsTimeout(err) {
				t.Error("it neither answered nor hung up")
			}
		})
	}
	if now := h.Keepers(); fmt.Sprint(now) != fmt.Sprint(pid) {
		t.Errorf("keeper %v has become %v", pid, now)
	}
	s.release()
	if status := s.status(); status != 0 {
		t.Errorf("status %d: %s", status, s.errOut.String())
	}
	if size := len(h.log()); size > 64<<10 {
		t.Errorf("the log has %d bytes", size)
	}
	h.spotless()
}

// A hundred connections that never speak keep nobody waiting, and are hung up
// on.
func TestSilentPeers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Options{})
	h := w.newHome()
	sim := w.onlineSIMs(1)[0]
	h.finish(h.ssh(sim, "true"))
	socket := h.socket()
	var silent []net.Conn
	for range 100 {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, _ = conn.Write([]byte(`{"op":`))
		silent = append(silent, conn)
	}
	began := time.Now()
	if stdout, stderr, status := h.finish(h.ssh(sim, "echo served")); status != 0 || stdout != "served\n" {
		t.Errorf("status %d, %q: %s", status, stdout, stderr)
	}
	t.Logf("served after %v", time.Since(began))
	for i, conn := range silent {
		_ = conn.SetReadDeadline(time.Now().Add(2 * cleanLimit))
		if _, err := io.Copy(&bytes.Buffer{}, conn); err != nil {
			t.Errorf("connection %d: %v", i, err)
		}
	}
	h.spotless()
}
