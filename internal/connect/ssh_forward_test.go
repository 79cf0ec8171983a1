package connect_test

import (
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// TestForwardInUseIsWaitedFor: a download through -L is not cut because the command
// beside it is done.
func TestForwardInUseIsWaitedFor(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	here := listener.Addr().String()
	_ = listener.Close()
	stdin, end, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = stdin.Close(), end.Close() }()
	o := w.options("gateway-001", "cat")
	o.Session.Stdin = stdin
	o.Forwards = []sshclient.Forward{{Kind: sshclient.Local, Listen: here, Target: "127.0.0.1:80"}}
	done := make(chan result, 1)
	go func() { done <- w.run(t.Context(), o) }()

	var download net.Conn
	until(t, "the forward listens", func() bool {
		download, err = net.Dial("tcp", here)
		return err == nil
	})
	if _, err := io.WriteString(download, "GET / HTTP/1.1\r\nHost: device\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, len("HTTP/1.1 200"))
	if _, err := io.ReadFull(download, head); err != nil || string(head) != "HTTP/1.1 200" {
		t.Errorf("got %q, %v", head, err)
	}
	_ = end.Close() // the command is done, the connection is not
	until(t, "it is told", func() bool { return strings.Contains(w.noticed(), "waiting for 1 forwarded") })
	select {
	case r := <-done:
		t.Fatalf("not waited for: %+v", r)
	default:
	}
	_ = download.Close()
	if r := <-done; r.status != 0 || r.err != nil {
		t.Errorf("status %d, %v", r.status, r.err)
	}
	w.clean()
}
