package sshconfig

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"runtime"

	"github.com/napter-connect/napter-connect/internal/message"
)

// State is what there is of an installation.
type State struct {
	// Included: the user's configuration has our line.
	Included bool
	// Starts: the file of Host blocks is there, and its blocks start the program
	// that was asked for.
	Starts bool
}

// Inspect is the State of what is installed for a user, for this program as it was
// called.
func Inspect(getenv func(string) string, state, arg0 string) (State, error) {
	install, err := FindInstall(getenv, state)
	if err != nil {
		return State{}, err
	}
	program, err := Program(arg0)
	if err != nil {
		return State{}, err
	}
	return install.State(runtime.GOOS, program)
}

// State inspects the installation, for the program at an absolute path.
func (i Install) State(goos, program string) (s State, err error) {
	line, err := i.line()
	if err != nil {
		return s, err
	}
	user, err := os.ReadFile(i.UserConfig)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, message.Errorf("reading your ssh configuration: %w", err)
	}
	s.Included = cut(user, line) != nil
	blocks, err := os.ReadFile(i.File)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, message.Errorf("reading the Host blocks: %w", err)
	}
	word, ok := shellWord(goos, program)
	s.Starts = ok && bytes.Contains(blocks, []byte("ProxyCommand "+word+" "))
	return s, nil
}
