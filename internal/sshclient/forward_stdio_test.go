//go:build unix

package sshclient

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func TestParseTarget(t *testing.T) {
	for spec, want := range map[string]string{"h:80": "h:80", "[::1]:80": "[::1]:80", "10.0.0.1:1": "10.0.0.1:1"} {
		if got, err := ParseTarget(spec); err != nil || got != want {
			t.Errorf("%s: %s, %v", spec, got, err)
		}
	}
	for _, bad := range []string{"", "h", "80", ":80", "h:0", "h:x", "h:80:1", "::1:80"} {
		if got, err := ParseTarget(bad); err == nil {
			t.Errorf("%q was taken: %s", bad, got)
		}
	}
}

func TestForwardStdio(t *testing.T) {
	c := realClient(t)
	data := make([]byte, 3<<20)
	_, _ = rand.Read(data)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	go func() {
		_, _ = w.Write(data)
		_ = w.Close()
	}()
	var out bytes.Buffer
	if err := c.ForwardStdio(t.Context(), halfCloser(t).Addr().String(), r, &out); err != nil || !bytes.Equal(out.Bytes(), data) {
		t.Errorf("%d of %d bytes came back, or others: %v", out.Len(), len(data), err)
	}
	if err := c.ForwardStdio(t.Context(), halfCloser(t).Addr().String(), nil, &out); err != nil {
		t.Errorf("without input: %v", err)
	}
	closed := listenLocal(t)
	_ = closed.Close()
	if err := c.ForwardStdio(t.Context(), closed.Addr().String(), nil, &out); err == nil || !strings.Contains(err.Error(), "the device cannot connect") {
		t.Errorf("to a closed port: %v", err)
	}
}

// What ends beside the streams ends it too.
func TestForwardStdioEnds(t *testing.T) {
	target := halfCloser(t).Addr().String()
	for name, end := range map[string]func(c *Client, cancel context.CancelFunc){
		"context":    func(_ *Client, cancel context.CancelFunc) { cancel() },
		"connection": func(c *Client, _ context.CancelFunc) { _ = c.conn.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			c := dialReal(t, sshdtest.Start(t, sshdtest.Options{}), "", Config{})
			r, w, err := os.Pipe() // never ends
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _, _ = r.Close(), w.Close() }()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan error, 1)
			go func() { done <- c.ForwardStdio(ctx, target, r, new(bytes.Buffer)) }()
			end(c, cancel)
			err = <-done
			if _, dropped := errors.AsType[*DroppedError](err); err == nil || name == "context" && !errors.Is(err, context.Canceled) {
				t.Errorf("ended with %v (dropped: %v)", err, dropped)
			}
		})
	}
}
