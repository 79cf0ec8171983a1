package predict

import (
	"strings"
	"testing"
	"time"
)

const rtt = 300 * time.Millisecond

// shell is a session at a prompt, long after anything was typed.
func shell(t testing.TB, rtt time.Duration, always bool) *pair {
	s := newPair(t, 40, 6, rtt, always)
	s.output("hello\r\n$ ")
	s.pass(time.Minute)
	return s
}

// echo types keys and lets the device answer each a round trip later.
func (s *pair) echo(keys string) {
	for _, k := range keys {
		s.key(string(k))
		s.pass(rtt)
		s.output(string(k))
	}
}

func (s *pair) expect(t *testing.T, row string) {
	t.Helper()
	if got := s.row(); got != row {
		t.Errorf("the row is %q, want %q", got, row)
	}
}

func (s *pair) same(t *testing.T) {
	t.Helper()
	if d := s.difference(); d != "" {
		t.Error(d)
	}
}

func TestShownAfterTwoEchoes(t *testing.T) {
	s := shell(t, rtt, false)
	s.key("u")
	s.key("n")
	s.key("a")
	s.expect(t, "$")
	s.pass(rtt)
	s.output("u")
	s.expect(t, "$ u")
	s.output("n")
	s.expect(t, "$ una_")
	s.key("m")
	s.expect(t, "$ una_m_")
	s.output("a")
	s.expect(t, "$ unam_")
	s.pass(rtt)
	s.output("m")
	s.expect(t, "$ unam")
	s.same(t)
}

func TestBackspaceAndArrows(t *testing.T) {
	s := shell(t, rtt, false)
	s.echo("abc")
	s.key("d")
	s.key("\x7f")
	s.expect(t, "$ abc")
	s.key("\x7f")
	s.expect(t, "$ ab")
	s.key("x")
	s.expect(t, "$ abx_")
	s.key("\x1b[D")
	if x := s.real.CursorPosition().X; x != 4 {
		t.Errorf("the cursor is at %d after an arrow key, want 4", x)
	}
	s.pass(rtt)
	for _, answer := range []string{"d", "\b\x1b[K", "\b \b", "x", "\b"} {
		s.output(answer)
	}
	s.same(t)
	s.key("\x7f") // in the middle of the text
	s.same(t)
	for range 9 {
		s.key("\x1b[D") // not into the prompt
	}
	s.same(t)
}

func TestTakenBack(t *testing.T) {
	for name, answer := range map[string]string{
		"another character": "Z", "a message": "\r\nBroadcast message\r\n$ ", "a completion": "\a", "erased": "\r\x1b[K# ",
		"full screen": "\x1b[?1049h\x1b[2J", "a colour": "\x1b[31mZ\x1b[m", "mouse": "\x1b[?1000h", "cursor keys": "\x1b[?1h",
	} {
		t.Run(name, func(t *testing.T) {
			s := shell(t, rtt, false)
			s.echo("abc")
			s.key("d")
			s.key("e")
			s.expect(t, "$ abcd_e_")
			s.pass(rtt)
			s.output(answer)
			if name == "a completion" {
				s.pass(10 * time.Second) // no answer at all
			}
			s.same(t)
		})
	}
}

func TestTakenBackInColour(t *testing.T) {
	s := shell(t, rtt, false)
	s.output("\x1b[1;32m")
	s.echo("abc")
	s.key("\x7f")
	s.key("\x7f")
	s.key("z")
	s.expect(t, "$ az_")
	s.takeBack()
	s.output("q")
	s.same(t)
}

// TestPasswordIsNeverDrawn: whatever a prompt does instead of echoing.
func TestPasswordIsNeverDrawn(t *testing.T) {
	prompts := map[string]func(key string) string{
		"silent": func(string) string { return "" }, "stars": func(string) string { return "*" },
		"dots": func(string) string { return "•" }, "same as typed first": func(string) string { return "s" },
		"bell": func(string) string { return "\a" }, "a cursor that jumps": func(string) string { return " \b" },
	}
	for name, answer := range prompts {
		for _, password := range []string{"secret", "**star", "ss*sss!x", " leading blank", "Password: x"} {
			for _, early := range []bool{false, true} {
				s := shell(t, rtt, true)
				s.echo("sudo ls")
				s.key("\r")
				if early {
					s.key(password[:1]) // before there is a prompt
				}
				s.pass(rtt)
				s.output("\r\n")
				s.output("Password: ")
				s.typed = ""
				for i, k := range password {
					if early && i == 0 {
						continue
					}
					s.key(string(k))
					s.pass(rtt / 3)
					if i >= 3 {
						s.output(answer(string(password[i-3])))
					}
				}
				s.pass(time.Minute)
				if s.typed != "" {
					t.Errorf("%s: %q was drawn at the prompt while %q was typed", name, s.typed, password)
				}
				s.same(t)
			}
		}
	}
}

