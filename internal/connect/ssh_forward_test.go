package connect_test

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/message"
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

// busyPort is an address that somebody listens on already.
func busyPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// TestForwardThatCannotListen: the session goes on, as with OpenSSH, unless
// ExitOnForwardFailure is set or there is nothing else to do.
func TestForwardThatCannotListen(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	busy := sshclient.Forward{Kind: sshclient.Local, Listen: busyPort(t), Target: "127.0.0.1:80"}
	tests := []struct {
		name    string
		change  func(*connect.SSHOptions)
		refused bool
	}{
		{"beside a command", func(*connect.SSHOptions) {}, false},
		{"ExitOnForwardFailure", func(o *connect.SSHOptions) { o.ConfigOptions = []string{"ExitOnForwardFailure=yes"} }, true},
		{"alone", func(o *connect.SSHOptions) { o.NoCommand = true }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.notices = nil
			o := w.options("gateway-001", "echo done")
			o.Forwards = []sshclient.Forward{busy}
			tt.change(&o)
			r := w.run(t.Context(), o)
			if tt.refused {
				if r.status != 255 || r.err == nil || !strings.Contains(r.err.Error(), busy.Listen) || r.out != "" {
					t.Errorf("%+v", r)
				}
				return
			}
			if r.err != nil || r.out != "done\n" || !strings.Contains(w.noticed(), busy.Listen) {
				t.Errorf("%+v; told %q", r, w.noticed())
			}
		})
	}
	w.clean()
}

// TestSessionOfSSHConfig: what ssh_config says about the session holds.
func TestSessionOfSSHConfig(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	run := func(command string, options ...string) result {
		t.Helper()
		w.notices = nil
		o := w.options("gateway-001", command)
		o.ConfigOptions = options
		return w.run(t.Context(), o)
	}
	if r := run("", "RemoteCommand=echo from the file"); r.err != nil || r.out != "from the file\n" {
		t.Errorf("RemoteCommand: %+v", r)
	}
	if r := run("echo x", "RemoteCommand=echo y"); r.err == nil || r.out != "" || !strings.Contains(r.err.Error(), "RemoteCommand") {
		t.Errorf("two commands: %+v", r)
	}
	busy := busyPort(t)
	if r := run("echo x", "LocalForward="+busy+" 127.0.0.1:80"); r.err != nil || !strings.Contains(w.noticed(), "forwarding from "+busy) {
		t.Errorf("LocalForward: %+v, told %q", r, w.noticed())
	}
	if r := run("echo x", "LocalForward="+busy+" 127.0.0.1:80", "ClearAllForwardings=yes"); r.err != nil || w.noticed() != "" {
		t.Errorf("ClearAllForwardings: %+v, told %q", r, w.noticed())
	}
	if r := run("echo x", "ProxyJump=bastion", "Compression=yes"); r.err != nil || w.noticed() != "ssh_config: proxyjump bastion is not honoured" {
		t.Errorf("ProxyJump: %+v, told %q", r, w.noticed())
	}
	w.clean()
}

// TestBatchModeAsksNothing: a script does not hang in a question.
func TestBatchModeAsksNothing(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	o := w.options("gateway-001", "true")
	o.Prompt = nobody{t}
	o.ConfigOptions = []string{"BatchMode=yes"}
	if err := os.WriteFile(w.knownHosts, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := w.run(t.Context(), o); r.err == nil || !strings.Contains(r.err.Error(), "is not known") {
		t.Errorf("an unknown host key: %+v", r)
	}
	w.clean()
}

// nobody may be asked.
type nobody struct{ t *testing.T }

func (n nobody) Line(_ context.Context, prompt message.Text) (string, error) {
	n.t.Errorf("asked %q", prompt)
	return "", io.EOF
}

func (n nobody) Secret(ctx context.Context, prompt message.Text) (string, error) {
	return n.Line(ctx, prompt)
}

func (n nobody) Show(message.Text) {}

// TestForwardsAreToldOf: the port that was allocated, and a target that nobody
// listens at.
func TestForwardsAreToldOf(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	o := w.options("gateway-001", "")
	o.NoCommand = true
	o.Forwards = []sshclient.Forward{{Kind: sshclient.Local, Listen: "127.0.0.1:0", Target: "127.0.0.1:9"}}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan result, 1)
	go func() { done <- w.run(ctx, o) }()
	var here string
	until(t, "the port is told", func() bool {
		var ok bool
		here, ok = strings.CutSuffix(w.noticed(), " is forwarded to 127.0.0.1:9")
		return ok
	})
	conn, err := net.Dial("tcp", here)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(make([]byte, 1)); err == nil {
		t.Errorf("%d bytes came", n)
	}
	until(t, "the dead target is told", func() bool {
		return strings.Contains(w.noticed(), "forwarding to 127.0.0.1:9: the device cannot connect: ")
	})
	cancel()
	<-done
	w.clean()
}

// TestStdioForward: -W joins the standard streams with a port that the device sees, and
// neither runs a command nor forwards what ssh_config says.
func TestStdioForward(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	stdin, input, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	_, _ = io.WriteString(input, "GET / HTTP/1.0\r\n\r\n")
	_ = input.Close()
	o := w.options("gateway-001", "exit 3")
	o.Session.Stdin, o.StdioForward = stdin, "127.0.0.1:80"
	o.ConfigOptions = []string{"LocalForward=1 localhost:1", "RemoteCommand=uptime"}
	if r := w.run(t.Context(), o); r.status != 0 || r.err != nil || !strings.HasPrefix(r.out, "HTTP/1.0 200") && !strings.HasPrefix(r.out, "HTTP/1.1 200") {
		t.Errorf("%+v", r)
	}
	w.clean()
	o.Session.Stdin, o.StdioForward = nil, "127.0.0.1:81"
	w.fails(o, "forwarding to 127.0.0.1:81: the device cannot connect", "")
}
