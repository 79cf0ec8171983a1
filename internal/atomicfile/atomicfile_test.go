package atomicfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/atomicfile"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// writerEnv makes the test binary a process that replaces this file until somebody
// kills it, or for as long as a test could need.
const writerEnv = "ATOMICFILE_TEST_WRITES"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerEnv); path != "" {
		for i, end := 0, time.Now().Add(time.Minute); time.Now().Before(end); i++ {
			if err := atomicfile.Write(path, content(i), atomicfile.Options{}); err != nil {
				fmt.Println(err)
				break
			}
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const size = 256 << 10

// content is as long and as uniform for each i.
func content(i int) []byte { return bytes.Repeat([]byte{byte('a' + i%26)}, size) }

func TestWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what    string
		before  fs.FileMode // of a longer file; 0 is none
		options atomicfile.Options
		mode    fs.FileMode
	}{
		{"a new file", 0, atomicfile.Options{}, 0o600},
		{"a replaced one", 0o644, atomicfile.Options{}, 0o600},
		{"with a mode", 0o600, atomicfile.Options{Mode: 0o664}, 0o664},
		{"with a name for the temporary file", 0o600, atomicfile.Options{Temp: ".mine-*"}, 0o600},
	} {
		path := filepath.Join(t.TempDir(), "f")
		if c.before != 0 {
			put(t, path, "a longer content", c.before)
		}
		if err := atomicfile.Write(path, []byte("new"), c.options); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		holds(t, path, "new", c.mode)
		alone(t, path)
	}
}

// A name without a folder is one in the working directory.
func TestWriteHere(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "gone"))
	if err := atomicfile.Write("f", []byte("new"), atomicfile.Options{}); err != nil {
		t.Fatal(err)
	}
	holds(t, "f", "new", 0o600)
	alone(t, "f")
}

func TestSymlinks(t *testing.T) {
	t.Parallel()
	for _, follow := range []bool{false, true} {
		dir, elsewhere := t.TempDir(), t.TempDir()
		target, link, dangling := filepath.Join(elsewhere, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "dangling")
		put(t, target, "old", 0o600)
		for from, to := range map[string]string{link: target, dangling: filepath.Join(dir, "nowhere")} {
			if err := os.Symlink(to, from); err != nil {
				sshdtest.OnlyWindows(t, err)
			}
			if err := atomicfile.Write(from, []byte("new"), atomicfile.Options{Follow: follow}); err != nil {
				t.Fatal(err)
			}
			holds(t, from, "new", 0o600)
		}
		alone(t, target)
		info, err := os.Lstat(link)
		if err != nil || (info.Mode().Type() == fs.ModeSymlink) != follow {
			t.Errorf("follow %v: the link is now %v, %v", follow, info.Mode(), err)
		}
		want := "old"
		if follow {
			want = "new"
		}
		holds(t, target, want, 0o600)
		if info, err := os.Lstat(dangling); err != nil || !info.Mode().IsRegular() {
			t.Errorf("follow %v: the link to nowhere is now %v, %v", follow, info.Mode(), err)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	full := filepath.Join(dir, "full")
	put(t, filepath.Join(full, "f"), "old", 0o600)
	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink(loop, loop); err != nil {
		sshdtest.OnlyWindows(t, err)
	}
	for _, path := range []string{
		full,                               // a folder
		filepath.Join(full, "f", "below"),  // below a file
		filepath.Join(dir, "missing", "f"), // in no folder
		loop,
	} {
		err := atomicfile.Write(path, []byte("x"), atomicfile.Options{Follow: true})
		if err == nil || !strings.HasPrefix(err.Error(), "writing "+path+": ") || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := atomicfile.Write(filepath.Join(dir, "missing", "f"), nil, atomicfile.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	alone(t, full)
	alone(t, filepath.Join(full, "f"))
	holds(t, filepath.Join(full, "f"), "old", 0o600)
}

// Readers never see a part of a file, or none.
func TestReadersSeeWholeFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	put(t, path, string(content(0)), 0o600)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					whole(t, path)
				}
			}
		})
	}
	for i := range 20 {
		if err := atomicfile.Write(path, content(i), atomicfile.Options{}); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	readers.Wait()
}

// A process that is killed at any moment leaves the old file or the new one.
func TestKill(t *testing.T) {
	t.Parallel()
	const kills = 25
	path := filepath.Join(t.TempDir(), "f")
	for i := range kills {
		_ = os.Remove(path)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), writerEnv+"="+path)
		var said bytes.Buffer
		cmd.Stdout = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
			if _, err := os.Stat(path); err == nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("nothing was written: %s", said.String())
			}
		}
		time.Sleep(time.Duration(i) * 300 * time.Microsecond) // another moment each time
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if said.Len() > 0 {
			t.Error(said.String())
		}
		whole(t, path)
	}
}

// What is written is on the disk before it takes the place of the old file, and
// the change of names before Write returns.
func TestSyncs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("strace is Linux's")
	}
	strace := sshdtest.Tool(t, "strace")
	dir := t.TempDir()
	trace, path := filepath.Join(dir, "trace"), filepath.Join(dir, "folder", "f")
	put(t, path, "old", 0o600)
	// It dies as it begins its second replacement, the first one being done.
	cmd := exec.Command(strace, "-f", "-y", "-s", "1", "-o", trace, "-e", "trace=write,fsync,/rename",
		"-e", "inject=/rename:signal=KILL:when=2", os.Args[0])
	cmd.Env = append(os.Environ(), writerEnv+"="+path)
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("the writer was not killed: %s", out)
	}
	data, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for line := range strings.Lines(string(data)) {
		call, _, ok := strings.Cut(line, "(")
		name := call[strings.LastIndexByte(call, ' ')+1:]
		if !ok || !strings.Contains(line, filepath.Dir(path)) {
			continue
		}
		what := "temporary file"
		if strings.Contains(line, "<"+filepath.Dir(path)+">") {
			what = "folder"
		}
		if strings.HasPrefix(name, "rename") {
			name, what = "rename", "file"
		}
		steps = append(steps, name+" "+what)
	}
	want := "write temporary file, fsync temporary file, rename file, fsync folder, write temporary file"
	if got := strings.Join(steps, ", "); !strings.HasPrefix(got, want) {
		t.Errorf("the steps are %q, want %q\n%s", got, want, data)
	}
	whole(t, path)
}

// whole fails unless the file is one of the contents.
func whole(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	if len(data) != size || !bytes.Equal(data, bytes.Repeat(data[:1], size)) {
		t.Errorf("%d bytes of %d, or mixed ones", len(data), size)
	}
}

func put(t *testing.T, path, data string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), mode); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, path, want string, mode fs.FileMode) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil || string(data) != want {
		t.Errorf("%s holds %q, %v, want %q", path, data, err, want)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != mode {
		t.Errorf("%s has mode %v, %v, want %v", path, info.Mode(), err, mode)
	}
}

// alone fails when a temporary file was left beside path.
func alone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left over: %v, %v", entries, err)
	}
}
