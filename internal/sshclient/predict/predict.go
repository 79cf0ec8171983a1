// Package predict shows what is typed before a far device has echoed it, as mosh
// does, but with nothing on the device: it watches the bytes that go both ways.
//
// A key is predicted where it is certain to be taken back exactly: printable ASCII,
// backspace and the left and right arrow keys, in a line whose content right of the
// cursor is known and blank. Predictions are underlined. What the device sends is
// never changed: predictions are taken off the screen before it is written, and
// those that are still open are drawn again after it.
//
// A prediction is confirmed when the line and the cursor are as if the device had
// echoed the key. Nothing is shown before two different characters were confirmed
// since the last key that is not predictable (Enter, Tab, Ctrl-C, ...): a password
// prompt echoes nothing, or one and the same character. Any disagreement, or no
// answer in time, takes back all that is shown.
package predict

import "time"

// Mode says when predictions are shown.
type Mode string

// The modes: on slow links, always and never.
const (
	Auto   Mode = "auto"
	Always Mode = "always"
	Never  Mode = "never"
)

// A link whose round trip takes Slow is slow enough for predictions, until it takes
// less than fast.
const (
	Slow = 100 * time.Millisecond
	fast = 80 * time.Millisecond
)

// Predictor is one terminal with one session. It is not safe for concurrent use.
// The bytes that Output, Draw and TakeBack return are to be written to the terminal
// in that order, each in one piece.
type Predictor struct {
	always bool
	rtt    time.Duration // smoothed round trip
	least  time.Duration // the shortest one seen
	slow   bool

	scan scanner
	line *line

	// anchored says that the place of the next key is known. at is the line
	// that the device has shown, want the line after all open keys.
	anchored bool
	lineID   int
	at, want state
	keys     []key // open ones, by age
	// barred says that a key which cannot be predicted followed those in keys.
	barred bool
	// blind are characters that were sent when their place was not known.
	blind []key
	// first is the first character confirmed since the last unpredictable key;
	// trusted says that there was another one.
	first   byte
	trusted bool
	last    time.Time // when the last key was sent

	shown overlay
}

type key struct {
	action action
	ch     byte
	sent   time.Time
}

type action byte

const (
	char action = iota
	backspace
	left
	right
)

// New returns a predictor for a terminal of this size, with the round trip measured
// so far, or 0. Unless always, predictions are shown on slow links alone.
func New(width, height int, rtt time.Duration, always bool) *Predictor {
	p := &Predictor{always: always, line: newLine(max(width, 1), max(height, 1))}
	if rtt > 0 {
		p.Measured(rtt)
	}
	return p
}

// Measured tells of a round trip.
func (p *Predictor) Measured(rtt time.Duration) {
	if p.rtt == 0 {
		p.rtt, p.least = rtt, rtt
	}
	p.rtt += (rtt - p.rtt) / 4
	p.least = min(p.least, rtt)
	p.slow = p.rtt >= Slow || p.slow && p.rtt >= fast
}

// settle is how long after a key everything that it does has surely been shown.
func (p *Predictor) settle() time.Duration { return p.rtt*3/2 + 50*time.Millisecond }

// patience is how long a prediction stays without an answer.
func (p *Predictor) patience() time.Duration { return 2*p.rtt + time.Second }

// Key tells what is being sent to the device.
func (p *Predictor) Key(typed []byte, now time.Time) {
	p.expire(now)
	switch string(typed) {
	case "\x1b[D":
		p.add(key{action: left, sent: now})
		return
	case "\x1b[C":
		p.add(key{action: right, sent: now})
		return
	}
	for _, b := range typed {
		switch {
		case b == 0x1b: // the rest belongs to it
			p.bar(now)
			return
		case b >= ' ' && b < 0x7f:
			p.add(key{ch: b, sent: now})
		case b == 0x7f:
			p.add(key{action: backspace, sent: now})
		default:
			p.bar(now)
		}
	}
}

// maxKeys is how many predictions may be open.
const maxKeys = 256

func (p *Predictor) add(k key) {
	if !p.anchored && p.ready() && k.sent.Sub(p.last) >= p.settle() {
		p.blind = nil // not echoed
		p.anchor(p.line.state())
	}
	switch {
	case p.anchored && !p.barred && len(p.keys) < maxKeys && p.want.apply(k):
		p.keys = append(p.keys, k)
	case p.anchored && !p.barred:
		p.bar(k.sent)
	case k.action == char && len(p.blind) < maxKeys:
		p.blind = append(p.blind, k)
	default:
		p.blind = nil
	}
	p.last = k.sent
}

// bar is for a key that cannot be predicted.
func (p *Predictor) bar(now time.Time) {
	p.last, p.blind = now, nil
	if len(p.keys) > 0 {
		p.barred = true
	} else {
		p.reset()
	}
}

// reset forgets all predictions, and that the device echoes.
func (p *Predictor) reset() {
	p.keys, p.anchored, p.barred, p.first, p.trusted = nil, false, false, 0, false
}

// expire gives up predictions that were not answered.
func (p *Predictor) expire(now time.Time) {
	if len(p.keys) > 0 && now.Sub(p.keys[0].sent) > p.patience() {
		p.reset()
		p.blind = nil
	}
}

