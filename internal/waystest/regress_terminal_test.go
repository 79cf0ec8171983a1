//go:build linux

package waystest_test

import (
	"bufio"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/napter-connect/napter-connect/internal/termtest"
)

// The life of a session, from its terminal to its end, is as with OpenSSH too.
func TestRegressLifeOfASession(t *testing.T) {
	w := newRegressWorld(t)
	t.Run("terminal modes", w.terminalModes)
	t.Run("typing", w.typing)
	t.Run("broken pipe", w.brokenPipe)
	w.clean()
	w.stopKeeper()
}

// terminalModes: a terminal has modes of its own; the device's gets them, and its size.
func (w *regressWorld) terminalModes(t *testing.T) {
	said := map[string]string{}
	for name, cmd := range w.commands(t, regressCase{flags: []string{"-t"}, command: "stty -a; tty | grep -c pts; exit 3"}) {
		e := termtest.Start(t, cmd, termtest.Options{Columns: 97, Rows: 31, Modes: func(m *unix.Termios) {
			m.Cc[unix.VINTR], m.Cc[unix.VERASE] = 0x18, 0x08
			m.Lflag &^= unix.ECHOK
			m.Iflag |= unix.IXANY
		}})
		if status := e.Exit(); status != 3 {
			t.Errorf("%s: status %d", name, status)
		}
		if e.Modes() != e.Before() {
			t.Errorf("%s: the terminal is left in other modes", name)
		}
		said[name], _, _ = strings.Cut(e.Output(), "\r\n1\r\n")
	}
	if said["ssh"] != said["napter-connect"] || !strings.Contains(said["ssh"], "rows 31; columns 97") || !strings.Contains(said["ssh"], "intr = ^X") {
		t.Errorf("the device's modes:\n%s\nand ours:\n%s", said["ssh"], said["napter-connect"])
	}
}

// typing: what is typed reaches the device's terminal: a line, an interrupt, and the escape
// that ends the session.
func (w *regressWorld) typing(t *testing.T) {
	for name, cmd := range w.commands(t, regressCase{flags: []string{"-t"}, command: `trap "echo caught" INT; echo ready; read x; echo got $x; sleep 1000`}) {
		e := termtest.Start(t, cmd, termtest.Options{})
		e.Expect("ready")
		e.Type("\x03")
		e.Expect("caught")
		e.Type("line\r")
		e.Expect("got line")
		e.Type("\r~.")
		if status := e.Exit(); status != 255 {
			t.Errorf("%s: status %d", name, status)
		}
		if e.Modes() != e.Before() {
			t.Errorf("%s: the terminal is left in other modes", name)
		}
	}
}

// brokenPipe: a reader who has had enough ends the session.
func (w *regressWorld) brokenPipe(t *testing.T) {
	for name, cmd := range w.commands(t, regressCase{command: "yes"}) {
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "y\n" {
			t.Errorf("%s: %q, %v", name, line, err)
		}
		_ = out.Close()
		if err := cmd.Wait(); err == nil {
			t.Errorf("%s: status 0", name)
		}
	}
}
