package predict

func (l *line) csi(c csi) {
	switch {
	case c.prefix == '?' && c.intermediate == 0 && (c.final == 'h' || c.final == 'l'):
		l.eachMode(c, l.setPrivate)
	case c.final == 'n' || c.final == 'c' || c.final == 'q' || c.final == 't' || c.intermediate == '$' && c.final == 'p':
		// Questions, the cursor's shape, the window's title.
	case c.prefix != 0 && (c.final == 'm' || c.final == 'u'): // how keys are sent
	case c.prefix == '?' && c.final == 's': // modes are kept for ?r
	case c.prefix == '?' && c.final == 'r':
		l.odd = true // modes become what they were
		l.lose()
	case c.prefix != 0 || c.intermediate != 0:
		l.lose()
	case c.final == 'm':
		l.pen.sgr(c.params)
	case c.final == 'h' || c.final == 'l':
		l.eachMode(c, l.setMode)
	default:
		n, ok := c.number(0, 1)
		if _, two := c.number(1, 1); !ok || !two {
			l.lose()
			return
		}
		if !l.moves(c, n) && !l.edits(c, n) {
			l.lose()
		}
	}
}

func (l *line) eachMode(c csi, set func(mode int, on bool)) {
	for i := range c.count() {
		if mode, ok := c.number(i, -1); ok {
			set(mode, c.final == 'h')
		} else {
			l.odd = true
		}
	}
}

func (l *line) setMode(mode int, on bool) {
	switch mode {
	case 4:
		l.insert = on
	case 20:
		l.odd = true // line feeds return, too
	}
}

// moves is for sequences that only move the cursor.
func (l *line) moves(c csi, n int) bool {
	switch c.final {
	case 'A':
		l.vertical(-n)
	case 'B', 'e':
		l.vertical(n)
	case 'E':
		l.vertical(n)
		l.at(0)
	case 'F':
		l.vertical(-n)
		l.at(0)
	case 'C', 'a':
		l.move(n)
	case 'D':
		l.move(-n)
	case 'G', '`':
		l.at(n - 1)
	case 'H', 'f':
		column, _ := c.number(1, 1)
		l.row(n)
		l.at(column - 1)
	case 'd':
		if l.wrap {
			l.forget()
		}
		l.row(n)
	case 's':
		l.save()
	case 'u':
		l.restore()
	default:
		return false
	}
	return true
}

// edits is for sequences that change what is on the screen.
func (l *line) edits(c csi, n int) bool {
	switch c.final {
	case 'J', 'K':
		how, _ := c.number(0, 0)
		l.eraseAround(how)
		if c.final == 'J' && (how == 0 || how == 2) && !l.pen.paints() {
			l.below = 0
		}
	case 'X':
		if !l.known || l.wrap {
			l.forget()
		} else {
			l.erase(l.col, l.col+n)
		}
	case 'P':
		l.shift(-n)
	case '@':
		l.shift(n)
	case 'r':
		bottom, _ := c.number(1, l.height)
		l.region = n != 1 || bottom < l.height
		l.lose()
	case 'g':
		l.tabs = false
	default:
		return false
	}
	return true
}

// eraseAround is ED and EL within the line: 0 is from the cursor to the end, 1 from
// the start to the cursor, 2 all.
func (l *line) eraseAround(how int) {
	switch {
	case how == 2:
		l.erase(0, l.width)
	case how > 2: // 3 is the lines that have scrolled away
	case !l.known || l.wrap:
		l.forget()
	case how == 0:
		l.erase(l.col, l.width)
	case how == 1:
		l.erase(0, l.col+1)
	}
}
