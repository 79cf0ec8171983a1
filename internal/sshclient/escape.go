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
	escapeForwards
)

// escapeHelpText is the answer to ~?, without a line end after its last line; char
// is what begins an escape.
func escapeHelpText(char byte) message.Text {
	escape := shown(char)
	lines := []message.Text{
		message.New("Escapes, only at the start of a line:"),
	}
	add := func(keys string, meaning message.Text) {
		lines = append(lines, message.New(" %-4s %s", escape+keys, meaning))
	}
	add(".", message.New("end the session"))
	add("B", message.New("send a BREAK"))
	add("I", message.New("show the mapping, its expiry and the round trip"))
	if canSuspend {
		add("^Z", message.New("suspend this program"))
	}
	add("#", message.New("list the connections that go through forwards"))
	add("?", message.New("show this"))
	add(escape, message.New("send a %s", escape))
	return message.Join(lines, "\n")
}

// shown is an escape character as people write it: ^B for a control character.
func shown(char byte) string {
	if char < ' ' {
		return "^" + string(rune(char+'@'))
	}
	return string(rune(char))
}

// escaper finds escape sequences in what is typed, as OpenSSH does: a char that is
// the first byte after CR or LF, or the first of all, is held back until the byte
// after it tells what it means. It works byte by byte, so that it doesn't matter
// how the input is cut into reads.
type escaper struct {
	char    byte // what begins an escape, ~ mostly
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
			if a := escapeFor(b); a != escapeNone && b != e.char {
				return dst, a, p[i+1:]
			}
			if b != e.char {
				dst = append(dst, e.char)
			}
		} else if b == e.char && !e.midLine {
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
		dst = append(dst, e.char)
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
	case '#':
		return escapeForwards
	case 'Z' - '@': // Ctrl-Z
		return escapeSuspend
	}
	return escapeNone
}
