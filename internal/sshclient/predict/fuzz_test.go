package predict

import (
	"strings"
	"testing"
	"time"
)

// sequences are what programs send; a fuzzed session is made of these, of echoes
// and of any bytes.
var sequences = []string{
	"\r\n", "\r", "\n", "\b", "\t", "$ ", "\x1b[K", "\x1b[J", "\x1b[1K", "\x1b[2K", "\x1b[2J", "\x1b[H\x1b[2J", "\x1b[H", "\x1b[5;10H", "\x1b[99;1H",
	"\x1b[A", "\x1b[B", "\x1b[3C", "\x1b[2D", "\x1b[5G", "\x1b[d", "\x1b[4X", "\x1b[2P", "\x1b[2@", "\x1b[L", "\x1b[M", "\x1b[2S", "\x1b[T",
	"\x1b[m", "\x1b[1;31m", "\x1b[44m", "\x1b[7m", "\x1b[39;49m", "\x1b[38;5;9m", "\x1b[0;32m", "\x1b[48;2;1;2;3m", "\x1b[4m", "\x1b[24m",
	"\x1b[?1049h", "\x1b[?1049l", "\x1b[?25l", "\x1b[?25h", "\x1b[?1h", "\x1b[?1l", "\x1b[?2004h", "\x1b[?1000h", "\x1b[?1000l", "\x1b[2;5r", "\x1b[r",
	"\x1b7", "\x1b8", "\x1b[s", "\x1b[u", "\x1bM", "\x1bD", "\x1bE", "\x1bc", "\x1b(0", "\x1b(B", "\x1b[4h", "\x1b[4l", "\x1b[?7l", "\x1b[?7h",
	"\x1b]0;title\x07", "\x1b]8;;http://x\x07", "\x1b]8;;\x07", "\x1bP1;2q\x1b\\", "\x1b[6n", "\x1b[c", "é", "あ", "→", "👍", "e\u0301", "ls -l", "*", "\x0e", "\x0f",
	"Password: ", "\a", "\x1b[3J", "\x1b[0K\x1b[1;5H", "                    ", "abcdefghijklmnopqrstuvwxyz",
}

var typedKeys = []string{"a", "b", "l", "s", " ", "~", "\x7f", "\x1b[D", "\x1b[C", "\r", "\t", "\x03", "\x1b[A", "é", "abc"}

// echoOf is what a line editor answers to a key.
func echoOf(key string) string {
	switch key {
	case "\x7f":
		return "\b\x1b[K"
	case "\x1b[D":
		return "\b"
	case "\x1b[C":
		return "\x1b[C"
	case "\r":
		return "\r\n$ "
	case "\t", "\x03", "\x1b[A":
		return ""
	}
	return key
}

// session plays what data says and holds that whenever no prediction is shown, and
// when all are taken back, the screen is as without predictions.
func session(t *testing.T, data []byte) {
	next := func() int {
		if len(data) == 0 {
			return 0
		}
		b := data[0]
		data = data[1:]
		return int(b)
	}
	s := newPair(t, 12+next()%30, 3+next()%6, 200*time.Millisecond, true)
	var sent []string
	var log []string
	s.output("\r\n$ ")
	for len(data) > 0 {
		switch op := next(); op % 10 {
		case 0, 1, 2:
			key := typedKeys[next()%len(typedKeys)]
			log = append(log, "key "+key)
			s.key(key)
			sent = append(sent, key)
		case 3, 4, 5, 6: // the usual: an answer
			s.pass(100 * time.Millisecond)
			for range op/10%3 + 1 {
				if len(sent) > 0 {
					log = append(log, "echo "+sent[0])
					s.output(echoOf(sent[0]))
					sent = sent[1:]
				}
			}
		case 7:
			text := sequences[next()%len(sequences)]
			cut := next() % (len(text) + 1)
			if strings.ContainsFunc(text, func(r rune) bool { return r > 0x7f }) {
				cut = len(text) // the emulator draws half a cluster when a write ends
			}
			log = append(log, "output "+text)
			if !s.output(text[:cut]) {
				return
			}
			s.draw()
			if !s.output(text[cut:]) {
				return
			}
		case 8:
			n := min(next()%24, len(data))
			digits := 0
			text := strings.Map(func(r rune) rune {
				if digits++; r < '0' || r > '9' {
					digits = 0
				}
				if r >= 0x7f && r < 0xa0 || r == 0xfffd || digits > 3 {
					return -1 // here emulators differ, or count for minutes
				}
				return r
			}, string(data[:n]))
			data = data[n:]
			log = append(log, "output "+text)
			if !s.output(text) {
				return
			}
		case 9:
			if n := next(); n%8 == 0 {
				s.resize(12+n%30, 3+n%6)
				log = append(log, "resize")
			} else {
				s.pass(time.Duration(n) * 10 * time.Millisecond)
				log = append(log, "pass")
			}
		}
		if d := s.difference(); d != "" && s.p.shown.empty() {
			t.Fatalf("after %q: %s", log, d)
		}
	}
	s.takeBack()
	s.output("z") // the pen, too
	if d := s.difference(); d != "" {
		t.Fatalf("at the end of %q: %s", log, d)
	}
}

func FuzzPredictor(f *testing.F) {
	f.Add([]byte("\x20\x05\x00\x00\x00\x01\x00\x02\x03\x03\x00\x03\x00\x00\x03\x03\x00\x06\x03\x07\x06"))
	f.Add([]byte("\x08\x02\x09\x30\x00\x00\x03\x00\x01\x03\x00\x02\x00\x03\x07\x23\x01\x09\xff"))
	f.Fuzz(session)
}
