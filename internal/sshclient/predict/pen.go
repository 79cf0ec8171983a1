package predict

import (
	"bytes"
	"strconv"
)

// pen is how the device writes now: colours and attributes.
type pen struct {
	// seq puts them in force after a reset ("\x1b[m"), in the device's own words;
	// "" when nothing is.
	seq   string
	bits  uint32 // which kinds of attribute are in force
	known bool
}

const (
	penForeground = 1 << (iota + 10) // below are 1 (bold) to 9 (struck through)
	penBackground
	penUnderlineColor
	penOverline
	penOther
)

// maxPen is how many bytes of attributes are remembered.
const maxPen = 128

// paints says whether what is erased gets a colour.
func (p pen) paints() bool { return !p.known || p.bits&(penBackground|penOther) != 0 }

// sgr is CSI params m.
func (p *pen) sgr(params []byte) {
	fields := bytes.Split(params, []byte{';'})
	for i := 0; i < len(fields); i++ {
		head, _, sub := bytes.Cut(fields[i], []byte{':'})
		code, err := strconv.Atoi(string(head))
		if len(head) == 0 {
			code, err = 0, nil
		}
		if err != nil {
			p.bits |= penOther
			continue
		}
		if code == 0 && !sub {
			*p = pen{known: true}
			continue
		}
		p.set(code)
		if !sub && (code == 38 || code == 48 || code == 58) {
			i += colorFields(fields[i+1:])
		}
	}
	if p.bits == 0 {
		p.seq = ""
		return
	}
	// What a reset within params undid may be repeated: the whole is.
	p.seq += "\x1b[" + string(params) + "m"
	if len(p.seq) > maxPen {
		*p = pen{bits: p.bits}
	}
}

func (p *pen) set(code int) {
	switch {
	case code >= 1 && code <= 9:
		p.bits |= 1 << code
	case code == 22:
		p.bits &^= 1<<1 | 1<<2
	case code == 25:
		p.bits &^= 1<<5 | 1<<6
	case code >= 23 && code <= 29 && code != 26:
		p.bits &^= 1 << (code - 20)
	case code >= 30 && code <= 38, code >= 90 && code <= 97:
		p.bits |= penForeground
	case code == 39:
		p.bits &^= penForeground
	case code >= 40 && code <= 48, code >= 100 && code <= 107:
		p.bits |= penBackground
	case code == 49:
		p.bits &^= penBackground
	case code == 58:
		p.bits |= penUnderlineColor
	case code == 59:
		p.bits &^= penUnderlineColor
	case code == 53:
		p.bits |= penOverline
	case code == 55:
		p.bits &^= penOverline
	default:
		p.bits |= penOther
	}
}

// colorFields is how many parameters a colour has after its 38, 48 or 58.
func colorFields(rest [][]byte) int {
	if len(rest) == 0 {
		return 0
	}
	switch string(rest[0]) {
	case "5":
		return 2
	case "2":
		return 4
	}
	return 0
}
