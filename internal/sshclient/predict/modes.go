package predict

import "bytes"

// modes are what a device can switch in a terminal, as far as it matters here.
type modes struct {
	charset
	region   bool // only a part of the screen scrolls
	insert   bool
	autowrap bool
	tabs     bool // tab stops are every 8 columns
	link     bool // what is written is a hyperlink
	odd      bool // something that a full reset alone undoes
	// private are modes set by CSI ? h that belong to programs which use the
	// whole screen, or which hold the picture back.
	private map[int]bool
}

type charset struct{ shifted, graphic bool }

func newModes() modes { return modes{autowrap: true, tabs: true, private: map[int]bool{}} }

// plain says that a printed byte appears as itself and in its place alone.
func (m *modes) plain() bool { return !m.insert && !m.odd && m.charset == charset{} }

// calm says that nothing is in force that a full-screen program uses.
func (m *modes) calm() bool {
	return m.plain() && !m.region && m.autowrap && !m.link && len(m.private) == 0
}

// fullScreen are the private modes that no prediction is shown in: application
// cursor keys, reverse video, origin, mouse (9 and 1000 to 1016), the alternate
// screens, margins, synchronized output, and what changes the screen's size.
func fullScreen(mode int) bool {
	switch mode {
	case 1, 3, 5, 6, 9, 45, 47, 66, 69, 1047, 1049, 2026:
		return true
	}
	return mode >= 1000 && mode <= 1016 && mode != 1004 && mode != 1007 && mode != 1010 && mode != 1011
}

// hiddenCursor is kept as if it were a private mode that is set.
const hiddenCursor = -25

func (l *line) setPrivate(mode int, on bool) {
	switch {
	case mode == 7:
		l.autowrap = on
		l.forget()
	case mode == 25:
		mode, on = hiddenCursor, !on
	case mode == 1048 && on:
		l.save()
	case mode == 1048:
		l.restore()
	case mode == 1049 || mode == 1047 || mode == 47:
		l.alternate(mode, on)
	case mode == 3 || mode == 6 || mode == 69:
		l.lose()
	}
	if !on {
		delete(l.private, mode)
	} else if mode == hiddenCursor || fullScreen(mode) {
		l.private[mode] = true
	}
}

// alternate enters or leaves the alternate screen.
func (l *line) alternate(mode int, on bool) {
	was := l.private[47] || l.private[1047] || l.private[1049]
	hidden := l.before
	l.before = nil
	switch {
	case on && !was && mode == 1049:
		b := *l
		b.cells, b.known = copyOf(l.cells), l.known && !l.wrap
		l.lose()
		l.before = &b
	case !on && mode == 1049 && l.private[1049] && hidden != nil && hidden.known:
		// The cursor comes back to where it was, in the line as it was.
		l.leave()
		l.at(hidden.col)
		copy(l.cells, hidden.cells)
		l.blur = hidden.blur
		l.below, l.feeds, l.pen, l.charset = hidden.below, hidden.feeds, hidden.pen, hidden.charset
	default:
		l.lose()
	}
	if !on {
		delete(l.private, 47)
		delete(l.private, 1047)
		delete(l.private, 1049)
	}
}

func copyOf(c []cell) []cell { return append([]cell(nil), c...) }

func (l *line) osc(data []byte) {
	if rest, ok := bytes.CutPrefix(data, []byte("8;")); ok {
		_, uri, _ := bytes.Cut(rest, []byte{';'})
		l.link = len(uri) > 0
	}
}

func (l *line) escape(intermediate []byte, final byte) {
	if len(intermediate) > 0 {
		l.designate(intermediate, final)
		return
	}
	switch final {
	case '7':
		l.save()
	case '8':
		l.restore()
	case 'D':
		l.feed()
	case 'E':
		l.feed()
		l.at(0)
	case 'M':
		l.vertical(-1)
	case 'H':
		l.tabs = false
	case 'c':
		id := l.id
		*l = *newLine(l.width, l.height)
		l.id = id + 1
		l.at(0)
		l.erase(0, l.width)
	case '=', '>', '\\', 'Z': // keypad, string end, "who are you"
	case 'n', 'o', 'N', 'O', '|', '}', '~':
		l.shifted = true // but only a full reset is sure to undo it
		l.odd = true
	default:
		l.lose()
	}
}

func (l *line) designate(intermediate []byte, final byte) {
	switch {
	case string(intermediate) == "(":
		l.graphic = final != 'B'
	case string(intermediate) == ")" || string(intermediate) == "*" || string(intermediate) == "+": // used when shifted
	case string(intermediate) == "%" && final == 'G': // UTF-8
	case string(intermediate) == " ": // how controls are sent
	default:
		l.odd = true
		l.lose()
	}
}
