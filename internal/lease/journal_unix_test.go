//go:build !windows

package lease

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// A disk that takes no more bytes: nothing is opened without a journal. The
// limit is the process's, so that a child has it.
func TestFullDisk(t *testing.T) {
	dir, f := filepath.Join(t.TempDir(), "leases"), &fakeAPI{}
	p := startChild(t, "full", dir, serve(t, f))
	if got := p.line(); got != "no journal" {
		t.Error(got)
	}
	p.rest()
	if creates, _, _ := f.counts(); creates != 0 {
		t.Error("the API was asked")
	}
	m := open(t, dir)
	allGone(t, m, f)
	onlyLocks(t, m)
}

// fillDisk lets this process write no byte to a file any more.
func fillDisk() error {
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{})
}

func TestReadOnlyFolder(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	_, err := Open(Options{Dir: dir})
	if _, ok := errors.AsType[*DirError](err); !ok {
		t.Error(err)
	}
}

// An entry that we may not read, root's after a sudo perhaps, is left to those
// who may.
func TestUnreadableEntry(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := t.TempDir()
	m := open(t, dir)
	path := filepath.Join(dir, "entry.json")
	if err := os.WriteFile(path, sample(t, nil), 0o000); err != nil {
		t.Fatal(err)
	}
	if _, problems, err := m.Entries(); err != nil || len(problems) != 1 || !exists(path) {
		t.Error(problems, err)
	}
}

func TestFolderIsClosedToOthers(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Error(info.Mode(), err)
	}
}

func TestNoLocks(t *testing.T) {
	m := &Manager{dir: "/state"}
	for _, errno := range []syscall.Errno{syscall.ENOLCK, syscall.ENOTSUP, syscall.ENOSYS} {
		err := m.lockError(&os.PathError{Op: "flock", Path: "/state", Err: errno})
		if e, ok := errors.AsType[*LockError](err); !ok || e.Hint().IsZero() || !errors.Is(err, errno) {
			t.Error(err)
		}
	}
	if _, ok := errors.AsType[*DirError](m.lockError(syscall.EROFS)); !ok {
		t.Error("a read-only file system was taken for one without locks")
	}
}
