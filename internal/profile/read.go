package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/napter-connect/napter-connect/internal/safetext"
)

// MissingError says that there is no such profile.
type MissingError struct {
	Name, Dir string
	// Others are the profiles that there are.
	Others []string
}

func (e *MissingError) Error() string {
	return safetext.Line(fmt.Sprintf("there is no profile %q in %s", e.Name, e.Dir))
}

// Hint is the next step, in three lines for a newcomer.
func (e *MissingError) Hint() string {
	login := "napter-connect auth login"
	if e.Name != defaultName {
		login += " --profile " + shellQuote(e.Name)
	}
	if len(e.Others) > 0 {
		return safetext.Line("use --profile with one of: " + strings.Join(e.Others, ", ") + "; or make it: " + login)
	}
	return "in the Soracom user console (Security, Users), make a SAM user and generate an AuthKey for it" +
		"\nthen type it in here: " + login +
		"\nno account? Try it on the simulator: napter-connect demo ssh gateway-001 uname -a"
}

// PermissionError says that others may read a profile.
type PermissionError struct {
	Path string
	Mode fs.FileMode
}

func (e *PermissionError) Error() string {
	return safetext.Line(fmt.Sprintf("others may read the secrets in %s (mode %04o)", e.Path, e.Mode.Perm()))
}

// Hint is the next step.
func (e *PermissionError) Hint() string { return "chmod 600 " + shellQuote(e.Path) }

// FileError says that a profile can't be used as it is.
type FileError struct {
	Path string
	// Profile is its name.
	Profile string
	Err     error
}

func (e *FileError) Error() string {
	return "the profile " + safetext.Line(e.Path) + ": " + e.Err.Error()
}
func (e *FileError) Unwrap() error { return e.Err }

// Hint is the next step.
func (e *FileError) Hint() string {
	return "correct the file, or write it anew: napter-connect auth login --force --profile " + shellQuote(e.Profile)
}

// shellQuote makes s one word of a POSIX shell.
func shellQuote(s string) string {
	quoted, err := syntax.Quote(s, syntax.LangPOSIX)
	if err != nil { // a character that no POSIX word can hold
		return safetext.Line(s)
	}
	return quoted
}

// read opens, checks and decodes the profile name of dir.
func read(dir, name string) (file, error) {
	path := filepath.Join(dir, name+".json")
	data, err := readPrivate(path)
	var tooOpen *PermissionError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return file{}, missing(dir, name)
	case errors.As(err, &tooOpen):
		return file{}, err
	case err != nil:
		return file{}, fmt.Errorf("reading the profile %s: %w", name, err)
	}
	f, err := decode(data)
	if err != nil {
		return file{}, &FileError{Path: path, Profile: name, Err: err}
	}
	return f, nil
}

func missing(dir, name string) error {
	// An unreadable folder is told by the error itself.
	others, _ := List(Options{Getenv: func(key string) string {
		if key == "SORACOM_PROFILE_DIR" {
			return dir
		}
		return ""
	}})
	return &MissingError{Name: name, Dir: dir, Others: others}
}

// readPrivate reads a file that nobody else may use. The mode is that of the
// file which was opened: a symlink's target.
func readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its other end
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	// Windows has no such bits; the user's folder is private by its ACL.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, &PermissionError{Path: path, Mode: info.Mode()}
	}
	return readAll(f)
}
