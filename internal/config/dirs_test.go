package config

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/napter-connect/napter-connect/internal/message"
)

func env(m map[string]string) func(string) string { return func(k string) string { return m[k] } }

func TestLookupDirs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the expected paths are written for Unix")
	}
	run := t.TempDir()
	for _, tc := range []struct {
		name, goos string
		env        map[string]string
		want       Dirs
	}{
		{"defaults", "linux", map[string]string{"HOME": "/home/u"}, Dirs{
			Config: "/home/u/.config/napter-connect", State: "/home/u/.local/state/napter-connect",
			Cache: "/home/u/.cache/napter-connect", Runtime: "/home/u/.local/state/napter-connect/run"}},
		{"xdg", "linux", map[string]string{"HOME": "/home/u", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s",
			"XDG_CACHE_HOME": "/k", "XDG_RUNTIME_DIR": run}, Dirs{
			Config: "/c/napter-connect", State: "/s/napter-connect", Cache: "/k/napter-connect",
			Runtime: filepath.Join(run, "napter-connect")}},
		{"xdg without a home", "linux", map[string]string{"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s",
			"XDG_CACHE_HOME": "/k"}, Dirs{
			Config: "/c/napter-connect", State: "/s/napter-connect", Cache: "/k/napter-connect",
			Runtime: "/s/napter-connect/run"}},
		{"relative values and a missing runtime folder are ignored", "freebsd", map[string]string{"HOME": "/home/u",
			"XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "./s", "XDG_RUNTIME_DIR": run + "/gone"}, Dirs{
			Config: "/home/u/.config/napter-connect", State: "/home/u/.local/state/napter-connect",
			Cache: "/home/u/.cache/napter-connect", Runtime: "/home/u/.local/state/napter-connect/run"}},
		{"macOS", "darwin", map[string]string{"HOME": "/Users/u"}, Dirs{
			Config: "/Users/u/Library/Application Support/napter-connect", State: "/Users/u/Library/Application Support/napter-connect",
			Cache: "/Users/u/Library/Caches/napter-connect", Runtime: "/Users/u/Library/Application Support/napter-connect/run"}},
		{"Windows", "windows", map[string]string{"AppData": "/r", "LocalAppData": "/l", "HOME": "/ignored"}, Dirs{
			Config: "/r/napter-connect", State: "/l/napter-connect",
			Cache: "/l/napter-connect/cache", Runtime: "/l/napter-connect/run"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := lookupDirs(tc.goos, env(tc.env))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLookupDirsWithoutHome(t *testing.T) {
	_, err := lookupDirs("linux", env(nil))
	if err == nil || !strings.Contains(message.Hint(err).String(), "set HOME") {
		t.Fatalf("got %v, hint %q", err, message.Hint(err).String())
	}
}

func TestLookupDirsMakesNothing(t *testing.T) {
	home := t.TempDir()
	if _, err := LookupDirs(env(map[string]string{"HOME": home, "AppData": home, "LocalAppData": home})); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(home); len(entries) != 0 {
		t.Fatalf("made %v", entries)
	}
}

func TestSocketPath(t *testing.T) {
	got, err := Dirs{Runtime: "/run/user/1000/napter-connect"}.SocketPath("keeper-1.sock")
	if err != nil || filepath.ToSlash(got) != "/run/user/1000/napter-connect/keeper-1.sock" {
		t.Fatalf("got %q, %v", got, err)
	}
	fits := "/" + strings.Repeat("a", maxSocketPath-3)
	if _, err := (Dirs{Runtime: fits}).SocketPath("k"); err != nil {
		t.Errorf("%d bytes: %v", maxSocketPath, err)
	}
	_, err = Dirs{Runtime: fits + "a"}.SocketPath("k")
	var long *SocketPathError
	if !errors.As(err, &long) || !strings.Contains(message.Hint(err).String(), "XDG_RUNTIME_DIR") {
		t.Errorf("%d bytes: %v, hint %q", maxSocketPath+1, err, message.Hint(err).String())
	}
	if _, err := (Dirs{}).SocketPath("k"); err == nil {
		t.Error("no folder: no error")
	}
}
