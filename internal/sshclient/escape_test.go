package sshclient

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// escapeAll runs chunks through an escaper and returns what is sent, with every
// action in its place as one byte 0x80+action.
func escapeAll(chunks ...[]byte) []byte {
	return escapeAllBy('~', chunks...)
}

func escapeAllBy(char byte, chunks ...[]byte) []byte {
	e := escaper{char: char}
	var out []byte
	for _, p := range chunks {
		for len(p) > 0 {
			var a escapeAction
			out, a, p = e.next(out, p)
			if a != escapeNone {
				out = append(out, 0x80+byte(a))
			}
		}
	}
	return e.flush(out)
}

func TestEscapes(t *testing.T) {
	const end, help, brk, info, susp = "\x81", "\x82", "\x83", "\x84", "\x85"
	tests := []struct{ name, in, want string }{
		{"plain", "ls -l\r", "ls -l\r"},
		{"end at the start", "~.", end},
		{"end after CR", "ls\r~.", "ls\r" + end},
		{"end after LF", "ls\n~.", "ls\n" + end},
		{"not in a line", "ls ~.", "ls ~."},
		{"home folder", "cd ~/x\r", "cd ~/x\r"},
		{"home folder first", "~/x\r", "~/x\r"},
		{"literal", "~~.", "~."},
		{"literal then escape", "~~\r~.", "~\r" + end},
		{"help keeps the line start", "~?~.", help + end},
		{"break, info, suspend", "~B~I~\x1a", brk + info + susp},
		{"forwards", "~#x~#\r~#", "\x86x~#\r\x86"},
		{"small letters are text", "~b\r~i\r", "~b\r~i\r"},
		{"CR held then CR", "~\r~.", "~\r" + end},
		{"end of input", "x\r~", "x\r~"},
		{"rest goes on", "\r~Babc", "\r" + brk + "abc"},
		{"8 bit", "\xff~.\r", "\xff~.\r"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := escapeAll([]byte(tt.in)); string(got) != tt.want {
				t.Errorf("whole: got %q, want %q", got, tt.want)
			}
			for i := range len(tt.in) {
				if got := escapeAll([]byte(tt.in[:i]), []byte(tt.in[i:])); string(got) != tt.want {
					t.Errorf("cut at %d: got %q, want %q", i, got, tt.want)
				}
			}
			var single [][]byte
			for i := range len(tt.in) {
				single = append(single, []byte{tt.in[i]})
			}
			if got := escapeAll(single...); string(got) != tt.want {
				t.Errorf("byte by byte: got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEscapesByAnotherCharacter(t *testing.T) {
	for _, tt := range []struct{ char, in, want string }{
		{"%", "%.", "\x81"}, {"%", "~.", "~."}, {"%", "%%.", "%."}, {"%", "a\r%", "a\r%"},
		{"\x02", "\x02?x\x02.\r\x02.", "\x82x\x02.\r\x81"},
		{".", "..", "."}, {"?", "?.", "\x81"},
	} {
		if got := escapeAllBy(tt.char[0], []byte(tt.in)); string(got) != tt.want {
			t.Errorf("%q by %q: got %q, want %q", tt.in, tt.char, got, tt.want)
		}
	}
	if text := escapeHelpText(2).String(); !strings.Contains(text, " ^B.  end the session") || !strings.Contains(text, "send a ^B") {
		t.Error(text)
	}
}

// FuzzEscapes: however the input is cut, nothing is lost, reordered or made up.
// Putting back what each action and each literal ~ took must give the input.
func FuzzEscapes(f *testing.F) {
	f.Add([]byte("ls\r~.x~~\n~~~?"), 3)
	f.Add([]byte("~"), 0)
	f.Add([]byte("~~~~\r~B~I~\x1a"), 5)
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		in = bytes.Map(func(r rune) rune { return r & 0x7f }, in)
		whole := escapeAll(in)
		if n := len(in); n > 0 {
			cut = ((cut % n) + n) % n
			if got := escapeAll(in[:cut], in[cut:]); !bytes.Equal(got, whole) {
				t.Fatalf("cut at %d: %q, whole %q", cut, got, whole)
			}
		}
		// A reference of a different make: undo the escaping.
		letters := map[byte]byte{0x81: '.', 0x82: '?', 0x83: 'B', 0x84: 'I', 0x85: 'Z' - '@', 0x86: '#'}
		i, start := 0, true
		for _, b := range whole {
			if letter, ok := letters[b]; ok {
				if !start || !bytes.HasPrefix(in[i:], []byte{'~', letter}) {
					t.Fatalf("%q: an escape at %d that nobody typed: %q", in, i, whole)
				}
				i += 2
				continue
			}
			if start && b == '~' && bytes.HasPrefix(in[i:], []byte("~~")) {
				i++ // the first of the two was taken
			} else if start && b == '~' && i+1 < len(in) && slices.Contains([]byte(".?BI#\x1a"), in[i+1]) {
				t.Fatalf("%q: escape at %d was sent: %q", in, i, whole)
			}
			if i >= len(in) || in[i] != b {
				t.Fatalf("%q: byte %d lost or changed: %q", in, i, whole)
			}
			i++
			start = b == '\r' || b == '\n'
		}
		if i != len(in) {
			t.Fatalf("%q: the end is lost: %q", in, whole)
		}
	})
}
