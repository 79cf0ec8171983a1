package profile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/kennygrant/sanitize"

	"github.com/napter-connect/napter-connect/internal/message"
)

const defaultName = "default"

// Dir is the folder of the profiles: SORACOM_PROFILE_DIR, else .soracom in the
// home folder.
func Dir(o Options) (string, error) {
	if dir := o.Getenv("SORACOM_PROFILE_DIR"); dir != "" {
		return dir, nil
	}
	home := o.Getenv("HOME")
	if home == "" && runtime.GOOS == "windows" {
		home = o.Getenv("USERPROFILE")
	}
	if home == "" {
		return "", message.WithHint(message.Errorf("the folder of the profiles is not known, since there is no home folder"),
			"set HOME, or SORACOM_PROFILE_DIR")
	}
	return filepath.Join(home, ".soracom"), nil
}

// List names the profiles, sorted. A missing folder holds none.
func List(o Options) ([]string, error) {
	dir, err := Dir(o)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, message.Errorf("listing the profiles: %w", err)
	}
	var names []string
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if ok && name != "" && !strings.HasPrefix(name, ".") && !e.IsDir() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// fileName is the profile's name as its file has it: as given if there is such
// a file, else as the CLI writes it (My.Profile 1 becomes My-Profile-1).
func fileName(dir, name string) (string, error) {
	if name == "" {
		name = defaultName
	}
	if plain(name) {
		if _, err := os.Stat(filepath.Join(dir, name+".json")); err == nil {
			return name, nil
		}
	}
	clean := sanitize.BaseName(name)
	if !plain(clean) {
		return "", message.WithHint(message.Errorf("%q can't be a profile's name", name), "use letters, digits and hyphens")
	}
	return clean, nil
}

// plain reports whether name can only be a file in the folder itself.
func plain(name string) bool {
	return name != "" && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, "/\\:\x00") &&
		filepath.IsLocal(name+".json")
}
