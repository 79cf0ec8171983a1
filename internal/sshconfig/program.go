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
