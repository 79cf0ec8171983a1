//go:build unix

package sshclient

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/proxy"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func TestParseForward(t *testing.T) {
	tests := []struct {
		kind           ForwardKind
		spec           string
		listen, target string
	}{
		{Local, "8080:localhost:80", "127.0.0.1:8080", "localhost:80"},
		{Local, "0:10.0.0.1:443", "127.0.0.1:0", "10.0.0.1:443"},
		{Local, "192.0.2.1:8080:h:80", "192.0.2.1:8080", "h:80"},
		{Local, "*:8080:h:80", "0.0.0.0:8080", "h:80"},
		{Local, ":8080:h:80", "0.0.0.0:8080", "h:80"},
		{Local, "[::1]:8080:[fe80::1]:80", "[::1]:8080", "[fe80::1]:80"},
		{Remote, "8080:h:80", "127.0.0.1:8080", "h:80"},
		{Remote, "1080", "127.0.0.1:1080", ""},
		{Dynamic, "1080", "127.0.0.1:1080", ""},
		{Dynamic, "*:1080", "0.0.0.0:1080", ""},
		{Dynamic, "[::1]:1080", "[::1]:1080", ""},
	}
	for _, tt := range tests {
		f, err := ParseForward(tt.kind, tt.spec)
		if err != nil || f.Kind != tt.kind || f.Listen != tt.listen || f.Target != tt.target {
			t.Errorf("-%c %s: %+v, %v", tt.kind, tt.spec, f, err)
		}
	}
	for _, bad := range []string{"", ":", "x", "80", "80:h", "80:h:", "80::80", "80:h:0", "80:h:65536",
		"a:b:c", "1:2:3:4:5", "[::1:80:h:80", "[::1]x:80:h:80", "-1:h:80"} {
		if f, err := ParseForward(Local, bad); err == nil {
			t.Errorf("-L %q was taken: %+v", bad, f)
		}
	}
	if _, err := ParseForward(Dynamic, "1080:h:80"); err == nil {
		t.Error("-D 1080:h:80 was taken")
	}
}

// halfCloser echoes all that it gets, but only when it has all of it.
func halfCloser(t testing.TB) net.Listener {
	l := listenLocal(t)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				all, _ := io.ReadAll(conn)
				_, _ = conn.Write(all)
			}()
		}
	}()
	return l
}

// exchange sends data, half-closes, and returns what comes back.
func exchange(t testing.TB, conn net.Conn, data []byte) []byte {
	t.Helper()
	defer func() { _ = conn.Close() }()
	go func() {
		_, _ = conn.Write(data)
		_ = conn.(interface{ CloseWrite() error }).CloseWrite()
	}()
	got, err := io.ReadAll(conn)
	if err != nil {
		t.Error(err)
	}
	return got
}

func TestForwardsAreHalfCloseSafe(t *testing.T) {
	c := realClient(t)
	target := halfCloser(t).Addr().String()
	data := make([]byte, 3<<20)
	_, _ = rand.Read(data)
	for _, kind := range []ForwardKind{Local, Remote} {
		addr, err := c.Forward(t.Context(), Forward{Kind: kind, Listen: "127.0.0.1:0", Target: target})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", addr.String())
		if err != nil {
			t.Fatal(err)
		}
		if got := exchange(t, conn, data); !bytes.Equal(got, data) {
			t.Errorf("-%c: %d of %d bytes came back, or others", kind, len(got), len(data))
		}
	}
	// Both SOCKS directions, asked by the standard client.
	for _, kind := range []ForwardKind{Dynamic, Remote} {
		addr, err := c.Forward(t.Context(), Forward{Kind: kind, Listen: "127.0.0.1:0"})
		if err != nil {
			t.Fatal(err)
		}
		socks, err := proxy.SOCKS5("tcp", addr.String(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range []string{target, strings.Replace(target, "127.0.0.1", "localhost", 1)} {
			conn, err := socks.Dial("tcp", to)
			if err != nil {
				t.Fatalf("-%c (SOCKS) to %s: %v", kind, to, err)
			}
			if _, err := conn.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			_ = conn.Close()
		}
	}
}

func TestSOCKSCarriesHTTP(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello from the device")
	}))
	defer site.Close()
	addr, err := realClient(t).Forward(t.Context(), Forward{Kind: Dynamic, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	socks, err := proxy.SOCKS5("tcp", addr.String(), nil, proxy.Direct)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: socks.(proxy.ContextDialer).DialContext, DisableKeepAlives: true}}
	resp, err := client.Get(site.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, _ := io.ReadAll(resp.Body); string(body) != "hello from the device" {
		t.Errorf("%q", body)
	}
}

