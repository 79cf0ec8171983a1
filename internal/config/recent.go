package config

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/napter-connect/napter-connect/internal/atomicfile"
	"github.com/napter-connect/napter-connect/internal/message"
)

// maxRecent is how many SIMs are remembered.
const maxRecent = 2000

// Use is what was used last for one SIM. It never holds a secret.
type Use struct {
	User string `json:"user,omitempty"`
	Port int    `json:"port,omitempty"`
	// Protocol is ssh, http, https, vnc, rdp or tcp.
	Protocol string `json:"protocol,omitempty"`
	// Service is air or arc, TLS and Duration as asked for; zero when nothing was.
	Service  string        `json:"service,omitempty"`
	TLS      bool          `json:"tls,omitempty"`
	Duration time.Duration `json:"duration,omitempty"` // in nanoseconds
	// Key is the fingerprint (SHA256:...) of the SSH key that last worked.
	Key string    `json:"key,omitempty"`
	At  time.Time `json:"at"`
}

// Recent is recent.json: the last use of each SIM, the newest 2,000. Several
// processes may use the file at once.
type Recent struct {
	path string
}

// NewRecent is the store in the state folder. It touches nothing.
func NewRecent(stateDir string) *Recent {
	return &Recent{path: filepath.Join(stateDir, "recent.json")}
}

// All is the last use by SIM ID. A file that is missing or damaged is empty:
// nothing depends on it but convenience.
func (r *Recent) All() (map[string]Use, error) {
	data, err := os.ReadFile(r.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, message.Errorf("reading what was used last: %w", err)
	}
	uses := map[string]Use{}
	if damaged := json.Unmarshal(data, &uses); damaged != nil || uses == nil {
		uses = map[string]Use{}
	}
	return uses, nil
}

// Get is the last use of a SIM; the zero Use when there was none.
func (r *Recent) Get(simID string) (Use, error) {
	uses, err := r.All()
	return uses[simID], err
}

// Update changes the last use of a SIM under a lock. A zero At becomes the
// current time.
func (r *Recent) Update(ctx context.Context, simID string, change func(*Use)) error {
	if err := MakeDir(filepath.Dir(r.path)); err != nil {
		return err
	}
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	uses, err := r.All()
	if err != nil {
		return err
	}
	use := uses[simID]
	use.At = time.Time{}
	change(&use)
	if use.Key != "" && !strings.HasPrefix(use.Key, "SHA256:") {
		return message.Errorf("remembering the key: not a fingerprint")
	}
	if use.At.IsZero() {
		use.At = time.Now().Truncate(time.Second)
	}
	uses[simID] = use
	dropOldest(uses, maxRecent)
	data, err := json.MarshalIndent(uses, "", " ")
	if err != nil {
		return message.Errorf("remembering what was used: %w", err)
	}
	return atomicfile.Write(r.path, append(data, '\n'), atomicfile.Options{})
}

// lock waits 5 s at most: a holder needs as long as the disk takes to sync.
func (r *Recent) lock(ctx context.Context) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	lock := flock.New(r.path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 5*time.Millisecond); err != nil {
		return nil, message.Errorf("locking %s: %w", r.path, err)
	}
	return func() { _ = lock.Close() }, nil
}

func dropOldest(uses map[string]Use, keep int) {
	if len(uses) <= keep {
		return
	}
	ids := slices.SortedFunc(maps.Keys(uses), func(a, b string) int {
		if c := uses[a].At.Compare(uses[b].At); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	for _, id := range ids[:len(ids)-keep] {
		delete(uses, id)
	}
}
