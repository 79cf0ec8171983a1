//go:build unix

package console

import (
	"os"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// quick is a person, or a program, that answers the moment the prompt shows. It
// notes whether the terminal would have echoed the answer.
type quick struct {
	t        *testing.T
	keyboard *os.File // the terminal's other end
	tty      *os.File
	answer   string
	echoed   bool
}

func (q *quick) Write(p []byte) (int, error) {
	if q.answer != "" {
		q.echoed = echoes(q.t, q.tty)
		if _, err := q.keyboard.WriteString(q.answer); err != nil {
			q.t.Error(err)
		}
		q.answer = ""
	}
	return len(p), nil
}

func echoes(t *testing.T, tty *os.File) bool {
	t.Helper()
	tio, err := unix.IoctlGetTermios(int(tty.Fd()), getTermios)
	if err != nil {
		t.Fatal(err)
	}
	return tio.Lflag&unix.ECHO != 0
}

func TestSecretIsNotEchoed(t *testing.T) {
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = keyboard.Close(), tty.Close() }()
	if _, err := keyboard.WriteString("typed ahead\n"); err != nil {
		t.Fatal(err)
	}
	arrived := []unix.PollFd{{Fd: int32(tty.Fd()), Events: unix.POLLIN}}
	if n, err := unix.Poll(arrived, 10_000); n != 1 {
		t.Fatalf("what was typed ahead never arrived: %v", err)
	}
	person := &quick{t: t, keyboard: keyboard, tty: tty, answer: "s3cret\n"}
	answer, err := New(tty, person, i18n.For(i18n.English)).Secret(t.Context(), "Password: ")
	if err != nil || answer != "s3cret" {
		t.Errorf("got %q, %v", answer, err)
	}
	if person.echoed {
		t.Error("the terminal echoed when the prompt showed")
	}
	if !echoes(t, tty) {
		t.Error("the echo was not turned on again")
	}
}
