package sshclient

import "github.com/napter-connect/napter-connect/internal/message"

// escapeAction is what a person asked for with an escape sequence.
type escapeAction int

const (
	escapeNone escapeAction = iota
	escapeEnd
	escapeHelp
	escapeBreak
	escapeInfo
	escapeSuspend
)

// escapeHelpText is the answer to ~?, without a line end after its last line.
func escapeHelpText() message.Text {
	lines := []message.Text{
		message.New("Escapes, only at the start of a line:"),
	}
	add := func(keys string, meaning message.Text) {
		lines = append(lines, message.New(" %-4s %s", keys, meaning))
	}
	add("~.", message.New("end the session"))
	add("~B", message.New("send a BREAK"))
	add("~I", message.New("show the mapping, its expiry and the round trip"))
	if canSuspend {
		add("~^Z", message.New("suspend this program"))
	}
	add("~?", message.New("show this"))
	add("~~", message.New("send a ~"))
	return message.Join(lines, "\n")
}

// escaper finds escape sequences in what is typed, as OpenSSH does: a "~" that is
// the first byte after CR or LF, or the first of all, is held back until the byte
// after it tells what it means. It works byte by byte, so that it doesn't matter
// how the input is cut into reads.
type escaper struct {
	midLine bool
	pending bool
}

// next appends to dst the bytes of p that are to be sent, up to the first
// escape. It returns dst, the escape, and what of p comes after it (nothing when
// there was none).
func (e *escaper) next(dst, p []byte) ([]byte, escapeAction, []byte) {
	for i, b := range p {
		if e.pending {
			e.pending = false
			if a := escapeFor(b); a != escapeNone {
				return dst, a, p[i+1:]
			}
			if b != '~' {
				dst = append(dst, '~')
			}
		} else if b == '~' && !e.midLine {
			e.pending = true
			continue
		}
		e.midLine = b != '\r' && b != '\n'
		dst = append(dst, b)
	}
	return dst, escapeNone, nil
}

// flush appends what is held back; it is called at the end of the input.
func (e *escaper) flush(dst []byte) []byte {
	if e.pending {
		e.pending = false
		dst = append(dst, '~')
	}
	return dst
}

func escapeFor(b byte) escapeAction {
	switch b {
	case '.':
		return escapeEnd
	case '?':
		return escapeHelp
	case 'B':
		return escapeBreak
	case 'I':
		return escapeInfo
	case 'Z' - '@': // Ctrl-Z
		return escapeSuspend
	}
	return escapeNone
}
