package predict

import (
	"slices"
	"strconv"
)

// overlay is what predictions change on the screen: some cells and where the cursor
// is.
type overlay struct {
	marks []mark // by column
	end   int    // the cursor's column
	on    bool
}

type mark struct {
	col int
	ch  byte // 0: the cell is erased
}

func (o overlay) empty() bool { return !o.on }

func (o overlay) equal(p overlay) bool {
	return o.on == p.on && o.end == p.end && slices.Equal(o.marks, p.marks)
}

// extends says that o is p and then more at its end.
func (o overlay) extends(p overlay) bool {
	n := len(p.marks)
	return o.on && p.on && n < len(o.marks) && slices.Equal(o.marks[:n], p.marks) && o.marks[n].col == p.end
}

// right is the last column changed.
func (o overlay) right() int {
	if len(o.marks) == 0 {
		return 0
	}
	return o.marks[len(o.marks)-1].col
}

// wanted is what the screen should show of the predictions now.
func (p *Predictor) wanted() overlay {
	if len(p.keys) == 0 || !p.trusted || !p.always && !p.slow || !p.ready() || p.line.id != p.lineID {
		return overlay{}
	}
	o := overlay{end: p.want.col, on: true}
	for i := p.want.low; i < p.want.high; i++ {
		if ch := p.want.cells[i].char(); ch != p.line.cells[i].char() {
			if p.want.cells[i].kind == erased {
				ch = 0
			}
			o.marks = append(o.marks, mark{i, ch})
		}
	}
	return o
}

// hide is what takes the overlay off the screen.
func (p *Predictor) hide() []byte {
	if p.shown.empty() {
		return nil
	}
	w := writer{col: p.shown.end, pen: p.line.pen.seq}
	for _, m := range p.shown.marks {
		w.cell(m.col, p.line.cells[m.col])
	}
	w.to(p.line.col)
	w.use(p.line.pen.seq)
	p.shown = overlay{}
	return w.b
}

const underline = "\x1b[4m"

// show appends what draws the overlay o, of which p.shown is on the screen already.
func (p *Predictor) show(b []byte, o overlay) []byte {
	if o.empty() {
		return b
	}
	w := writer{b: b, col: p.line.col, pen: p.line.pen.seq}
	if !p.shown.empty() {
		w.col = p.shown.end
	}
	for _, m := range o.marks[len(p.shown.marks):] {
		if m.ch == 0 {
			w.cell(m.col, cell{kind: erased})
			continue
		}
		w.cell(m.col, cell{kind: written, ch: m.ch, pen: p.line.pen.seq + underline})
	}
	w.to(o.end)
	w.use(p.line.pen.seq)
	p.shown = o
	return w.b
}

// writer writes to one line of a terminal. It moves by columns relative to the
// cursor, so that it does not matter where terminals disagree about the width of
// what is left of it.
type writer struct {
	b   []byte
	col int
	pen string
}

func (w *writer) to(col int) {
	switch by := col - w.col; {
	case by < 0:
		w.b = append(strconv.AppendInt(append(w.b, "\x1b["...), int64(-by), 10), 'D')
	case by > 0:
		w.b = append(strconv.AppendInt(append(w.b, "\x1b["...), int64(by), 10), 'C')
	}
	w.col = col
}

func (w *writer) use(pen string) {
	if w.pen != pen {
		w.b = append(append(w.b, "\x1b[m"...), pen...)
		w.pen = pen
	}
}

// cell writes one cell. The cursor stays before one that is erased.
func (w *writer) cell(col int, c cell) {
	w.to(col)
	if c.kind == erased {
		w.use("")
		w.b = append(w.b, "\x1b[X"...)
		return
	}
	w.use(c.pen)
	w.b = append(w.b, c.ch)
	w.col++
}
