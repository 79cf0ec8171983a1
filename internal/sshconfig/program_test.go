package sshconfig

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func TestProgramAsItWasCalled(t *testing.T) {
	real, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), filepath.Base(real))
	if err := os.Symlink(real, link); err != nil {
		sshdtest.OnlyWindows(t, err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, link)
	if err != nil {
		sshdtest.OnlyWindows(t, err)
	}
	for _, arg0 := range []string{link, relative} {
		if called, err := Program(arg0); err != nil || called != link {
			t.Errorf("called as %s: %q, %v", arg0, called, err)
		}
	}
	// Whatever a caller says that our name is, the path is ours.
	for _, arg0 := range []string{"sh", "", "/nowhere/napter-connect"} {
		if called, err := Program(arg0); err != nil || called != real {
			t.Errorf("called as %q: %q, %v", arg0, called, err)
		}
	}
}
