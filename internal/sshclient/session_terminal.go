package sshclient

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// startInput begins to send what is typed or piped.
func (s *session) startInput(remote io.WriteCloser) {
	if s.o.Stdin == nil {
		_ = remote.Close()
		return
	}
	s.in = newInput(s.o.Stdin)
	remote = s.echo.keyboard(remote)
	s.spawn(func() {
		// Half-close: the output continues.
		defer func() { _ = remote.Close() }()
		if s.o.TTY && s.o.Escapes {
			s.sendEscaped(remote)
			return
		}
		_, _ = io.Copy(remote, s.in)
	})
}

func (s *session) sendEscaped(remote io.Writer) {
	esc := escaper{char: s.escapeChar()}
	buf, out := make([]byte, 4096), make([]byte, 0, 4097)
	for {
		n, err := s.in.Read(buf)
		for p := buf[:n]; len(p) > 0; {
			var action escapeAction
			out, action, p = esc.next(out[:0], p)
			if _, err := remote.Write(out); err != nil {
				return
			}
			s.escape(action)
			if action == escapeEnd {
				return
			}
		}
		if err != nil {
			_, _ = remote.Write(esc.flush(nil))
			return
		}
	}
}

func (s *session) escape(a escapeAction) {
	switch a {
	case escapeEnd:
		s.fail(ErrEscaped)
	case escapeHelp:
		s.answer("?", escapeHelpText(s.escapeChar()))
	case escapeBreak:
		// RFC 4335; 0 leaves the length to the device.
		_, _ = s.remote.SendRequest("break", false, ssh.Marshal(struct{ Milliseconds uint32 }{0}))
	case escapeInfo:
		text := message.New("nothing is known about this connection")
		if s.o.Info != nil {
			text = s.o.Info()
		}
		s.answer("I", text)
	case escapeForwards:
		s.answer("#", s.forwarding.text())
	case escapeSuspend:
		if canSuspend {
			s.answer("^Z", message.Text{})
			s.raw.leave()
			suspend()
			if err := s.raw.enter(); err != nil {
				s.fail(message.Errorf("putting the terminal in raw mode: %w", err))
			}
		}
	}
}

// escapeChar is the character that begins an escape.
func (s *session) escapeChar() byte { return cmp.Or(s.o.EscapeChar, '~') }

// answer shows the escape, which the terminal in raw mode did not, and what there
// is to say to it, if anything.
func (s *session) answer(key string, answer message.Text) {
	w := s.errOut
	if s.o.Stderr == nil {
		w = s.out
	}
	text := shown(s.escapeChar()) + key + "\n"
	if words := strings.TrimRight(s.words(answer), "\n"); words != "" {
		text += words + "\n"
	}
	s.echo.aside(func() { _, _ = io.WriteString(w, strings.ReplaceAll(text, "\n", "\r\n")) })
}

// words is a text in the person's language.
func (s *session) words(text message.Text) string {
	if s.o.Say == nil {
		return text.String()
	}
	return s.o.Say(text)
}

// Window titles: the first notice puts the terminal's own on a stack, the
// session's end takes it back (xterm's CSI 22 t and 23 t).
const (
	pushTitle = "\x1b[22;2t"
	popTitle  = "\x1b[23;2t"
)

func (s *session) showNotices(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case text, ok := <-s.o.Notice:
			if !ok {
				return
			}
			s.notice(ctx, safetext.Line(s.words(text)))
		}
	}
}

func (s *session) notice(ctx context.Context, text string) {
	if s.term.in == nil {
		_, _ = fmt.Fprintln(s.errOut, text)
		return
	}
	if s.term.out == nil {
		return // raw, and nowhere to write to but into the remote output
	}
	// The device's output may stand in the middle of an escape sequence or a
	// character. What follows it then arrives at once, so wait for a pause.
	for range 20 {
		if s.out.quietFor() >= 50*time.Millisecond {
			break
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
	title := "\x1b]2;" + text + "\x07"
	if s.titled.CompareAndSwap(false, true) {
		title = pushTitle + title
	}
	_, _ = io.WriteString(s.out, title)
}

// untitle returns what takes the terminal's own title back.
func (s *session) untitle() string {
	if s.titled.Load() {
		return popTitle
	}
	return ""
}
