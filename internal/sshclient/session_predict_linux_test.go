package sshclient

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/sshclient/predict"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
	"github.com/napter-connect/napter-connect/internal/termtest"
)

// slowLink is the round trip of a bad cellular link.
const slowLink = 300 * time.Millisecond

// predicted are options of a session in a terminal.
func predicted(tty *os.File, mode predict.Mode) SessionOptions {
	return SessionOptions{TTY: true, Escapes: true, Stdin: tty, Stdout: tty, Stderr: tty, Term: "xterm-256color", Predict: mode}
}

// typist types as a person does, one key after the other.
func typist(term *termtest.Terminal, keys string) {
	for _, k := range keys {
		term.Type(string(k))
		time.Sleep(35 * time.Millisecond) // the pace of a quick typist
	}
}

// shell is a command that runs bash with a prompt that is the same everywhere.
func shell(t testing.TB) string {
	t.Helper()
	rc := filepath.Join(t.TempDir(), "rc")
	if err := os.WriteFile(rc, []byte("PS1='dev$ ' HISTFILE=\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return "bash --noprofile --rcfile " + rc
}

// TestPredictedScreen types a long session over a slow link and compares the
// screen, cell by cell, with what the device's output alone would show. `script`
// on the device writes down that output before it has met any of ours.
func TestPredictedScreen(t *testing.T) {
	for _, tool := range []string{"script", "bash", "vi", "top", "less"} {
		sshdtest.Tool(t, tool)
	}
	server := sshdtest.Start(t, sshdtest.Options{})
	addr, _ := sshdtest.Delayed(t, server.Addr, slowLink)
	log := filepath.Join(t.TempDir(), "typescript")
	term, tty := termtest.Open(t, termtest.Options{Columns: 80, Rows: 24})
	o := predicted(tty, predict.Auto)
	o.Command = fmt.Sprintf("cd /tmp; script -q -e -f -c '%s' %s", shell(t), log)
	done := start(t.Context(), dialReal(t, server, addr, Config{}), o)
	term.Expect("dev$")

	steps := []struct{ name, keys string }{
		{"commands", "echo hello world\recho one; echo two\r"},
		{"corrections", "ls -l /nowherr\x7fe\x7f\x7f\x7f\rcat /etc/hostnaem\x7f\x7fme >/dev/null\r"},
		{"arrows in the line", "echo abcdef\x1b[D\x1b[D\x1b[DXY\x1b[C!\r"},
		{"the end and the beginning", "echo middle\x01: \x05 last\x17\x15echo again\r"},
		{"history", "\x1b[A\x1b[A\x10\x0e\r"},
		{"completion", "ls /etc/hostn\t\r"},
		{"a long line that wraps", "echo " + strings.Repeat("0123456789", 9) + "\r"},
		{"a password", "read -s -p 'Password: ' secret\rhunter2-hunter2\recho; echo thanks\r"},
		{"colours", `printf '\033[31mred\033[m\n'; PS1='\[\033[1;32m\]dev\[\033[m\]$ '` + "\rtrue && echo green\r"},
		{"wide characters", "echo 温度 センサー ok\r"},
		{"an editor", "vi -u NONE -N /tmp/predicted.txt\riHello, device\rsecond line\x1b0xA end\x1b:q!\r"},
		{"a pager", "seq 500 | less\r  /42\rq"},
		{"monitoring", "top -d 1 -n 3\rq\r"},
		{"clearing", "clear\recho clean\r"},
		{"giving up", "sleep 60\r\x03echo interrupted\r"},
	}
	for _, s := range steps {
		typist(term, s.keys)
		sameAsDevice(t, term, log, s.name)
	}
	if strings.Contains(term.Output(), "hunter2") {
		t.Error("the password was shown")
	}
	if !strings.Contains(term.Output(), "\x1b[4m") {
		t.Error("nothing was predicted")
	}
	typist(term, "exit 3\r")
	if r := wait(t, done); r.status != 3 || r.err != nil {
		t.Errorf("%+v", r)
	}
}

// sameAsDevice waits until the screen is what the device's output makes of one.
func sameAsDevice(t *testing.T, term *termtest.Terminal, log, step string) {
	t.Helper()
	term.Settle(2 * slowLink)
	var difference string
	for end := time.Now().Add(15 * time.Second); ; {
		if difference = compare(t, term, log); difference == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after %s: %s", step, difference)
		}
		term.Settle(slowLink / 2)
	}
}

func compare(t *testing.T, term *termtest.Terminal, log string) (difference string) {
	t.Helper()
	said, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	_, said, _ = bytes.Cut(said, []byte("\n")) // the header that script writes
	want := vt.NewEmulator(80, 24)
	go func() { // its answers to the device's questions
		buf := make([]byte, 1024)
		for {
			if _, err := want.Read(buf); err != nil {
				return
			}
		}
	}()
	_, _ = want.Write(said)
	_ = want.InputPipe().(interface{ Close() error }).Close()
	term.With(func(got *vt.Emulator) {
		for y := range 24 {
			for x := range 80 {
				if a, b := got.CellAt(x, y), want.CellAt(x, y); !reflect.DeepEqual(a, b) {
					difference = fmt.Sprintf("cell %d,%d is %+v, not %+v; the device's screen:\n%s", x, y, a, b, want)
					return
				}
			}
		}
		if a, b := got.CursorPosition(), want.CursorPosition(); a != b {
			difference = fmt.Sprintf("the cursor is at %v, not %v", a, b)
		}
	})
	return difference
}

// TestPredictedBeforeTheEcho: what is typed shows although the device says nothing
// more, and ~. takes it back.
func TestPredictedBeforeTheEcho(t *testing.T) {
	for mode, shown := range map[predict.Mode]bool{predict.Always: true, predict.Never: false} {
		t.Run(string(mode), func(t *testing.T) {
			addr, key := sessionServer(t, func(ch ssh.Channel, started <-chan struct{}) {
				<-started
				_, _ = ch.Write([]byte("\r\ndev$ "))
				buf := make([]byte, 1)
				for range 6 { // echoes some keys, and then none
					if _, err := ch.Read(buf); err == nil {
						_, _ = ch.Write(buf)
					}
				}
			}, nil)
			term, tty := termtest.Open(t, termtest.Options{})
			ctx := t.Context()
			done := start(ctx, dialFake(t, addr, key, Config{}), predicted(tty, mode))
			term.Expect("dev$")
			for _, k := range []string{"c", "a", "t", "-", "e", "c"} {
				term.Settle(100 * time.Millisecond) // until the place of the next key is known
				term.Type(k)
			}
			term.Expect("dev$ cat-ec")
			term.Settle(100 * time.Millisecond)
			term.Type("ho")
			if shown {
				term.Expect("dev$ cat-echo")
			}
			term.Settle(100 * time.Millisecond)
			if !shown && strings.Contains(term.Screen(), "echo") {
				t.Error("shown before the echo")
			}
			term.Type("\r~.")
			if r := wait(t, done); r.err == nil {
				t.Errorf("%+v", r)
			}
			term.Until("the prediction is taken back", func() bool { return !strings.Contains(term.Screen(), "echo") })
		})
	}
}

// BenchmarkKeyToGlyph is the time from a key to its character on the screen, over
// a link of 300 ms.
func BenchmarkKeyToGlyph(b *testing.B) {
	server := sshdtest.Start(b, sshdtest.Options{})
	addr, _ := sshdtest.Delayed(b, server.Addr, slowLink)
	for _, mode := range []predict.Mode{predict.Never, predict.Auto} {
		b.Run(string(mode), func(b *testing.B) {
			term, tty := termtest.Open(b, termtest.Options{})
			o := predicted(tty, mode)
			o.Command = shell(b)
			start(b.Context(), dialReal(b, server, addr, Config{}), o)
			term.Expect("dev$")
			term.Type("\rclear\r") // the first line's place is not known
			term.Settle(2 * slowLink)
			var took []time.Duration
			typed := ""
			for i := range 40 {
				key := string(rune('a' + i%26))
				typed += key
				began := time.Now()
				term.Type(key)
				term.Until(typed, func() bool { return strings.Contains(term.Screen(), "dev$ "+typed) })
				took = append(took, time.Since(began))
				time.Sleep(50 * time.Millisecond) // the pace of a person
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}
