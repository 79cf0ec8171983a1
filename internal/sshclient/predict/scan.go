package predict

import "unicode/utf8"

// scanner cuts a terminal's input into characters, controls and escape sequences.
type scanner struct {
	state scanState
	// seq is what came of an unfinished sequence or character, without the
	// introducer; long strings (titles, images) are kept only in part.
	seq []byte
	str byte // what introduced the string: ] P X ^ _
}

type scanState byte

const (
	ground scanState = iota
	inRune
	inEscape
	inCSI
	inString
)

// maxSequence is how much of a sequence is kept. No sequence that matters here is
// as long.
const maxSequence = 256

// sink is what the scanner's findings go to.
type sink interface {
	printASCII(ch byte)
	printRune(r rune)
	control(b byte)
	escape(intermediate []byte, final byte)
	csi(c csi)
	osc(data []byte)
	garbage()
}

// csi is one control sequence: CSI prefix params intermediate final.
type csi struct {
	prefix       byte // one of < = > ? or 0
	params       []byte
	intermediate byte
	final        byte
}

// whole says that the input stands between two characters or sequences.
func (s *scanner) whole() bool { return s.state == ground }

func (s *scanner) feed(p []byte, to sink) {
	for _, b := range p {
		if s.state == ground && b >= ' ' && b < 0x7f {
			to.printASCII(b)
			continue
		}
		s.next(b, to)
	}
}

func (s *scanner) next(b byte, to sink) {
	switch {
	case s.state == inRune:
		s.rune(b, to)
	case b == 0x1b:
		if s.state == inString {
			s.endString(to)
		}
		s.begin(inEscape)
	case b == 0x18 || b == 0x1a: // CAN and SUB end any sequence
		s.state = ground
	case s.state == inString:
		s.inString(b, to)
	case b < ' ':
		to.control(b) // also in the middle of a sequence
	case b == 0x7f: // ignored everywhere
	case s.state == inEscape:
		s.inEscape(b, to)
	case s.state == inCSI:
		s.inCSI(b, to)
	case b >= 0xc2 && b <= 0xf4:
		s.begin(inRune)
		s.seq = append(s.seq, b)
	case b >= 0x80:
		to.garbage()
	default:
		to.printASCII(b)
	}
}

func (s *scanner) begin(state scanState) {
	s.state, s.seq = state, s.seq[:0]
}

func (s *scanner) rune(b byte, to sink) {
	if b&0xc0 != 0x80 {
		s.state = ground
		to.garbage()
		s.next(b, to)
		return
	}
	s.seq = append(s.seq, b)
	if !utf8.FullRune(s.seq) {
		return
	}
	s.state = ground
	if r, n := utf8.DecodeRune(s.seq); n == len(s.seq) && r != utf8.RuneError {
		to.printRune(r)
		return
	}
	to.garbage()
}

func (s *scanner) inEscape(b byte, to sink) {
	switch {
	case b <= 0x2f:
		s.keep(b)
	case len(s.seq) == 0 && b == '[':
		s.begin(inCSI)
	case len(s.seq) == 0 && (b == ']' || b == 'P' || b == 'X' || b == '^' || b == '_'):
		s.begin(inString)
		s.str = b
	default:
		s.state = ground
		to.escape(s.seq, b)
	}
}

func (s *scanner) inCSI(b byte, to sink) {
	if b < 0x40 {
		s.keep(b)
		return
	}
	s.state = ground
	if b > 0x7e || len(s.seq) == maxSequence {
		to.garbage()
		return
	}
	c := csi{final: b, params: s.seq}
	if n := len(c.params); n > 0 && c.params[0] >= '<' {
		c.prefix, c.params = c.params[0], c.params[1:]
	}
	for n := len(c.params); n > 0 && c.params[n-1] <= 0x2f; n-- {
		c.intermediate, c.params = c.params[n-1], c.params[:n-1]
	}
	to.csi(c)
}

func (s *scanner) inString(b byte, to sink) {
	if b == 0x07 && s.str == ']' {
		s.endString(to)
		s.state = ground
		return
	}
	s.keep(b)
}

func (s *scanner) endString(to sink) {
	if s.str == ']' {
		to.osc(s.seq)
	}
}

func (s *scanner) keep(b byte) {
	if len(s.seq) < maxSequence {
		s.seq = append(s.seq, b)
	}
}

// number returns parameter i, or def where it is missing or 0; a huge one is cut to
// 9999. The second value is false for what is not a plain number.
func (c csi) number(i, def int) (int, bool) {
	n, at := 0, 0
	for _, b := range c.params {
		switch {
		case b == ';':
			at++
		case b < '0' || b > '9':
			return def, false
		case at == i:
			n = min(n*10+int(b-'0'), 9999)
		}
	}
	if n == 0 {
		n = def
	}
	return n, true
}

// count is how many parameters there are, at least one.
func (c csi) count() int {
	n := 1
	for _, b := range c.params {
		if b == ';' {
			n++
		}
	}
	return n
}
