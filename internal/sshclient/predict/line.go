package predict

// cell is one column of the line that the cursor is in.
type cell struct {
	kind cellKind
	ch   byte   // printable ASCII, of a written cell
	pen  string // how it was written
}

type cellKind byte

const (
	unknown cellKind = iota
	erased           // blank, in the terminal's own colours
	written
)

// blank says that a character may be drawn over the cell, and that erasing the
// cell brings back what it showed.
func (c cell) blank() bool {
	return c.kind == erased || c.kind == written && c.ch == ' ' && c.pen == ""
}

// char is the character that the cell shows; 0 is not known.
func (c cell) char() byte {
	switch c.kind {
	case erased:
		return ' '
	case written:
		return c.ch
	}
	return 0
}

// line is what is known about the line that the cursor is in. It is all that a
// prediction needs: predictions never leave the line. Of the rest of the screen it
// knows only whether there may be anything below the cursor, for then a line feed
// leads to an unknown line.
//
// It would rather know nothing than something wrong: whatever is not simple (an
// unknown sequence, a move to another line, a character of doubtful width) makes
// the line unknown, until the device begins a new one or erases it.
type line struct {
	width, height int

	col   int // of the cursor, from 0
	known bool
	wrap  bool // the last column was written: the next character begins a line
	cells []cell
	blur  bool // every cell is unknown
	// id changes whenever the cursor may have left the line.
	id int

	// below is how many lines below the cursor may have something on them, or
	// -1. feeds counts line feeds since that is unknown: a screenful of them
	// leaves nothing below.
	below, feeds int

	pen    pen
	saved  *savedCursor // by DECSC
	before *line        // what the alternate screen hides
	modes
}

type savedCursor struct {
	col   int
	known bool
	pen   pen
	charset
}

// newLine is at the start of a session: the column is not known until the first
// carriage return. Nothing is below, as below a command line that was entered in a
// shell.
func newLine(width, height int) *line {
	l := &line{width: width, height: height, pen: pen{known: true}, modes: newModes()}
	l.cells = make([]cell, width)
	l.blur = true
	return l
}

func (l *line) resize(width, height int) {
	// Terminals may wrap their lines anew.
	l.width, l.height = width, height
	l.cells = make([]cell, width)
	l.before, l.saved = nil, nil
	l.forget()
	if l.below != 0 {
		l.below, l.feeds = -1, 0
	}
}

// leave is for a cursor that is in another line now, of unknown content.
func (l *line) leave() {
	l.id++
	l.wrap = false
	l.smear()
}

// smear makes every cell unknown.
func (l *line) smear() {
	if !l.blur {
		clear(l.cells)
		l.blur = true
	}
}

// forget is for a cursor whose column is not known either.
func (l *line) forget() {
	l.leave()
	l.known = false
}

// lose is for a cursor that may be anywhere.
func (l *line) lose() {
	l.forget()
	l.below, l.feeds = -1, 0
}

// at puts the cursor in a column.
func (l *line) at(col int) {
	l.col, l.known, l.wrap = max(0, min(col, l.width-1)), true, false
}

// erase makes the columns from a to before b blank.
func (l *line) erase(a, b int) {
	blank := cell{kind: erased}
	if l.pen.paints() {
		blank.kind = unknown
	} else if a < b {
		l.blur = false
	}
	for i := max(a, 0); i < min(b, l.width); i++ {
		l.cells[i] = blank
	}
}

// feed moves the cursor down a line, in the same column.
func (l *line) feed() {
	l.leave()
	switch {
	case l.region:
		l.below, l.feeds = -1, 0
	case l.below == 0:
		l.erase(0, l.width)
	case l.below > 0:
		l.below--
	default:
		if l.feeds++; l.feeds >= l.height {
			l.below = 0
		}
	}
}

