package profile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// MissingError says that there is no such profile.
type MissingError struct {
	Name, Dir string
	// Others are the profiles that there are.
	Others []string
}

// Text names the profile and the folder.
func (e *MissingError) Text() message.Text {
	return message.New("there is no profile %q in %s", e.Name, safetext.Line(e.Dir))
}

func (e *MissingError) Error() string { return e.Text().String() }

// Hint is the next step, in three lines for a newcomer.
func (e *MissingError) Hint() message.Text {
	login := "napter-connect auth login"
	if e.Name != defaultName {
		login += " --profile " + shellQuote(e.Name)
	}
	if len(e.Others) > 0 {
		return message.New("use --profile with one of: %s; or make it: %s", safetext.Line(strings.Join(e.Others, ", ")), login)
	}
	return message.New(`in the Soracom user console (Security, Users), make a SAM user and generate an AuthKey for it
then type it in here: %s
no account? Try it on the simulator: napter-connect demo ssh gateway-001 uname -a`, login)
}

// PermissionError says that others may read a profile.
type PermissionError struct {
	Path string
	Mode fs.FileMode
}

// Text names the file and its mode.
func (e *PermissionError) Text() message.Text {
	return message.New("other users can read the secrets in %s (mode %04o)", safetext.Line(e.Path), e.Mode.Perm())
}

func (e *PermissionError) Error() string { return e.Text().String() }

// Hint is the next step.
func (e *PermissionError) Hint() message.Text { return message.New("chmod 600 %s", shellQuote(e.Path)) }

// FileError says that a profile can't be used as it is.
type FileError struct {
	Path string
	// Profile is its name.
	Profile string
	Err     error
}

// Text names the file and its fault.
func (e *FileError) Text() message.Text {
	return message.New("the profile %s: %s", safetext.Line(e.Path), e.Err)
}

func (e *FileError) Error() string { return e.Text().String() }

// Unwrap gives the fault.
func (e *FileError) Unwrap() error { return e.Err }

// Hint is the next step.
func (e *FileError) Hint() message.Text {
	return message.New(
		"correct the file, or write it again: napter-connect auth login --force --profile %s", shellQuote(e.Profile),
	)
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
		return file{}, message.Errorf("reading the profile %s: %w", name, err)
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

// readPrivate reads a file that other users must not access. The mode is that of
// the file which was opened: a symlink's target.
func readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its other end
		return nil, message.Errorf("%s is not a regular file", path)
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
