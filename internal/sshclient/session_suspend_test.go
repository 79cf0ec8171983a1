//go:build unix

package sshclient

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

const shellEnv = "NAPTER_TEST_SHELL"

// TestShellInAnotherProcess is a program for TestSuspend: a shell session on its
// own terminal.
func TestShellInAnotherProcess(t *testing.T) {
	addr := os.Getenv(shellEnv)
	if addr == "" {
		t.Skip("run by TestSuspend")
	}
	c := dialFake(t, addr, newSigner(t), Config{})
	status, err := c.Run(t.Context(), SessionOptions{TTY: true, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Escapes: true})
	fmt.Printf("status %d, error %v\n", status, err)
}

// ~^Z stops the job under a real shell with the terminal as it was, and fg brings
// the session back.
func TestSuspend(t *testing.T) {
	bash := sshdtest.Tool(t, "bash")
	resized := make(chan []byte, 10)
	addr, _ := sessionServer(t, func(ch ssh.Channel, started <-chan struct{}) {
		<-started
		_, _ = io.WriteString(ch, "session begins")
		buf := make([]byte, 100)
		for {
			n, err := ch.Read(buf)
			if err != nil {
				return
			}
			_, _ = fmt.Fprintf(ch, "<%s>", buf[:n])
			if strings.Contains(string(buf[:n]), "q") {
				exitWith(ch, 9)
			}
		}
	}, func(r *ssh.Request) {
		if r.Type == "window-change" {
			resized <- r.Payload
		}
	})
	c := newConsole(t)
	cmd := exec.Command(bash, "--norc", "--noprofile", "-i")
	cmd.Env = append(os.Environ(), shellEnv+"="+addr, "PS1=> ", "TERM=dumb", "HISTFILE=")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.tty, c.tty, c.tty
	cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	c.typed(os.Args[0] + " -test.run '^TestShellInAnotherProcess$'\n")
	c.expect("session begins")
	eventually(t, "raw mode", func() bool { return isRaw(t, c.tty) })
	c.typed("~\x1a")
	c.expect("Stopped")
	c.typed("echo shell $((6*7))\n")
	c.expect("shell 42")
	c.resize(120, 40)
	c.typed("fg\n")
	eventually(t, "raw mode again", func() bool { return isRaw(t, c.tty) && strings.Count(c.shown(), "fg") > 0 })
	if size := <-resized; !bytes.HasPrefix(size, []byte{0, 0, 0, 120, 0, 0, 0, 40}) {
		t.Errorf("window-change %v", size)
	}
	c.typed("q")
	c.expect("status 9, error <nil>")
}
