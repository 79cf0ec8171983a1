package lease

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/napter-connect/napter-connect/internal/message"
)

const (
	ownerPrefix = "owner-"
	lockExt     = ".lock"
	// The journal lock is held for milliseconds; a process that was stopped
	// while it held it must not stop everybody else for good.
	journalLockWait = 10 * time.Second
	journalLockPoll = 3 * time.Millisecond
)

// fileLock is an exclusive lock of the operating system on a file: it ends with
// its process, however that ends. Two fileLocks of one process exclude each
// other too (except over NFS, where a process never probes its own lock file).
type fileLock struct{ f *flock.Flock }

func newFileLock(path string) fileLock {
	// O_RDWR: NFS gives exclusive locks on writable files only.
	return fileLock{flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))}
}

func (l fileLock) try() (bool, error) { return l.f.TryLock() }

func (l fileLock) wait(ctx context.Context) error {
	ok, err := l.f.TryLockContext(ctx, journalLockPoll)
	if err == nil && !ok {
		err = ctx.Err()
	}
	return err
}

func (l fileLock) release() error { return l.f.Unlock() }

func (m *Manager) ownerPath(id string) string {
	return filepath.Join(m.dir, ownerPrefix+id+lockExt)
}

// locked runs f under the journal's lock. f does no more than look at and rename
// files; it makes no call to the API.
func (m *Manager) locked(ctx context.Context, f func() error) error {
	m.journal.Lock()
	defer m.journal.Unlock()
	ctx, cancel := context.WithTimeout(ctx, journalLockWait)
	defer cancel()
	l := newFileLock(filepath.Join(m.dir, "journal"+lockExt))
	if err := l.wait(ctx); err != nil {
		if ctx.Err() != nil {
			err = message.Errorf("another process holds %s: %w", l.f.Path(), err)
		}
		return m.lockError(err)
	}
	defer func() {
		if err := l.release(); err != nil {
			m.logf("lease: unlocking the journal: %v", err)
		}
	}()
	return f()
}

func (m *Manager) lockError(err error) error {
	if noLocks(err) {
		return &LockError{Dir: m.dir, Err: err}
	}
	return &DirError{Dir: m.dir, Err: err}
}

// takeOwnerLock creates and locks this process's owner file. It is done under
// the journal lock: otherwise somebody could see the file unlocked between the
// two steps, and remove it.
func (m *Manager) takeOwnerLock(ctx context.Context) error {
	return m.locked(ctx, func() error {
		l := newFileLock(m.ownerPath(m.owner.ID))
		ok, err := l.try()
		if err != nil {
			return m.lockError(err)
		}
		if !ok {
			return &DirError{Dir: m.dir, Err: message.Errorf("the new lock file %s is locked", l.f.Path())}
		}
		m.lock = l
		return nil
	})
}

// ensureOwned takes the owner lock again if its file was removed, with the
// folder perhaps: a long-lived process would be dead to all others.
func (m *Manager) ensureOwned(ctx context.Context) error {
	if exists(m.ownerPath(m.owner.ID)) {
		return nil
	}
	if err := ownFolder(m.dir); err != nil {
		return &DirError{Dir: m.dir, Err: err}
	}
	m.mu.Lock() // once
	defer m.mu.Unlock()
	if m.closed || exists(m.ownerPath(m.owner.ID)) {
		return nil
	}
	m.logf("lease: the lock file %s was removed; making a new one", m.ownerPath(m.owner.ID))
	old := m.lock
	if err := m.takeOwnerLock(ctx); err != nil {
		return err
	}
	_ = old.release()
	return nil
}

// liveOwners finds out which owners live, and clears away what dead ones left.
// An owner without a lock file is dead. When in doubt an owner is alive: nobody
// acts on its entries then. The caller holds the journal lock.
func (m *Manager) liveOwners() (alive map[string]bool, problems []Problem, err error) {
	names, err := dirNames(m.dir)
	if err != nil {
		return nil, nil, &DirError{Dir: m.dir, Err: err}
	}
	alive = map[string]bool{m.owner.ID: true}
	for _, name := range names {
		id, ok := strings.CutPrefix(name, ownerPrefix)
		if id, ok = cutSuffix(id, lockExt, ok); !ok || id == m.owner.ID {
			continue
		}
		l := newFileLock(filepath.Join(m.dir, name))
		free, err := l.try()
		if err != nil {
			problems = append(problems, Problem{File: name, Err: m.lockError(err)})
		}
		if !free {
			alive[id] = true
			continue
		}
		_ = l.release() // before the removal, for Windows; nobody else may look now
		_ = os.Remove(filepath.Join(m.dir, name))
	}
	m.removeTemps(names, alive)
	return alive, problems, nil
}

func cutSuffix(s, suffix string, ok bool) (string, bool) {
	if !ok {
		return s, false
	}
	return strings.CutSuffix(s, suffix)
}

// removeTemps removes the temporary files of processes that died writing one.
func (m *Manager) removeTemps(names []string, alive map[string]bool) {
	for _, name := range names {
		if !strings.HasPrefix(name, ".owner-") || !strings.HasSuffix(name, tempExt) {
			continue
		}
		live := false
		for id := range alive {
			live = live || strings.HasPrefix(name, m.tempPrefix(id))
		}
		if !live {
			_ = os.Remove(filepath.Join(m.dir, name))
		}
	}
}

// newID is unique, and sorts by time.
func newID(now time.Time) string {
	return now.UTC().Format("20060102T150405") + "-" + strings.ToLower(rand.Text()[:12])
}