func TestTypedAheadOfThePrompt(t *testing.T) {
	s := shell(t, rtt, false)
	s.echo("ls")
	s.key("\r")
	s.key("p")
	s.key("w")
	s.pass(rtt)
	s.output("\r\nfile\r\n$ p")
	s.key("d")
	s.output("w")
	s.pass(rtt)
	s.output("d")
	s.key(" ")
	s.key("/")
	s.expect(t, "$ pwd /_")
	s.pass(rtt)
	s.output(" /")
	s.same(t)
}

func TestNotOnAFastLink(t *testing.T) {
	s := shell(t, 30*time.Millisecond, false)
	for _, k := range "uname" {
		s.key(string(k))
		s.pass(30 * time.Millisecond)
		s.output(string(k))
	}
	s.key("x")
	s.expect(t, "$ uname")
	// It becomes slow.
	s.p.Measured(time.Second)
	s.draw()
	s.expect(t, "$ unamex_")
}

func TestNotInAFullScreenProgram(t *testing.T) {
	for _, mode := range []string{"?1049h", "?1047h", "?47h", "?1h", "?1000h", "?1003h", "?25l", "4h", "?7l", "?6h", "?2026h", "2;5r"} {
		s := shell(t, rtt, true)
		s.output("\x1b[" + mode + "\r\n")
		s.pass(time.Minute)
		s.typed = ""
		s.echo("abcdef")
		s.key("g")
		if s.typed != "" {
			t.Errorf("%s: %q was drawn", mode, s.typed)
		}
		s.takeBack()
		s.same(t)
	}
}

func TestBackFromAFullScreenProgram(t *testing.T) {
	s := shell(t, rtt, false)
	s.output("vi\r\n\x1b[?1049h\x1b[H\x1b[2J\x1b[24;1H:q\r\x1b[?1049l$ ")
	s.pass(time.Minute)
	s.echo("abc")
	s.key("d")
	s.expect(t, "$ abcd_")
	s.takeBack()
	s.same(t)
}

func TestNotAtTheEdge(t *testing.T) {
	s := shell(t, rtt, true)
	text := strings.Repeat("ab", 30)
	s.echo(text)
	s.same(t)
}

func TestResizeTakesBack(t *testing.T) {
	s := shell(t, rtt, true)
	s.echo("abc")
	s.key("de")
	s.expect(t, "$ abcd_e_")
	s.resize(60, 8)
	s.same(t)
	s.output("\r\n$ ")
	s.pass(time.Minute)
	s.echo("abc")
	s.key("d")
	s.expect(t, "$ abcd_")
}

// TestNothingIsChanged: while nothing is predicted, the same bytes are passed on.
func TestNothingIsChanged(t *testing.T) {
	p := New(80, 24, rtt, false)
	for _, text := range append(sequences, "\x1b", "[3", "1m", "\xe3", "\x81", "\x82", "\xff\x9b") {
		in := []byte(text)
		if out := p.Output(in, time.Now()); string(out) != text || &out[0] != &in[0] {
			t.Errorf("%q became %q", text, out)
		}
	}
}

// TestNothingSplitsASequence: nothing is drawn while a sequence or a character is
// unfinished.
func TestNothingSplitsASequence(t *testing.T) {
	for _, text := range []string{"\x1b[38;5;12m", "\x1b]0;title\x07", "\x1bP1;2|17/ab\x1b\\", "é", "\x1b(B"} {
		for cut := 1; cut < len(text); cut++ {
			s := shell(t, rtt, true)
			s.echo("abc")
			s.key("d")
			s.output(text[:cut])
			s.typed = ""
			s.key("e")
			if s.typed != "" {
				t.Errorf("%q was drawn after %q", s.typed, text[:cut])
			}
			s.output(text[cut:])
			s.takeBack()
			s.same(t)
		}
	}
}

func BenchmarkOutput(b *testing.B) {
	text := []byte(strings.Repeat("drwxr-xr-x 2 root root \x1b[01;34m4096\x1b[0m Nov 27 22:11 some-file-name\r\n", 500))
	b.SetBytes(int64(len(text)))
	p := New(80, 24, rtt, false)
	for b.Loop() {
		p.Output(text, time.Unix(1000, 0))
	}
}
