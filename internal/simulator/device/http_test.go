package device

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

func TestHTTP(t *testing.T) {
	d := New(Options{Name: `<b>"hut" & boat</b>`, SimID: "8981100000000000001"})
	addr := listen(t, d.ServeHTTPConn)
	for path, want := range map[string]string{
		"/":       "<h1>&lt;b&gt;&#34;hut&#34; &amp; boat&lt;/b&gt;</h1>",
		"/health": "ok\n",
	} {
		resp, err := http.Get("http://" + addr + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %s, %v: %s", path, resp.Status, err, body)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestForwardToOwnHTTP(t *testing.T) {
	s := serve(t, Options{Name: "gateway-001", SimID: "1", NoAuth: true})
	c := dial(t, s)
	for _, host := range []string{"localhost", "127.0.0.1", "gateway-001"} {
		web := &http.Client{Transport: &http.Transport{
			DialContext: func(_ context.Context, network, _ string) (net.Conn, error) {
				return c.Dial(network, net.JoinHostPort(host, "80"))
			},
		}}
		for range 3 {
			resp, err := web.Get("http://device/health")
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if string(body) != "ok\n" || err != nil {
				t.Errorf("%s: %q, %v", host, body, err)
			}
		}
	}
}

func TestForwardHalfClose(t *testing.T) {
	s := serve(t, Options{SimID: "1", NoAuth: true})
	conn, err := dial(t, s).Dial("tcp", "localhost:80")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(conn, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); string(body) != "ok\n" || err != nil {
		t.Errorf("answer %q, %v", body, err)
	}
	if n, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("read %d, %v after the answer, want the end", n, err)
	}
}

func TestForwardElsewhereIsRefused(t *testing.T) {
	s := serve(t, Options{SimID: "1", NoAuth: true})
	c := dial(t, s)
	for addr, reason := range map[string]ssh.RejectionReason{
		"localhost:81": ssh.ConnectionFailed, "192.0.2.1:80": ssh.Prohibited,
	} {
		_, err := c.Dial("tcp", addr)
		var open *ssh.OpenChannelError
		if !errors.As(err, &open) || open.Reason != reason {
			t.Errorf("%s: %v, want %v", addr, err, reason)
		}
	}
}
