package predict

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
)

// pair is one session on two terminals: real has predictions, plain gets what the
// device sends and nothing else.
type pair struct {
	p           *Predictor
	real, plain *vt.Emulator
	now         time.Time
	typed       string // everything ever drawn by predictions, one after the other
}

func newPair(t testing.TB, width, height int, rtt time.Duration, always bool) *pair {
	return &pair{p: New(width, height, rtt, always), real: emulator(t, width, height), plain: emulator(t, width, height), now: time.Unix(1000, 0)}
}

// emulator answers nobody's questions.
func emulator(t testing.TB, width, height int) *vt.Emulator {
	e := vt.NewEmulator(width, height)
	e.SetScrollbackSize(1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, e)
	}()
	t.Cleanup(func() {
		_ = e.InputPipe().(io.Closer).Close()
		<-done
	})
	return e
}

// output reports whether the emulator could take the text: it does not survive
// everything.
func (s *pair) output(text string) (ok bool) {
	if !s.withoutPredictions(text) {
		return false
	}
	_, _ = s.real.Write(s.p.Output([]byte(text), s.now))
	return true
}

func (s *pair) withoutPredictions(text string) (ok bool) {
	defer func() { ok = recover() == nil }()
	_, _ = s.plain.WriteString(text)
	return true
}

func (s *pair) draw() {
	b := s.p.Draw(s.now)
	s.typed += string(b)
	_, _ = s.real.Write(b)
}

func (s *pair) key(keys string) {
	s.p.Key([]byte(keys), s.now)
	s.draw()
}

func (s *pair) pass(d time.Duration) {
	s.now = s.now.Add(d)
	s.draw()
}

func (s *pair) resize(width, height int) {
	_, _ = s.real.Write(s.p.Resize(width, height))
	s.real.Resize(width, height)
	s.plain.Resize(width, height)
}

func (s *pair) takeBack() { _, _ = s.real.Write(s.p.TakeBack()) }

// difference is the first one between the terminals, or "".
func (s *pair) difference() string { return difference(s.real, s.plain) }

func difference(a, b *vt.Emulator) string {
	if a.CursorPosition() != b.CursorPosition() {
		return fmt.Sprintf("the cursor is at %v, not %v", a.CursorPosition(), b.CursorPosition())
	}
	if a.IsAltScreen() != b.IsAltScreen() {
		return "one shows the alternate screen"
	}
	for y := range b.Height() {
		for x := range b.Width() {
			ca, cb := a.CellAt(x, y), b.CellAt(x, y)
			if ca == nil || cb == nil {
				if ca != cb {
					return fmt.Sprintf("at %d,%d: %v, not %v", x, y, ca, cb)
				}
				continue
			}
			if !ca.Equal(cb) {
				return fmt.Sprintf("at %d,%d: %+v, not %+v", x, y, *ca, *cb)
			}
		}
	}
	return ""
}

// row is the text of the real terminal's row that the cursor is in.
func (s *pair) row() string {
	text := ""
	for x := range s.real.Width() {
		c := s.real.CellAt(x, s.real.CursorPosition().Y)
		switch {
		case c == nil || c.Content == "":
			text += " "
		case c.Style.Underline != 0:
			text += c.Content + "_"
		default:
			text += c.Content
		}
	}
	for len(text) > 0 && text[len(text)-1] == ' ' {
		text = text[:len(text)-1]
	}
	return text
}
