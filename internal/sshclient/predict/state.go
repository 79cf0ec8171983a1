package predict

// state is a line with its cursor, as it is or as it is expected to be.
type state struct {
	cells []cell
	col   int
	// from and to bound what was typed in this line, as far as it is known: the
	// cursor is not predicted to leave it.
	from, to int
	// low and high bound the cells that predictions changed, high excluded.
	low, high int
}

func (l *line) state() state {
	return state{cells: l.cells, col: l.col, from: l.col, to: l.col, low: l.width}.clone()
}

func (s state) clone() state {
	s.cells = copyOf(s.cells)
	return s
}

// margin is how many columns at the right edge nothing is predicted in.
const margin = 2

// apply does what the key would do in a line editor that echoes. It returns false,
// and changes nothing, where that is not certain.
func (s *state) apply(k key) bool {
	switch {
	case k.action == left && s.col > s.from:
		s.col--
	case k.action == right && s.col < s.to:
		s.col++
	case k.action == char && s.col < len(s.cells)-margin && s.cells[s.col].blank() && s.col >= s.to:
		s.set(cell{kind: written, ch: k.ch})
		s.col++
		s.to = s.col
	case k.action == backspace && s.col > s.from && s.col == s.to && s.cells[s.col].blank() && s.cells[s.col-1].kind != unknown:
		s.col--
		s.to = s.col
		s.set(cell{kind: erased})
	default:
		return false
	}
	return true
}

func (s *state) set(c cell) {
	s.cells[s.col] = c
	s.low, s.high = min(s.low, s.col), max(s.high, s.col+1)
}

// shownBy says whether the line shows this state, in the cells that all the
// predictions change.
func (s state) shownBy(l *line, all state) bool {
	if s.col != l.col {
		return false
	}
	for i := all.low; i < all.high; i++ {
		if ch := l.cells[i].char(); ch == 0 || ch != s.cells[i].char() {
			return false
		}
	}
	return true
}

// endsWith says whether these characters are left of the cursor.
func (l *line) endsWith(keys []key) bool {
	at := l.col - len(keys)
	if at < 0 {
		return false
	}
	for i, k := range keys {
		if c := l.cells[at+i]; c.kind != written || c.ch != k.ch {
			return false
		}
	}
	return true
}
