// Package atomicfile replaces files in one step that survives a loss of power.
//
// It is written out because no library does all of it: google/renameio has no
// Windows, moby/sys/atomicwriter and natefinch/atomic do not sync the folder, and
// the last one keeps the mode of the file that it replaces.
package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/robustio"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Options control Write; the zero value suits our own files.
type Options struct {
	// Mode is the permissions of the file; 0 is 0600. What is replaced does not
	// count, and neither does the umask.
	Mode fs.FileMode
	// Follow writes to the file that a symlink leads to. Otherwise the link itself
	// is replaced, and so is one that leads nowhere.
	Follow bool
	// Temp is the name of the temporary file, as for os.CreateTemp; "" is one made
	// from the file's. A process that is killed may leave one behind.
	Temp string
}

// Write replaces path by a file with data. A reader, or a process that starts
// after a kill or a loss of power, sees all of the old content or all of the new; once Write
// has returned nil, the new. The folder must exist. After an error there is no
// temporary file.
func Write(path string, data []byte, o Options) error {
	if err := write(path, data, o); err != nil {
		return message.Errorf("writing %s: %w", path, cause(err))
	}
	return nil
}

func write(path string, data []byte, o Options) (err error) {
	if o.Follow {
		if path, err = follow(path); err != nil {
			return err
		}
	}
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "." // "" would be the system's folder for temporary files
	}
	if o.Temp == "" {
		o.Temp = "." + base + ".*.tmp"
	}
	f, err := os.CreateTemp(dir, o.Temp) // made 0600
	if err != nil {
		return err
	}
	if err = fill(f, data, o.Mode); err == nil {
		err = robustio.Rename(f.Name(), path) // on Windows, somebody may just be reading
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return syncDir(dir)
}

// follow is the file that a symlink leads to; any other path is itself.
func follow(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil
	}
	return target, err
}

func fill(f *os.File, data []byte, mode fs.FileMode) error {
	_, err := f.Write(data)
	if err == nil && mode != 0 {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// cause is an error without the name of the temporary file, which says nothing to
// people.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