func (l *line) printASCII(ch byte) {
	if l.wrap {
		l.feed()
		l.col = 0
	}
	if !l.known {
		l.smear()
		return
	}
	if !l.plain() {
		l.smear() // inserting, or another character set
	} else {
		l.cells[l.col], l.blur = cell{kind: written, ch: ch, pen: l.pen.seq}, false
		if !l.pen.known {
			l.cells[l.col] = cell{}
		}
	}
	l.advance(1)
}

func (l *line) advance(n int) {
	if l.col += n; l.col >= l.width {
		l.col, l.wrap = l.width-1, true
		if !l.autowrap {
			l.forget()
		}
	}
}

// printRune is for what is not ASCII. Its cells count as unknown, and where
// terminals don't agree about its width, the column does, too.
func (l *line) printRune(r rune) {
	n := widthOf(r)
	if l.wrap || n == 0 || l.known && l.col+n >= l.width {
		l.lose()
		return
	}
	if !l.known || !l.plain() {
		l.smear()
	}
	if !l.known {
		return
	}
	for i := l.col; i < l.col+n; i++ {
		l.cells[i] = cell{}
	}
	l.advance(n)
}

// widthOf is in columns; 0 for what terminals may combine with other characters or
// draw in different widths.
func widthOf(r rune) int {
	in := func(low, high rune) bool { return r >= low && r <= high }
	switch {
	case r == 0xad:
		return 0
	case in(0xa1, 0x2ff), in(0x370, 0x3ff), in(0x400, 0x481), in(0x2010, 0x2027), in(0x2190, 0x2193), in(0x2500, 0x259f),
		in(0xe0a0, 0xe0d4), in(0x276c, 0x2771):
		return 1
	case in(0x3041, 0x3096), in(0x30a1, 0x30fa), in(0x3001, 0x3029), in(0x4e00, 0x9fff), in(0xff01, 0xff60):
		return 2
	}
	return 0
}

func (l *line) garbage() { l.lose() }

func (l *line) control(b byte) {
	switch b {
	case '\r':
		l.at(0)
	case '\n', '\v', '\f':
		l.feed()
	case '\b':
		l.move(-1)
	case '\t':
		if next := (l.col/8 + 1) * 8; l.tabs && l.known && !l.wrap && next < l.width {
			l.col = next
		} else {
			l.forget()
		}
	case 0x0e:
		l.shifted = true
	case 0x0f:
		l.shifted = false
	}
}

// move is by columns.
func (l *line) move(by int) {
	if l.wrap {
		l.forget() // terminals differ
	}
	if l.known {
		l.at(l.col + by)
	}
}

// shift moves what is at the cursor and right of it by columns; n < 0 deletes.
func (l *line) shift(n int) {
	if !l.known || l.wrap {
		l.forget()
		return
	}
	rest := l.cells[l.col:]
	if n < 0 {
		n = min(-n, len(rest))
		copy(rest, rest[n:])
		l.erase(l.width-n, l.width)
		return
	}
	n = min(n, len(rest))
	copy(rest[n:], rest)
	l.erase(l.col, l.col+n)
}

// vertical is a move by lines, up where n < 0.
func (l *line) vertical(n int) {
	if l.wrap {
		l.forget()
	}
	l.leave()
	if l.below >= 0 {
		l.below = max(0, l.below-n)
	}
}

// row is a move to a row of the screen, from 1.
func (l *line) row(n int) {
	l.leave()
	l.below, l.feeds = -1, 0
	if n >= l.height && !l.region {
		l.below = 0 // nothing is below the last row
	}
}

func (l *line) save() {
	if l.before != nil {
		l.before.known = false // some terminals have one place for both screens
	}
	l.saved = &savedCursor{col: l.col, known: l.known && !l.wrap, pen: l.pen, charset: l.charset}
}

func (l *line) restore() {
	s := l.saved
	if s == nil {
		s = &savedCursor{known: true, pen: pen{known: true}}
	}
	l.lose()
	l.pen, l.charset = s.pen, s.charset
	if s.known {
		l.at(s.col)
	}
}