// ready says that the next key's place is known, as far as the screen goes.
func (p *Predictor) ready() bool {
	l := p.line
	return p.scan.whole() && l.known && !l.wrap && l.pen.known && l.calm()
}

func (p *Predictor) anchor(s state) {
	p.anchored, p.lineID, p.at = true, p.line.id, s
	p.want = s.clone()
}

// Output takes what the device sent and returns what is to be written: the same,
// and before and after it what takes predictions off the screen and draws them.
func (p *Predictor) Output(device []byte, now time.Time) []byte {
	back := p.hide()
	p.scan.feed(device, p.line)
	p.expire(now)
	if p.scan.whole() {
		p.judge(now)
	}
	draw := p.wanted()
	if len(back) == 0 && draw.empty() {
		return device
	}
	return p.show(append(back, device...), draw)
}

// Draw returns what brings the screen up to date after Key, or after Deadline.
func (p *Predictor) Draw(now time.Time) []byte {
	p.expire(now)
	draw := p.wanted()
	if draw.equal(p.shown) {
		return nil
	}
	if draw.extends(p.shown) {
		return p.show(nil, draw)
	}
	return p.show(p.hide(), draw)
}

// Deadline is when Draw is to be called at the latest; zero is never.
func (p *Predictor) Deadline() time.Time {
	if p.shown.empty() || len(p.keys) == 0 {
		return time.Time{}
	}
	return p.keys[0].sent.Add(p.patience() + time.Millisecond)
}

// TakeBack gives up all predictions, before somebody else writes to the terminal or
// it is given back.
func (p *Predictor) TakeBack() []byte {
	b := p.hide()
	p.reset()
	p.blind = nil
	p.line.lose()
	return b
}

// Resize tells of the terminal's new size, in characters. Predictions are given up;
// the next Draw takes them off the screen where they are still in their place.
func (p *Predictor) Resize(width, height int) []byte {
	width, height = max(width, 1), max(height, 1)
	if width == p.line.width && height == p.line.height {
		return nil
	}
	var b []byte
	if p.shown.end < width && p.shown.right() < width {
		b = p.hide()
	}
	p.shown = overlay{}
	p.reset()
	p.blind = nil
	p.line.resize(width, height)
	return b
}

// judge compares the line with the predictions.
func (p *Predictor) judge(now time.Time) {
	if !p.ready() {
		p.disagree(now)
		return
	}
	if !p.anchored {
		p.align(now)
		return
	}
	s, n, ok := p.progress()
	if !ok || n > 0 && now.Sub(p.keys[n-1].sent) < p.least/2 {
		p.disagree(now) // or too early to be an answer
		return
	}
	if n > 0 {
		p.confirm(n, now)
	}
	p.rebase(s)
	if len(p.keys) == 0 && p.barred {
		p.reset()
		p.align(now)
	}
}

// progress finds out how many of the open keys the line shows the effect of, and
// returns the line as it then should be.
func (p *Predictor) progress() (s state, n int, ok bool) {
	if p.line.id != p.lineID {
		return s, 0, false
	}
	s = p.at.clone()
	for n = 0; ; n++ {
		if s.shownBy(p.line, p.want) {
			return s, n, true
		}
		if n == len(p.keys) || !s.apply(p.keys[n]) {
			return s, n, false
		}
	}
}

// confirm takes n keys as echoed.
func (p *Predictor) confirm(n int, now time.Time) {
	for _, k := range p.keys[:n] {
		switch {
		case k.action != char:
		case p.first == 0:
			p.first = k.ch
		case k.ch != p.first:
			p.trusted = true
		}
	}
	p.Measured(now.Sub(p.keys[n-1].sent))
	p.keys = p.keys[n:]
}

// rebase starts from the line as it is, of which s is what was expected.
func (p *Predictor) rebase(s state) {
	now := p.line.state()
	now.from, now.to = s.from, s.to
	p.anchor(now)
	for i, k := range p.keys {
		if !p.want.apply(k) {
			p.keys = p.keys[:i]
			p.barred = true
			return
		}
	}
}

// disagree is for a line that no prediction explains.
func (p *Predictor) disagree(now time.Time) {
	late := p.blind
	if !p.barred {
		late = nil
		for _, k := range append(p.keys, p.blind...) {
			if k.action != char {
				late = nil
				break
			}
			late = append(late, k)
		}
	}
	p.reset()
	p.blind = late
	if p.ready() {
		p.align(now)
	}
}

// align looks for keys whose place was not known at the cursor, where their echo
// would be. It finds a place for those after them, but trusts nothing yet.
func (p *Predictor) align(now time.Time) {
	for len(p.blind) > 0 && now.Sub(p.blind[0].sent) > 2*p.settle() {
		p.blind = p.blind[1:] // swallowed, or echoed where it could not be seen
	}
	for n := len(p.blind); n > 0; n-- {
		early := now.Sub(p.blind[n-1].sent) < p.least/2
		late := n < len(p.blind) && now.Sub(p.blind[n].sent) > p.settle()
		if early || late || !p.line.endsWith(p.blind[:n]) {
			continue
		}
		rest := p.blind[n:]
		p.blind = nil
		s := p.line.state()
		s.from = s.col - n
		p.anchor(s)
		for _, k := range rest {
			if !p.want.apply(k) {
				p.reset()
				return
			}
			p.keys = append(p.keys, k)
		}
		return
	}
}
