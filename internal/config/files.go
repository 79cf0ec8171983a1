package config

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/napter-connect/napter-connect/internal/message"
)

// MakeDir makes dir and its parents, 0700 where they are missing. An existing
// dir that others may enter is made private.
func MakeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return message.Errorf("making the folder: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return message.Errorf("making the folder: %w", err)
	}
	if runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return message.Errorf("making the folder private: %w", err)
	}
	return nil
}

// maxSocketPath is what fits in sun_path of macOS and FreeBSD (104 bytes with
// the terminating zero), the tightest of our systems.
const maxSocketPath = 103

// SocketPathError says that a Unix socket can't have this path.
type SocketPathError struct{ Path string }

// Text says how much too long it is.
func (e *SocketPathError) Text() message.Text {
	return message.New("the socket path %s has %d bytes; at most %d are allowed", e.Path, len(e.Path), maxSocketPath)
}

func (e *SocketPathError) Error() string { return e.Text().String() }

// Hint is the next step.
func (e *SocketPathError) Hint() message.Text {
	return message.New("set XDG_RUNTIME_DIR to a folder of your own with a short path, or use --no-keeper")
}

// SocketPath is the path of the Unix socket name in the runtime folder, or a
// *SocketPathError when it is too long for one of our systems.
func (d Dirs) SocketPath(name string) (string, error) {
	if d.Runtime == "" {
		return "", message.Errorf("there is no folder for sockets")
	}
	path := filepath.Join(d.Runtime, name)
	if len(path) > maxSocketPath {
		return "", &SocketPathError{path}
	}
	return path, nil
}
