//go:build linux

package hometest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Program is the real program, which is built when somebody first asks for it.
type Program struct {
	// Flags are for go build; those of the tests themselves, such as -race.
	Flags []string

	once sync.Once
	path string
	err  error
}

// Path builds the program, once, and returns where it is.
func (p *Program) Path(t testing.TB) string {
	t.Helper()
	p.once.Do(p.build)
	if p.err != nil {
		t.Fatal(p.err)
	}
	return p.path
}

func (p *Program) build() {
	dir, err := os.MkdirTemp("", "napter-connect-test-")
	if err != nil {
		p.err = err
		return
	}
	p.path = filepath.Join(dir, "napter-connect")
	args := append([]string{"build", "-o", p.path}, p.Flags...)
	out, err := exec.Command("go", append(args, "github.com/napter-connect/napter-connect/cmd/napter-connect")...).CombinedOutput()
	if err != nil {
		p.err = fmt.Errorf("building: %w: %s", err, out)
	}
}

// Remove removes what Path made, for the end of TestMain.
func (p *Program) Remove() {
	if p.path != "" {
		_ = os.RemoveAll(filepath.Dir(p.path))
	}
}
