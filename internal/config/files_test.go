package config

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestMakeDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 {
		if err := MakeDir(dir); err != nil {
			t.Fatal(err)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if m := mode(t, d); m != 0o700 {
			t.Errorf("%s is %o", d, m)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := MakeDir(dir); err != nil {
		t.Fatal(err)
	}
	if m := mode(t, dir); m != 0o700 {
		t.Errorf("an open folder stays %o", m)
	}
}

func TestMakeDirOverFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := MakeDir(path); err == nil {
		t.Fatal("no error")
	}
}

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "new" {
		t.Fatalf("got %q, %v", data, err)
	}
	if m := mode(t, path); runtime.GOOS != "windows" && m != 0o600 {
		t.Errorf("mode %o", m)
	}
	if err := WriteFile(filepath.Join(path, "below-a-file"), nil); err == nil {
		t.Error("no error below a file")
	}
	onlyFile(t, path)
}

func TestWriteFileFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("x")); err == nil {
		t.Fatal("replaced a folder")
	}
	onlyFile(t, path)
}

// onlyFile fails when temporary files were left beside path.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left over: %v, %v", entries, err)
	}
}

// Readers must never see a part of a file or none.
func TestWriteFileIsAtomic(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	content := func(i int) []byte {
		b := make([]byte, 64<<10)
		for j := range b {
			b[j] = byte('a' + i)
		}
		return b
	}
	if err := WriteFile(path, content(0)); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				data, err := os.ReadFile(path)
				if err == nil {
					err = uniform(data, 64<<10)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 20 {
		if err := WriteFile(path, content(i)); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	readers.Wait()
}

func uniform(data []byte, size int) error {
	if len(data) != size {
		return fmt.Errorf("%d bytes of %d", len(data), size)
	}
	for _, b := range data {
		if b != data[0] {
			return fmt.Errorf("mixed content: %q and %q", data[0], b)
		}
	}
	return nil
}
