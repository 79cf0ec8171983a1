package lease

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Options say where the journal is and who uses it.
type Options struct {
	// Dir is the journal's folder; it is made, 0700, when it is not there.
	Dir string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Logf receives what people need only when they search for a cause; nil is
	// nowhere. It is called from several goroutines.
	Logf func(format string, args ...any)
	// Program and Command say, in the journal, who this process is.
	Program, Command string
	// Settle is how long the API is given to show a mapping that it may have
	// created; until then its absence from a list proves nothing. 0 is 5 s.
	Settle time.Duration
	// Grace is how long Reap leaves a live mapping without an owner alone: the
	// users of a dead keeper may be about to Adopt it. 0 is not at all.
	Grace time.Duration
}

// Manager is one process's access to the journal. It is safe for concurrent use.
type Manager struct {
	dir    string
	now    func() time.Time
	logf   func(string, ...any)
	settle time.Duration
	grace  time.Duration
	pause  time.Duration // the first one of looking for a mapping to use
	owner  ownerRecord
	lock   fileLock

	journal sync.Mutex // this process's turn at the journal lock

	mu     sync.Mutex
	leases map[string]*Lease // of this process, by entry
	skew   *int64            // what the last create taught of the server's clock
	closed bool

	background background
}

// Open makes the folder if need be and takes this process's owner lock. The
// error is a *DirError or a *LockError: then nothing may be created.
func Open(o Options) (*Manager, error) {
	m := &Manager{dir: o.Dir, now: o.Now, logf: o.Logf, settle: o.Settle, grace: o.Grace, pause: defaultPause, leases: map[string]*Lease{}}
	if m.now == nil {
		m.now = time.Now
	}
	if m.logf == nil {
		m.logf = discard
	}
	if m.settle <= 0 {
		m.settle = defaultSettle
	}
	if err := ownFolder(o.Dir); err != nil {
		return nil, &DirError{Dir: o.Dir, Err: err}
	}
	m.owner.ID = newID(m.now())
	m.owner.Owner = Owner{PID: os.Getpid(), Program: o.Program, Command: o.Command, Started: m.now().Round(0).UTC()}
	if m.owner.Program == "" {
		m.owner.Program = filepath.Base(os.Args[0])
	}
	if err := m.takeOwnerLock(context.Background()); err != nil {
		return nil, err
	}
	m.background.start()
	return m, nil
}

// ownFolder makes the folder, and closes it to others: its entries tell which
// addresses are open.
func ownFolder(dir string) error {
	if !filepath.IsAbs(dir) {
		return message.Errorf("%q is not an absolute path", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(dir, 0o700)
}

// Close ends the background deletions and releases the owner lock. Entries that
// are not done stay, and are orphans from then on. See Settle.
func (m *Manager) Close() error {
	m.mu.Lock()
	closed := m.closed
	m.closed = true
	m.mu.Unlock()
	if closed {
		return nil
	}
	m.background.stop()
	err := m.locked(context.Background(), func() error {
		err := m.lock.release()
		_ = os.Remove(m.ownerPath(m.owner.ID))
		return err
	})
	if err != nil {
		// The lock must not outlive its use, whatever the folder looks like.
		_ = m.lock.release()
		return message.Errorf("closing the lease journal: %w", err)
	}
	return nil
}

// Entry is one mapping of the journal.
type Entry struct {
	ID    string
	State State
	Spec  Spec
	// IP and Port are what to dial; zero in an intent.
	IP   netip.Addr
	Port int
	// Since is when the mapping was asked for, by this machine's clock; Created
	// and Expires are by the API's, Created zero in an intent.
	Since, Created, Expires time.Time
	// Deleting: nobody uses the mapping any more, Owner is about to delete it.
	Deleting bool
	Owner    Owner
	// Alive: the owner's process lives. An entry that is not alive and not kept
	// is an orphan.
	Alive bool
	// Mine: the owner is this manager.
	Mine bool
}

// Entries is the whole journal, oldest first, and what could not be read of it:
// that has been set aside, except what a newer version wrote.
func (m *Manager) Entries() ([]Entry, []Problem, error) {
	list, problems, err := m.scan(context.Background())
	if err != nil {
		return nil, problems, err
	}
	entries := make([]Entry, 0, len(list))
	for _, s := range list {
		entries = append(entries, m.entry(s))
	}
	return entries, problems, nil
}

type scanned struct {
	*record
	alive bool
}

// scan reads the journal under its lock.
func (m *Manager) scan(ctx context.Context) (list []scanned, problems []Problem, err error) {
	err = m.locked(ctx, func() error {
		list, problems, err = m.scanLocked()
		return err
	})
	return list, problems, err
}

func (m *Manager) scanLocked() ([]scanned, []Problem, error) {
	alive, unclear, err := m.liveOwners()
	if err != nil {
		return nil, nil, err
	}
	records, problems, err := m.readAll()
	if err != nil {
		return nil, nil, err
	}
	list := make([]scanned, 0, len(records))
	for _, r := range records {
		list = append(list, scanned{r, alive[r.Owner.ID]})
	}
	return list, append(unclear, problems...), nil
}

func (m *Manager) entry(s scanned) Entry {
	e := Entry{
		ID: s.ID, State: s.State, Spec: s.spec(),
		Since: s.Since, Expires: s.expires(), Deleting: s.Deleting,
		Owner: s.Owner.Owner, Alive: s.alive, Mine: s.Owner.ID == m.owner.ID,
	}
	if s.Mapping != nil {
		if a, err := s.Mapping.Addr(); err == nil {
			e.IP, e.Port = a.Addr(), int(a.Port())
		}
		e.Created = s.Mapping.CreatedTime.Time()
	}
	return e
}
