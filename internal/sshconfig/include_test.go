package sshconfig

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func newInstall(t testing.TB) Install {
	t.Helper()
	home := t.TempDir()
	return Install{
		File:       filepath.Join(home, "state of affairs", "ssh_config"),
		UserConfig: filepath.Join(home, ".ssh", "config"),
	}
}

func (i Install) has(t testing.TB, data string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(i.UserConfig), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(i.UserConfig, []byte(data), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(i.UserConfig, mode); err != nil {
		t.Fatal(err)
	}
}

func (i Install) read(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(i.UserConfig)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (i Install) put(t testing.TB, blocks string) bool {
	t.Helper()
	changed, err := i.Put(t.Context(), []byte(blocks), nil)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

var userConfigs = map[string]string{
	"usual":            "# mine\nHost a\n    HostName b\n\nHost *\n    ServerAliveInterval 15\n",
	"no final newline": "Host a\n    HostName b",
	"CRLF":             "Host a\r\n    HostName b\r\n",
	"empty":            "",
	"newline":          "\n",
	"not UTF-8":        "# \xff\xfe\x00\nHost a\n",
	"other includes":   "Include config.d/*\nInclude \"/other/ssh_config\"\n",
	"one comment":      created + "\nHost a\n",
}

func TestTheUsersOwnBytesStay(t *testing.T) {
	for name, before := range userConfigs {
		t.Run(name, func(t *testing.T) {
			i := newInstall(t)
			i.has(t, before, 0o640)
			if !i.put(t, "Host x\n") {
				t.Error("putting it changes nothing")
			}
			after := i.read(t)
			line, rest, _ := strings.Cut(after, "\n")
			if rest != before || !strings.HasPrefix(line, `Include "`) {
				t.Errorf("%q becomes %q", before, after)
			}
			if crlf := strings.HasSuffix(line, "\r"); crlf != strings.Contains(before, "\r\n") {
				t.Errorf("the ends of lines: %q in %q", line, before)
			}
			stamp, err := os.Stat(i.UserConfig)
			if err != nil {
				t.Fatal(err)
			}
			if i.put(t, "Host x\n") {
				t.Error("putting it again changes something")
			}
			if again, err := os.Stat(i.UserConfig); err != nil || !os.SameFile(stamp, again) {
				t.Errorf("the file was written again: %v", err)
			}
			if !i.put(t, "Host y\n") || i.read(t) != after {
				t.Error("other blocks change the user's file")
			}
			if runtime.GOOS != "windows" && stamp.Mode().Perm() != 0o640 {
				t.Errorf("the mode is %o", stamp.Mode().Perm())
			}
			if changed, err := i.Remove(t.Context()); err != nil || !changed {
				t.Fatal(changed, err)
			}
			if got := i.read(t); got != before {
				t.Errorf("%q came back as %q", before, got)
			}
			if _, err := os.Stat(i.File); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the blocks are still there: %v", err)
			}
			if changed, err := i.Remove(t.Context()); err != nil || changed {
				t.Error(changed, err)
			}
		})
	}
}

func TestAMissingConfigurationIsMadeAndRemoved(t *testing.T) {
	i := newInstall(t)
	i.put(t, "Host x\n")
	if info, err := os.Stat(i.UserConfig); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	if _, err := i.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(i.UserConfig); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	i.put(t, "Host x\n")
	i.has(t, i.read(t)+"Host mine\n", 0o600)
	if _, err := i.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := i.read(t); got != "Host mine\n" {
		t.Errorf("%q", got)
	}
}

func TestASymlinkStaysOne(t *testing.T) {
	i := newInstall(t)
	dotfiles := filepath.Join(t.TempDir(), "dotfiles")
	if err := os.WriteFile(dotfiles, []byte("Host a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(i.UserConfig), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dotfiles, i.UserConfig); err != nil {
		sshdtest.OnlyWindows(t, err)
	}
	i.put(t, "Host x\n")
	if target, err := os.Readlink(i.UserConfig); err != nil || target != dotfiles {
		t.Errorf("the link is %q, %v", target, err)
	}
	if data, err := os.ReadFile(dotfiles); err != nil || !strings.HasSuffix(string(data), "\nHost a\n") {
		t.Errorf("%q, %v", data, err)
	}
	if err := os.Remove(dotfiles); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Put(t.Context(), []byte("Host x\n"), nil); err == nil {
		t.Error("a dangling link is replaced")
	}
}

func TestAReadOnlyConfigurationIsNotForced(t *testing.T) {
	i := newInstall(t)
	i.has(t, "Host a\n", 0o400)
	_, err := i.Put(t.Context(), []byte("Host x\n"), nil)
	if err == nil || !strings.Contains(message.Hint(err).String(), `Include "`) {
		t.Errorf("%v, hint %q", err, message.Hint(err).String())
	}
	if got := i.read(t); got != "Host a\n" {
		t.Errorf("%q", got)
	}
}

func TestALineThatTheUserMovedIsRespected(t *testing.T) {
	i := newInstall(t)
	line, err := i.line()
	if err != nil {
		t.Fatal(err)
	}
	config := "Host a\n    Port 1\n" + line + "\nHost b\n"
	i.has(t, config, 0o600)
	i.put(t, "Host x\n")
	if got := i.read(t); got != config {
		t.Errorf("%q", got)
	}
	if _, err := i.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := i.read(t); got != "Host a\n    Port 1\nHost b\n" {
		t.Errorf("%q", got)
	}
}

func TestBlocksThatSSHRefusesAreNotPutInPlace(t *testing.T) {
	i := newInstall(t)
	i.has(t, "Host a\n", 0o600)
	i.put(t, "Host x\n")
	no := errors.New("no")
	if _, err := i.Put(t.Context(), []byte("Nonsense\n"), func(_ context.Context, file string) error {
		if data, err := os.ReadFile(file); err != nil || string(data) != "Nonsense\n" {
			t.Errorf("asked about %q, %v", data, err)
		}
		return no
	}); !errors.Is(err, no) {
		t.Error(err)
	}
	if data, err := os.ReadFile(i.File); err != nil || string(data) != "Host x\n" {
		t.Errorf("%q, %v", data, err)
	}
	entries, err := os.ReadDir(filepath.Dir(i.File))
	if err != nil || len(entries) != 2 { // the file and its lock
		t.Errorf("%v, %v", entries, err)
	}
}

func TestManyAtOnceAddOneLine(t *testing.T) {
	i := newInstall(t)
	i.has(t, "Host a\n", 0o600)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := i.Put(t.Context(), []byte("Host x\n"), nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := i.read(t); strings.Count(got, "Include") != 1 || !strings.HasSuffix(got, "\nHost a\n") {
		t.Errorf("%q", got)
	}
}

func TestSSHReadsTheIncludedBlocks(t *testing.T) {
	i := newInstall(t)
	i.File = filepath.Join(filepath.Dir(i.File), "a [b] {c} * \"d\"", "ssh_config")
	i.has(t, "Host *\n    User fallback\n", 0o600)
	i.put(t, string(write(t, options(), []Host{{ID: "8981100000000000001", Name: "gateway", User: "pi"}})))
	if got := sshG(t, i.UserConfig, "gateway"); got["hostname"] != "sim-8981100000000000001" || got["user"] != "pi" {
		t.Errorf("%v in %s", got, i.read(t))
	}
	if got := sshG(t, i.UserConfig, "other"); got["hostname"] != "other" || got["user"] != "fallback" {
		t.Errorf("%v", got)
	}
}

func TestOwnHosts(t *testing.T) {
	i := newInstall(t)
	i.has(t, "Include sub/*\nInclude sub/*\nHost a \"b\" *.c !d # e\n\tHOST=f\n Hostname g\nMatch host h\nInclude "+i.UserConfig+"\n", 0o600)
	if err := os.Mkdir(filepath.Join(filepath.Dir(i.UserConfig), "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(i.UserConfig), "sub", "x"), []byte("Host inner\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	i.put(t, "Host ours\n")
	got := i.OwnHosts()
	slices.Sort(got)
	if want := []string{"a", "b", "e", "f", "inner"}; !slices.Equal(slices.Compact(got), want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzUserConfig(f *testing.F) {
	for _, c := range userConfigs {
		f.Add([]byte(c))
	}
	f.Fuzz(func(t *testing.T, before []byte) {
		i := newInstall(t)
		if line, _ := i.line(); cut(before, line) != nil {
			return
		}
		i.has(t, string(before), 0o600)
		i.put(t, "Host x\n")
		if _, err := i.Remove(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := i.read(t); !bytes.Equal([]byte(got), before) {
			t.Errorf("%q came back as %q", before, got)
		}
	})
}
