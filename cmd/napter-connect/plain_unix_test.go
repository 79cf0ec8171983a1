//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/termtest"
)

// dialog is a person who uses the plain mode.
type dialog struct {
	*world
	*termtest.Terminal
	seen int // how much of the output was awaited
}

func (w *world) plainly(env []string, args ...string) *dialog {
	w.t.Helper()
	cmd := w.program(args...)
	cmd.Env = append(cmd.Env, env...)
	return &dialog{world: w, Terminal: termtest.Start(w.t, cmd, termtest.Options{Columns: 200, Rows: 50})}
}

// expect waits for text in what has come since the last text.
func (d *dialog) expect(text string) {
	d.t.Helper()
	d.Until(fmt.Sprintf("%q in %q", text, d.Output()[d.seen:]), func() bool {
		i := strings.Index(d.Output()[d.seen:], text)
		if i >= 0 {
			d.seen += i + len(text)
		}
		return i >= 0
	})
}

func (d *dialog) answer(question, answer string) {
	d.t.Helper()
	d.expect(question)
	d.Type(answer + "\n")
}

// end checks that the program ended well, and that a screen reader was never
// told to move the cursor, to paint or to erase.
func (d *dialog) end() {
	d.t.Helper()
	if status := d.Exit(); status != 0 {
		d.t.Errorf("status %d", status)
	}
	if text := d.Output(); strings.Contains(text, "\x1b") {
		d.t.Errorf("escape sequences in %q", text)
	}
	if d.Before() != d.Modes() {
		d.t.Error("the terminal's modes have changed")
	}
}

func TestPlainShell(t *testing.T) {
	w := newWorld(t, simulator.Options{Password: "raspberry"})
	d := w.plainly([]string{"TERM=xterm"}, "--accessible")
	d.expect("Profile default, coverage Japan.")
	d.answer("Part of a name", "no-such-sim")
	d.expect("No SIM fits no-such-sim.")
	d.answer("Part of a name", "gateway-0")
	d.expect("1. gateway-001, online, SIM ID " + gateway)
	d.answer("Number of the SIM", "1")
	d.expect("gateway-001, online, SIM ID " + gateway)
	d.expect("1. SSH shell")
	d.answer("Action, 1 to ", "99")
	d.expect("99 is not a number from 1 to")
	d.answer("Action, 1 to ", "1")
	d.answer("User on the device", "")
	d.expect("opening the mapping…")
	d.answer("Password: ", "raspberry")
	if text := d.Output(); strings.Contains(text, "\x1b") {
		t.Errorf("escape sequences in %q", text)
	}
	d.expect("$ ")
	if n := len(w.Mappings()); n != 1 {
		t.Errorf("%d mappings during the session", n)
	}
	d.Type("exit 3\r")
	d.expect("ended with status 3.")
	if open := w.Mappings(); len(open) > 0 {
		t.Errorf("left open: %v", open)
	}
	d.answer("Action, 1 to ", "q")
	d.expect("Bye.")
	if status := d.Exit(); status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestPlainMappings(t *testing.T) {
	for _, env := range []string{"ACCESSIBLE=yes", "TERM=dumb"} {
		w := newWorld(t, simulator.Options{})
		if r := w.run(w.program("mappings", "create", "gateway-001")); r.status != 0 {
			t.Fatal(r.stderr)
		}
		d := w.plainly([]string{"TERM=xterm", env})
		d.answer("Part of a name", "gateway-001")
		d.answer("Number of the SIM", "1")
		d.expect("List its port mappings")
		d.Type(d.number("Delete one of its port mappings") + "\n")
		d.expect("to port 22")
		d.expect("ours, kept")
		d.answer("Number of the mapping", "1")
		d.answer("yes or no", "no")
		d.expect("Nothing was deleted.")
		if n := len(w.Mappings()); n != 1 {
			t.Errorf("%d mappings after a no", n)
		}
		d.answer("Action", d.number("Delete one of its port mappings"))
		d.answer("Number of the mapping", "1")
		d.answer("yes or no", "yes")
		d.expect("is deleted.")
		if open := w.Mappings(); len(open) > 0 {
			t.Errorf("left open: %v", open)
		}
		d.answer("Action", d.number("List its port mappings"))
		d.expect("This SIM has no port mapping.")
		d.answer("Action", d.number("Choose another SIM"))
		d.answer("Part of a name", "")
		d.expect("SIMs online: ")
		d.answer("Number of the SIM", "q")
		d.end()
	}
}

// number is the number that an action has in the list.
func (d *dialog) number(action string) string {
	d.t.Helper()
	for line := range strings.Lines(d.Output()) {
		if number, text, ok := strings.Cut(line, ". "); ok && strings.HasPrefix(text, action) {
			return number
		}
	}
	d.t.Fatalf("no action %q", action)
	return ""
}

func TestPlainInJapanese(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	d := w.plainly(nil, "--accessible", "--lang", "ja")
	d.expect("カバレッジ 日本。")
	d.answer("名前または ID の一部", "gateway-001")
	d.expect("1. gateway-001、オンライン、SIM ID " + gateway)
	d.answer("SIM の番号", "q")
	d.expect("終了します。")
	d.end()
}

// TestPlainEndsWithTheTerminal: a closed window ends it, and nothing is left.
func TestPlainEndsWithTheTerminal(t *testing.T) {
	w := newWorld(t, simulator.Options{Password: "raspberry"})
	d := w.plainly([]string{"TERM=dumb"})
	d.answer("Part of a name", "gateway-001")
	d.answer("Number of the SIM", "1")
	d.answer("Action, 1 to ", "1")
	d.answer("User on the device", "")
	d.answer("Password: ", "raspberry")
	d.expect("$ ")
	d.HangUp()
	d.Exit()
	if open := w.Mappings(); len(open) > 0 {
		t.Errorf("left open: %v", open)
	}
}
