//go:build linux

package hometest

import (
	"context"
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
	p.once.Do(func() { p.build(t.Context()) })
	if p.err != nil {
		t.Fatal(p.err)
	}
	return p.path
}

func (p *Program) build(ctx context.Context) {
	dir, err := os.MkdirTemp("", "napter-connect-test-")
	if err != nil {
		p.err = err
		return
	}
	p.path = filepath.Join(dir, "napter-connect")
	args := append([]string{"build", "-o", p.path}, p.Flags...)
	args = append(args, "github.com/napter-connect/napter-connect/cmd/napter-connect")
	out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput()
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
