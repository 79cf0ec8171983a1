package profile

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattn/go-shellwords"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// commandTimeout bounds a profileCommand; it may ask for a password.
const commandTimeout = time.Minute

// runCommand runs a profileCommand as the CLI does: split into words, run
// without a shell, and its output is a profile. Messages name the program and
// not its arguments, which may be secret.
func runCommand(ctx context.Context, line string, stderr io.Writer) (file, error) {
	words, err := splitCommand(line)
	if err != nil {
		return file{}, err
	}
	program := safetext.Line(filepath.Base(words[0]))
	next := message.New("run it by hand: it must print a profile as JSON within a minute")
	out, err := output(ctx, words, stderr)
	if err != nil {
		return file{}, message.WithHintText(message.Errorf("the profileCommand %s: %w", program, err), next)
	}
	f, err := decode(out)
	if err != nil {
		return file{}, message.WithHintText(message.Errorf("the output of the profileCommand %s: %w", program, err), next)
	}
	return f, nil
}

func splitCommand(line string) ([]string, error) {
	parser := shellwords.NewParser() // expands neither variables nor `...`
	words, err := parser.Parse(line)
	if err != nil {
		return nil, message.WithHint(message.Errorf("the profileCommand has unbalanced quotes or brackets"),
			"quote its words as in a shell")
	}
	// The parser stops at ; & | < > and says where; running only what stands
	// before them would not be what was meant.
	if parser.Position >= 0 {
		return nil, message.WithHint(message.Errorf("the profileCommand has ; & | < or >, but is run without a shell"),
			"write it as: sh -c '...'")
	}
	if len(words) == 0 {
		return nil, message.WithHint(message.Errorf("the profileCommand is empty"), "name a program, or remove the key")
	}
	return words, nil
}

func output(ctx context.Context, words []string, stderr io.Writer) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	if stderr == nil {
		stderr = os.Stderr
	}
	out := limitedBuffer{stop: cancel}
	cmd := exec.CommandContext(limited, words[0], words[1:]...)
	cmd.Env = childEnv(os.Environ())
	cmd.Stdout, cmd.Stderr = &out, stderr
	cmd.WaitDelay = 2 * time.Second // its own children may hold the pipes
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case out.full:
		return nil, message.Errorf("it printed more than 1 MiB")
	case limited.Err() != nil:
		return nil, message.Errorf("no end after %s", commandTimeout)
	}
	return out.data.Bytes(), err
}

// childEnv keeps the MFA code out of the child.
func childEnv(environ []string) []string {
	var env []string
	for _, v := range environ {
		if !strings.HasPrefix(v, "NAPTER_CONNECT_OTP=") {
			env = append(env, v)
		}
	}
	return env
}

// limitedBuffer refuses what is over maxSize and then ends the program. The
// buffer is not embedded: its ReadFrom would read on without a limit.
type limitedBuffer struct {
	data bytes.Buffer
	full bool
	stop func()
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.data.Len()+len(p) > maxSize {
		b.full = true
		b.stop()
		return 0, io.ErrShortWrite
	}
	return b.data.Write(p)
}
