package lease

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/robustio"

	"github.com/napter-connect/napter-connect/internal/atomicfile"
	"github.com/napter-connect/napter-connect/internal/message"
)

const (
	entryExt = ".json"
	badExt   = ".bad"
	tempExt  = ".tmp"
)

// write puts a record on disk so that a crash at any instant leaves the old
// content or the new one. The temporary file's name starts with the owner's, so
// that any process which finds the owner dead may remove it.
func (m *Manager) write(r *record) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return message.Errorf("writing journal entry %s: %w", r.ID, err)
	}
	path, temp := filepath.Join(m.dir, r.ID+entryExt), m.tempPrefix(m.owner.ID)+"*"+tempExt
	if err := atomicfile.Write(path, append(data, '\n'), atomicfile.Options{Temp: temp}); err != nil {
		return &DirError{Dir: m.dir, Err: err}
	}
	return nil
}

func (m *Manager) tempPrefix(owner string) string { return ".owner-" + owner + "-" }

// remove drops an entry. It is not synced: an entry that comes back after a
// power failure is looked up before anything is deleted for it.
func (m *Manager) remove(id string) {
	err := os.Remove(filepath.Join(m.dir, id+entryExt))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		m.logf("lease: removing the journal entry %s: %v", id, err)
	}
}

// read returns one entry; fs.ErrNotExist when there is none.
func (m *Manager) read(id string) (*record, error) {
	path := filepath.Join(m.dir, id+entryExt)
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, message.Errorf("not a regular file")
	}
	if info.Size() > maxFileSize {
		return nil, message.Errorf("too large")
	}
	data, err := robustio.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return decodeRecord(id, data)
}

// readAll returns the entries that can be used, and sets aside those that can't,
// except those that another version or user may still understand.
// The caller holds the journal lock.
func (m *Manager) readAll() ([]*record, []Problem, error) {
	names, err := dirNames(m.dir)
	if err != nil {
		return nil, nil, &DirError{Dir: m.dir, Err: err}
	}
	var list []*record
	var problems []Problem
	for _, name := range names {
		id, ok := strings.CutSuffix(name, entryExt)
		if !ok || strings.HasPrefix(name, ".") {
			continue
		}
		r, err := m.read(id)
		switch {
		case errors.Is(err, fs.ErrNotExist): // its owner has just removed it
		case errors.Is(err, errNewer), errors.Is(err, fs.ErrPermission): // perhaps root's, by sudo
			problems = append(problems, Problem{File: name, Err: err})
		case err != nil:
			problems = append(problems, m.setAside(name, err))
		default:
			list = append(list, r)
		}
	}
	return list, problems, nil
}

// setAside renames a file that is of no use, so that it is reported once and a
// person can still inspect it.
func (m *Manager) setAside(name string, cause error) Problem {
	p := Problem{File: name, Err: cause}
	aside := name + badExt
	for i := 1; exists(filepath.Join(m.dir, aside)); i++ {
		aside = fmt.Sprintf("%s.%d%s", name, i, badExt)
	}
	if err := robustio.Rename(filepath.Join(m.dir, name), filepath.Join(m.dir, aside)); err != nil {
		p.Err = errors.Join(cause, err)
		return p
	}
	p.Aside = aside
	return p
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// dirNames lists a folder without a stat of each file, oldest entry first: IDs
// begin with the time.
func dirNames(dir string) ([]string, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(list))
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names, nil
}

// discard is the Logf of a manager without one.
func discard(format string, args ...any) { _, _ = fmt.Fprintf(io.Discard, format, args...) }

// Any reports whether a journal may hold entries: cheap, without a lock.
func Any(dir string) bool {
	found, err := filepath.Glob(filepath.Join(dir, "*.json"))
	return err == nil && len(found) > 0
}
