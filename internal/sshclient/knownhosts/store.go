package knownhosts

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/atomicfile"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

const (
	lockTimeout = 10 * time.Second
	lockRetry   = 20 * time.Millisecond
)

// Store is our own known_hosts file. It may be used by many processes at
// once: changes are made under a lock, and readers always see a whole file.
type Store struct {
	path string
	tell func(warning message.Text)
}

// Entry is one trusted key.
type Entry struct {
	Alias       string // sim-…; "|1|…" when OpenSSH stored it hashed
	Port        int
	Type        string // ED25519, ECDSA, RSA
	Fingerprint string // SHA256:…
	DeviceID    string // IMEI when it was trusted, or ""
	Line        int
	Key         ssh.PublicKey
}

// OpenStore opens the store at path, which need not exist yet. warn is
// told about damaged lines that are set aside; it may be nil.
func OpenStore(path string, warn func(message.Text)) *Store {
	if warn == nil {
		warn = func(message.Text) {}
	}
	return &Store{path: path, tell: warn}
}

// List returns all entries in the order of the file.
func (s *Store) List() ([]Entry, error) {
	return s.entries(func(string) bool { return true })
}

// Lookup returns the entries of an alias: those of all ports for "sim-…", one
// port's for "[sim-…]:2222".
func (s *Store) Lookup(alias string) ([]Entry, error) {
	return s.entries(func(host string) bool { return isEntryOf(host, alias) })
}

func (s *Store) entries(want func(host string) bool) ([]Entry, error) {
	lines, err := s.read()
	if err != nil {
		return nil, err
	}
	var out []Entry
	for i := range lines {
		l := &lines[i]
		if l.bad || l.blank() || l.marker != "" {
			continue
		}
		for _, host := range l.hosts {
			if !want(host) {
				continue
			}
			alias, port := splitKnownName(host)
			out = append(out, Entry{
				Alias: safetext.Trim(alias), Port: port, Type: sshkey.Type(l.key), Fingerprint: ssh.FingerprintSHA256(l.key),
				DeviceID: l.deviceID(), Line: i + 1, Key: l.key,
			})
		}
	}
	return out, nil
}

// isEntryOf says whether host, one of a line's names, belongs to alias.
func isEntryOf(host, alias string) bool {
	if strings.EqualFold(host, alias) || hashedIs(host, strings.ToLower(alias)) {
		return true
	}
	name, _ := splitKnownName(host)
	return !strings.HasPrefix(alias, "[") && strings.EqualFold(name, alias)
}

// Forget removes the entries of an alias, as Lookup finds them, and damaged lines
// that name it. n is how many it removed.
func (s *Store) Forget(ctx context.Context, alias string) (n int, err error) {
	err = s.change(ctx, func(lines []knownLine) ([]knownLine, error) {
		var kept []knownLine
		for _, l := range lines {
			if l.marker == "" && !l.blank() && l.belongs(alias) {
				n++
				continue
			}
			kept = append(kept, l)
		}
		return kept, nil
	})
	if err != nil {
		return 0, message.Errorf("forgetting host keys: %w", err)
	}
	return n, nil
}

// belongs says whether one of the line's names is an entry of alias.
func (l *knownLine) belongs(alias string) bool {
	hosts := l.hosts
	if l.bad {
		hosts = damagedHosts(l.text)
	}
	for _, host := range hosts {
		if isEntryOf(host, alias) {
			return true
		}
	}
	return false
}

// add appends a line for a key that was trusted just now. If another process
// stored the same key meanwhile there is nothing to do; if it stored another one
// for this host, that is a changed key.
func (s *Store) add(ctx context.Context, cfg *Options, key ssh.PublicKey, line string) error {
	host := knownName(cfg.Alias, cfg.Port)
	return s.change(ctx, func(lines []knownLine) ([]knownLine, error) {
		var others []known
		file := &knownFile{path: s.path, ours: true, lines: lines}
		for i := range lines {
			l := &lines[i]
			if l.bad || l.marker != "" || !l.names(host) {
				continue
			}
			if sshkey.Same(l.key, key) {
				return lines, nil
			}
			others = append(others, known{entry: host, file: file, line: l, num: i + 1})
		}
		if len(others) > 0 {
			return nil, cfg.changed(others, key)
		}
		return append(lines, parseKnownLine(line)), nil
	})
}

func (s *Store) read() ([]knownLine, error) {
	data, err := os.ReadFile(s.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, message.Errorf("reading the known host keys: %w", err)
	}
	return splitLines(data), nil
}

// change rewrites the file under the lock. Damaged lines move to a file beside
// it, so that the next reader is not warned again and nothing is lost.
func (s *Store) change(ctx context.Context, edit func([]knownLine) ([]knownLine, error)) error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	lock := flock.New(s.path+".lock", flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return message.Errorf("locking %s: %w", s.path, err)
	}
	defer func() { _ = lock.Close() }()
	lines, err := s.read()
	if err != nil {
		return err
	}
	edited, err := edit(lines)
	if err != nil {
		return err
	}
	good, bad := partition(edited)
	if len(bad) > 0 {
		if err := s.setAside(bad); err != nil {
			return err
		}
	}
	if len(bad) == 0 && len(good) == len(lines) {
		return nil // nothing was added or removed
	}
	return atomicfile.Write(s.path, joinLines(good), atomicfile.Options{Follow: true})
}

// partition takes the damaged lines out. Those that revoke stay: while one is
// there, nothing is trusted.
func partition(lines []knownLine) (good, bad []knownLine) {
	for _, l := range lines {
		if l.bad && !l.revokes() {
			bad = append(bad, l)
		} else {
			good = append(good, l)
		}
	}
	return good, bad
}

func (s *Store) setAside(bad []knownLine) error {
	aside := s.path + ".damaged"
	f, err := os.OpenFile(aside, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return message.Errorf("setting damaged lines aside: %w", err)
	}
	_, err = f.Write(joinLines(bad))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return message.Errorf("setting damaged lines aside: %w", err)
	}
	s.tell(message.Plural(len(bad), "warning: %d damaged line of %s was moved to %s",
		"warning: %d damaged lines of %s were moved to %s", len(bad), s.path, aside))
	return nil
}

func joinLines(lines []knownLine) []byte {
	var b bytes.Buffer
	for _, l := range lines {
		b.WriteString(l.text)
		b.WriteByte('\n')
	}
	return b.Bytes()
}