func TestForwardToAClosedPort(t *testing.T) {
	closed := listenLocal(t)
	target := closed.Addr().String()
	_ = closed.Close()
	failures := make(chan error, 1)
	addr, err := realClient(t).Forward(t.Context(), Forward{Kind: Local, Listen: "127.0.0.1:0", Target: target,
		Failed: func(err error) { failures <- err }})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	if got := exchange(t, conn, nil); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	if err := <-failures; !strings.Contains(err.Error(), target) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("%v", err)
	}
}

// throughForward starts a forward, and a connection that goes through it to a
// halfCloser.
func throughForward(ctx context.Context, t *testing.T, c *Client) (here net.Addr, conn net.Conn) {
	t.Helper()
	here, err := c.Forward(ctx, Forward{Kind: Local, Listen: "127.0.0.1:0", Target: halfCloser(t).Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	conn, err = net.Dial("tcp", here.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return here, conn
}

func TestForwardEnds(t *testing.T) {
	server := sshdtest.Start(t, sshdtest.Options{})
	for _, how := range []string{"context", "connection"} {
		t.Run(how, func(t *testing.T) {
			c := dialReal(t, server, "", Config{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			addr, conn := throughForward(ctx, t, c)
			if how == "context" {
				cancel()
			} else {
				_ = c.Close()
			}
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the forwarded connection lives on: %v", err)
			}
			eventually(t, "the port is free", func() bool {
				l, err := net.Listen("tcp", addr.String())
				if err == nil {
					_ = l.Close()
				}
				return err == nil
			})
		})
	}
}

func TestRemoteForwardRefused(t *testing.T) {
	server := sshdtest.Start(t, sshdtest.Options{Config: []string{"AllowTcpForwarding no"}})
	_, err := dialReal(t, server, "", Config{}).Forward(t.Context(), Forward{Kind: Remote, Listen: "127.0.0.1:0", Target: "127.0.0.1:1"})
	if err == nil || !strings.Contains(err.Error(), "on the device") {
		t.Errorf("%v", err)
	}
}

func TestAgentForwarding(t *testing.T) {
	sshdtest.Tool(t, "ssh-add")
	key := sshdtest.NewKey(t, "ed25519")
	server := sshdtest.Start(t, sshdtest.Options{})
	c := dialReal(t, server, "", Config{AgentSocket: sshdtest.Agent(t, key)})
	list := func(forward bool) (int, string) {
		var out strings.Builder
		r := wait(t, start(t.Context(), c, SessionOptions{Command: "ssh-add -l", Stdout: &out, Stderr: &out, ForwardAgent: forward}))
		// Refused in the middle of its request, ssh-add may die of SIGPIPE.
		if signal := (*SignalError)(nil); r.err != nil && !errors.As(r.err, &signal) {
			t.Fatal(r.err)
		}
		return r.status, out.String()
	}
	for range 2 { // twice: each session can
		if status, out := list(true); status != 0 || !strings.Contains(out, "ED25519") {
			t.Errorf("status %d: %s", status, out)
		}
	}
	if status, out := list(false); status == 0 || strings.Contains(out, "ED25519") {
		t.Errorf("without ForwardAgent: status %d: %s", status, out)
	}
	// The device asks for it although no session forwards it any more.
	if c.agents.allowed() {
		t.Error("the agent can still be used")
	}
}

// ForwardAgent with a path: the device gets another agent than the login uses.
func TestForwardingAnotherAgent(t *testing.T) {
	sshdtest.Tool(t, "ssh-add")
	server := sshdtest.Start(t, sshdtest.Options{})
	c := dialReal(t, server, "", Config{
		AgentSocket: sshdtest.Agent(t, sshdtest.NewKey(t, "ecdsa")), ForwardSocket: sshdtest.Agent(t, sshdtest.NewKey(t, "ed25519")),
	})
	var out strings.Builder
	r := wait(t, start(t.Context(), c, SessionOptions{Command: "ssh-add -l", Stdout: &out, Stderr: &out, ForwardAgent: true}))
	if r.err != nil || !strings.Contains(out.String(), "ED25519") || strings.Contains(out.String(), "ECDSA") {
		t.Errorf("%v: %s", r.err, out.String())
	}
}

func FuzzSOCKS(f *testing.F) {
	f.Add([]byte("\x05\x01\x00\x05\x01\x00\x03\x01h\x00\x50rest"))
	f.Add([]byte("\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50"))
	f.Add([]byte("\x04\x01\x00\x50"))
	f.Add([]byte("\x04\x01\x00\x50\x7f\x00\x00\x01user\x00rest"))
	f.Add([]byte("\x04\x01\x00\x50\x00\x00\x00\x01\x00device\x00rest"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bytes.NewReader(in)
		_, target, err := socksTarget(struct {
			io.Reader
			io.Writer
		}{r, io.Discard})
		if err != nil {
			return
		}
		if _, _, err := net.SplitHostPort(target); err != nil && !strings.ContainsAny(target, "[]") {
			t.Errorf("%q is no address: %v", target, err)
		}
		if used := len(in) - r.Len(); used > 2+255+4+1+255+2 {
			t.Errorf("%d bytes used", used)
		}
	})
}

// TestSOCKS4: what older clients send, with an address and (4a) with a name.
func TestSOCKS4(t *testing.T) {
	c := realClient(t)
	target := halfCloser(t).Addr().(*net.TCPAddr)
	addr, err := c.Forward(t.Context(), Forward{Kind: Dynamic, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	port := string(binary.BigEndian.AppendUint16(nil, uint16(target.Port)))
	for name, tt := range map[string]struct{ request, answer string }{
		"4":         {"\x04\x01" + port + "\x7f\x00\x00\x01user\x00", "\x00\x5a\x00\x00\x00\x00\x00\x00ping"},
		"4a":        {"\x04\x01" + port + "\x00\x00\x00\x01\x00localhost\x00", "\x00\x5a\x00\x00\x00\x00\x00\x00ping"},
		"4 refused": {"\x04\x01\x00\x01\x7f\x00\x00\x01\x00", "\x00\x5b\x00\x00\x00\x00\x00\x00"},
	} {
		conn, err := net.Dial("tcp", addr.String())
		if err != nil {
			t.Fatal(err)
		}
		data := tt.request
		if strings.HasSuffix(tt.answer, "ping") {
			data += "ping"
		}
		if got := exchange(t, conn, []byte(data)); string(got) != tt.answer {
			t.Errorf("%s: answered %q", name, got)
		}
	}
}

func TestSOCKSRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ in, answer string }{
		"version 6":      {"\x06\x01", ""},
		"4: cut":         {"\x04\x01", ""},
		"4: bind":        {"\x04\x02\x00\x50\x7f\x00\x00\x01u\x00", "\x00\x5b\x00\x00\x00\x00\x00\x00"},
		"4: long user":   {"\x04\x01\x00\x50\x7f\x00\x00\x01" + strings.Repeat("u", 256), ""},
		"4a: no name":    {"\x04\x01\x00\x50\x00\x00\x00\x01u\x00\x00", "\x00\x5b\x00\x00\x00\x00\x00\x00"},
		"password only":  {"\x05\x01\x02", "\x05\xff"},
		"bind":           {"\x05\x01\x00\x05\x02\x00\x01", "\x05\x00\x05\x07\x00\x01\x00\x00\x00\x00\x00\x00"},
		"address type 9": {"\x05\x01\x00\x05\x01\x00\x09", "\x05\x00\x05\x08\x00\x01\x00\x00\x00\x00\x00\x00"},
		"cut":            {"\x05\x01\x00\x05\x01", "\x05\x00"},
	} {
		var answer bytes.Buffer
		_, target, err := socksTarget(struct {
			io.Reader
			io.Writer
		}{strings.NewReader(tt.in), &answer})
		if err == nil || answer.String() != tt.answer {
			t.Errorf("%s: %q, %v; answered %q", name, target, err, answer.String())
		}
	}
}

func ExampleParseForward() {
	f, err := ParseForward(Local, "8080:localhost:80")
	fmt.Println(f.Listen, f.Target, err)
	// Output: 127.0.0.1:8080 localhost:80 <nil>
}

// TestWaitForwards: what goes through a forward outlives the session, and is
// waited for until it, ctx or the connection ends.
func TestWaitForwards(t *testing.T) {
	server := sshdtest.Start(t, sshdtest.Options{})
	for _, how := range []string{"its own end", "context", "connection"} {
		t.Run(how, func(t *testing.T) {
			c := dialReal(t, server, "", Config{})
			if err := c.WaitForwards(t.Context()); err != nil {
				t.Errorf("without a forward: %v", err)
			}
			_, conn := throughForward(t.Context(), t, c)
			eventually(t, "the connection is counted", func() bool { return c.Forwarding() == 1 })
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			waited := make(chan error, 1)
			go func() { waited <- c.WaitForwards(ctx) }()
			eventually(t, "it waits", func() bool {
				c.forwarding.mu.Lock()
				defer c.forwarding.mu.Unlock()
				return c.forwarding.none != nil
			})
			var want func(error) bool
			switch how {
			case "context":
				cancel()
				want = func(err error) bool { return errors.Is(err, context.Canceled) }
			case "connection":
				server.Disconnect()
				want = func(err error) bool { return errors.As(err, new(*DroppedError)) }
			default:
				if got := exchange(t, conn, []byte("all of it")); string(got) != "all of it" {
					t.Errorf("%q came back", got)
				}
				want = func(err error) bool { return err == nil }
			}
			if err := <-waited; !want(err) {
				t.Errorf("%v", err)
			}
		})
	}
}
