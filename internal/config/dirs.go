package config

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/napter-connect/napter-connect/internal/message"
)

// appName is our folder's name inside the standard ones.
const appName = "napter-connect"

// Dirs are the program's folders, absolute. Files in them are 0600, the folders
// 0700. They need not exist: MakeDir makes one.
type Dirs struct {
	Config  string // config.yaml
	State   string // leases/, known_hosts, recent.json
	Cache   string // sims-*.txt
	Runtime string // the keeper's socket
}

// Leases is the folder of the journal of the mappings that were made here.
func (d Dirs) Leases() string { return filepath.Join(d.State, "leases") }

// KnownHosts is our own file of host keys, which OpenSSH can share.
func (d Dirs) KnownHosts() string { return filepath.Join(d.State, "known_hosts") }

// LookupDirs finds the folders for the environment that getenv reads: the XDG
// variables on every system, else the native places (~/.config and so on;
// ~/Library on macOS; %AppData% and %LocalAppData% on Windows). It makes none.
//
// The rules are written out here because the library for them (adrg/xdg) reads
// the process environment into package variables, and the keeper serves callers
// whose environment is not its own.
func LookupDirs(getenv func(string) string) (Dirs, error) {
	return lookupDirs(runtime.GOOS, getenv)
}

func lookupDirs(goos string, getenv func(string) string) (Dirs, error) {
	native := nativeDirs(goos, getenv)
	// The specification has relative values ignored.
	pick := func(variable, fallback string) string {
		if dir := getenv(variable); filepath.IsAbs(dir) {
			return filepath.Join(dir, appName)
		}
		return fallback
	}
	d := Dirs{
		Config: pick("XDG_CONFIG_HOME", native.Config),
		State:  pick("XDG_STATE_HOME", native.State),
		Cache:  pick("XDG_CACHE_HOME", native.Cache),
	}
	// The state folder stands in for a missing runtime folder. su and sudo may
	// leave another user's variable, whose folder is not ours to use.
	d.Runtime = filepath.Join(d.State, "run")
	if dir := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) && ownFolder(dir) {
		d.Runtime = filepath.Join(dir, appName)
	}
	for _, dir := range []string{d.Config, d.State, d.Cache} {
		if !filepath.IsAbs(dir) {
			return Dirs{}, message.WithHint(message.Errorf("the folder %s is not absolute", dir),
				"set HOME, or XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_CACHE_HOME, to absolute folders")
		}
	}
	return d, nil
}

// nativeDirs are the folders without XDG variables. Without a home they are
// relative, which is an error only if no variable replaces them.
func nativeDirs(goos string, getenv func(string) string) Dirs {
	if goos == "windows" {
		roaming, local := getenv("AppData"), getenv("LocalAppData")
		if roaming == "" {
			roaming = local
		}
		return Dirs{
			Config: filepath.Join(roaming, appName),
			State:  filepath.Join(local, appName),
			Cache:  filepath.Join(local, appName, "cache"),
		}
	}
	home := getenv("HOME")
	if goos == "darwin" {
		support := filepath.Join(home, "Library", "Application Support", appName)
		return Dirs{
			Config: support,
			State:  support,
			Cache:  filepath.Join(home, "Library", "Caches", appName),
		}
	}
	return Dirs{
		Config: filepath.Join(home, ".config", appName),
		State:  filepath.Join(home, ".local", "state", appName),
		Cache:  filepath.Join(home, ".cache", appName),
	}
}

func ownFolder(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir() && ownedByUs(info)
}
