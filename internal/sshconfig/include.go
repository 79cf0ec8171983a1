package sshconfig

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/napter-connect/napter-connect/internal/atomicfile"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/message"
)

// created is the first line of a configuration that was not there before us, so
// that removing our line can remove the file too.
const created = "# Made by napter-connect ssh-config; a line of yours goes below these two."

// lockLimit is how long another process that writes the files is waited for.
const lockLimit = 10 * time.Second

// Install is where the files are.
type Install struct {
	// File is the file of Host blocks, which is ours alone.
	File string
	// UserConfig is the user's ~/.ssh/config, of which one line is ours.
	UserConfig string
}

// FindInstall is where the files are, by the environment and the program's state
// folder.
func FindInstall(getenv func(string) string, state string) (Install, error) {
	home := cmp.Or(getenv("HOME"), getenv("USERPROFILE"))
	if home == "" {
		return Install{}, message.WithHint(
			message.Errorf("your ~/.ssh/config is not known, since there is no home folder"), "set HOME")
	}
	return Install{File: filepath.Join(state, "ssh_config"), UserConfig: filepath.Join(home, ".ssh", "config")}, nil
}

// Put writes the blocks and sees to it that the user's configuration includes
// them. changed says whether anything had to be written. check is asked before the
// user's configuration comes to depend on the file; may be nil.
func (i Install) Put(ctx context.Context, blocks []byte, check func(ctx context.Context, file string) error) (changed bool, err error) {
	line, err := i.line()
	if err != nil {
		return false, err
	}
	unlock, err := i.lock(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	if changed, err = i.putBlocks(ctx, blocks, check); err != nil {
		return false, err
	}
	added, err := i.addLine(line)
	return changed || added, err
}

func (i Install) putBlocks(ctx context.Context, blocks []byte, check func(ctx context.Context, file string) error) (changed bool, err error) {
	if have, err := os.ReadFile(i.File); err == nil && bytes.Equal(have, blocks) {
		return false, nil
	}
	if check != nil {
		trial := i.File + ".new"
		if err := atomicfile.Write(trial, blocks, atomicfile.Options{}); err != nil {
			return false, err
		}
		err := check(ctx, trial)
		_ = os.Remove(trial)
		if err != nil {
			return false, err
		}
	}
	return true, atomicfile.Write(i.File, blocks, atomicfile.Options{})
}

// Remove takes our line out of the user's configuration and removes the blocks.
// changed says whether there was anything to do.
func (i Install) Remove(ctx context.Context) (changed bool, err error) {
	line, err := i.line()
	if err != nil {
		return false, err
	}
	unlock, err := i.lock(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	if changed, err = i.removeLine(line); err != nil {
		return false, err
	}
	err = os.Remove(i.File)
	if errors.Is(err, fs.ErrNotExist) {
		return changed, nil
	}
	return err == nil, err
}

// line is the line that includes our file.
func (i Install) line() (string, error) {
	path, ok := globArgument(filepath.ToSlash(i.File))
	if !ok {
		return "", message.WithHint(message.Errorf("the file %q can't be written into an ssh_config", i.File),
			"set XDG_STATE_HOME to a path of usual characters")
	}
	return "Include " + path, nil
}

func (i Install) lock(ctx context.Context) (unlock func(), err error) {
	if err := config.MakeDir(filepath.Dir(i.File)); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, lockLimit)
	defer cancel()
	lock := flock.New(i.File+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return nil, message.Errorf("locking %s: %w", i.File, err)
	}
	return func() { _ = lock.Close() }, nil
}

// addLine puts our line first, where no Host block has begun. Everything else
// stays byte for byte.
func (i Install) addLine(line string) (changed bool, err error) {
	old, err := os.ReadFile(i.UserConfig)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return false, message.Errorf("reading your ssh configuration: %w", err)
	}
	if cut(old, line) != nil {
		return false, nil
	}
	end := "\n"
	if first, _, ok := bytes.Cut(old, []byte("\n")); ok && bytes.HasSuffix(first, []byte("\r")) {
		end = "\r\n"
	}
	text := line + end
	if missing {
		text = created + "\n" + text
	}
	return true, i.replace(append([]byte(text), old...), message.New("add this line at its top yourself: %s", line))
}

func (i Install) removeLine(line string) (changed bool, err error) {
	old, err := os.ReadFile(i.UserConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, message.Errorf("reading your ssh configuration: %w", err)
	}
	c := cut(old, line)
	if c == nil {
		return false, nil
	}
	if string(c.before) == created+"\n" {
		if c.before = nil; len(c.after) == 0 {
			return true, os.Remove(i.UserConfig)
		}
	}
	rest := append(append([]byte{}, c.before...), c.after...)
	return true, i.replace(rest, message.New("remove this line yourself: %s", line))
}

// pieces are what is before and after our line.
type pieces struct{ before, after []byte }

// cut finds our line, or nil. The user may have moved it.
func cut(data []byte, line string) *pieces {
	for start := 0; start < len(data); {
		end := len(data)
		if n := bytes.IndexByte(data[start:], '\n'); n >= 0 {
			end = start + n + 1
		}
		if strings.TrimRight(string(data[start:end]), "\r\n") == line {
			return &pieces{data[:start], data[end:]}
		}
		start = end
	}
	return nil
}

// replace writes the user's file in one step, with the mode that it has, through a
// symlink if it is one.
func (i Install) replace(data []byte, byHand message.Text) (err error) {
	path, mode := i.UserConfig, fs.FileMode(0o600)
	defer func() {
		if err != nil {
			err = message.WithHintText(message.Errorf("changing your ssh configuration: %w", err), byHand)
		}
	}()
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(path); err == nil {
			return message.Errorf("%s is a link to a file that does not exist", path)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return message.Errorf("%s is not a regular file", path)
	case info.Mode().Perm()&0o200 == 0:
		return message.Errorf("%s is read-only", path)
	default:
		mode = info.Mode().Perm()
	}
	return atomicfile.Write(path, data, atomicfile.Options{Mode: mode, Follow: true})
}
