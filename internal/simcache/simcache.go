// Package simcache keeps the list of SIMs on disk between commands, so that the
// terminal UI, completion and ssh-config can show names without an API call. It
// holds no secret, and nobody gets access because of what it says: whoever opens a
// way asks the API.
package simcache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/atomicfile"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/message"
)

// List is the content of a cache.
type List struct {
	// SIMs are each there once, in the order in which they were saved.
	SIMs []access.SIM
	// Listed is when all SIMs were listed; zero when that never happened, and
	// SIMs are only those that were used or searched.
	Listed time.Time
}

// Cache is the list of one operator's SIMs at one endpoint: a file that any number
// of processes may use at once.
type Cache struct {
	dir, path string
}

// Open is the cache in the program's cache folder (config.Dirs.Cache). It touches
// nothing.
func Open(dir, endpoint, operator string) *Cache {
	sum := sha256.Sum256([]byte(endpoint + "\n" + operator))
	return &Cache{dir: dir, path: filepath.Join(dir, "sims-"+hex.EncodeToString(sum[:8])+".txt")}
}

// Load reads the list. A file that is missing, damaged or of another version of
// the program is an empty list.
func (c *Cache) Load() (List, error) {
	h, rest, err := c.read()
	if err != nil {
		return List{}, err
	}
	return List{SIMs: parseLines(rest, h.count), Listed: h.listed}, nil
}

func (c *Cache) read() (h header, rest string, err error) {
	data, err := readString(c.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return h, "", message.Errorf("reading the list of SIMs: %w", err)
	}
	h, rest, _ = cutHeader(data)
	return h, rest, nil
}

// readString reads a file without a second copy of it in memory.
func readString(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.Grow(int(info.Size()))
	_, err = io.Copy(&b, f)
	return b.String(), err
}

// Save replaces the list by all SIMs that the operator has, as the API listed them
// at a moment.
func (c *Cache) Save(sims []access.SIM, listed time.Time) error {
	if err := config.MakeDir(c.dir); err != nil {
		return message.Errorf("remembering the list of SIMs: %w", err)
	}
	if err := atomicfile.Write(c.path, format(sims, listed), atomicfile.Options{}); err != nil {
		return message.Errorf("remembering the list of SIMs: %w", err)
	}
	return nil
}

// Merge adds SIMs, or replaces what is remembered of them. It costs the writing of
// these alone: they go to the end of the file, where the later line counts. What a
// simultaneous Save or Merge drops of that is remembered the next time.
func (c *Cache) Merge(sims ...access.SIM) error {
	if len(sims) == 0 {
		return nil
	}
	if c.wantsRewriting() {
		list, err := c.Load()
		if err != nil {
			return err
		}
		return c.Save(latest(slices.Concat(list.SIMs, sims)), list.Listed)
	}
	var lines []byte
	for _, s := range sims {
		lines = appendLine(lines, s)
	}
	f, err := os.OpenFile(c.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return message.Errorf("remembering SIMs: %w", err)
	}
	_, err = f.Write(lines)
	if err = errors.Join(err, f.Close()); err != nil {
		return message.Errorf("remembering SIMs: %w", err)
	}
	return nil
}

// slack is how much may be appended to a file before it is written anew, beside
// its own length.
const slack = 64 << 10

// wantsRewriting says that nothing can be appended to the file: there is none, it
// can't be read, or more was appended than it had.
func (c *Cache) wantsRewriting() bool {
	f, err := os.Open(c.path)
	if err != nil {
		return true
	}
	defer func() { _ = f.Close() }()
	start := make([]byte, maxHeader)
	n, _ := f.ReadAt(start, 0)
	h, _, ok := cutHeader(string(start[:n]))
	info, err := f.Stat()
	if err != nil || !ok || info.Size() > 2*h.size+slack {
		return true
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err != nil || last[0] != '\n' // a write was cut short
}
