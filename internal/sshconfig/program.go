package sshconfig

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Program is this program's absolute path as it was called: a link stays one, so
// that the path outlives an update (Homebrew's, say).
func Program(arg0 string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", message.Errorf("finding this program: %w", err)
	}
	if called, ok := sameProgram(arg0, self); ok {
		return called, nil
	}
	return self, nil
}

// Account is what decides here whose SIMs they are. It is to decide it there too,
// where other variables may be set.
type Account struct{ Profile, Coverage, Config string }

// Command is this program, as it was called, with the flags of the account.
func Command(arg0 string, a Account) ([]string, error) {
	program, err := Program(arg0)
	if err != nil {
		return nil, err
	}
	if a.Config != "" {
		if a.Config, err = filepath.Abs(a.Config); err != nil {
			return nil, message.Errorf("finding the configuration: %w", err)
		}
	}
	command := []string{program}
	for _, flag := range [][2]string{{"--profile", a.Profile}, {"--coverage-type", a.Coverage}, {"--config", a.Config}} {
		if flag[1] != "" {
			command = append(command, flag[:]...)
		}
	}
	return command, nil
}

// sameProgram is the absolute path by which self was called, if it is one.
func sameProgram(arg0, self string) (called string, ok bool) {
	called, err := exec.LookPath(arg0)
	if err != nil {
		return "", false
	}
	if called, err = filepath.Abs(called); err != nil {
		return "", false
	}
	one, err1 := os.Stat(called)
	two, err2 := os.Stat(self)
	return called, err1 == nil && err2 == nil && os.SameFile(one, two)
}
