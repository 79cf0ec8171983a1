package lease

import (
	"errors"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Errors of Adopt and Delete.
var (
	// ErrGone: the journal has no such entry (any more).
	ErrGone = message.Errorf("the lease is gone")
	// ErrInUse: the entry belongs to a live process, or it is being deleted.
	ErrInUse = message.Errorf("the lease belongs to another process")
	// ErrNotLive: the entry is an intent; its mapping is not known yet.
	ErrNotLive = message.Errorf("the lease has no mapping yet")
	// ErrAmbiguous: more mappings fit a lost create than we can have made.
	ErrAmbiguous = message.Errorf("more than one mapping fits, and there is no telling which one is ours")
	// ErrClosed: the manager was closed.
	ErrClosed = message.Errorf("the lease journal is closed")
)

// DirError says that the journal's folder can't be used, so that no mapping may
// be made.
type DirError struct {
	Dir string
	Err error
}

func (e *DirError) Text() message.Text {
	return message.New("the lease journal in %s cannot be used: %v", e.Dir, e.Err)
}

func (e *DirError) Error() string { return e.Text().String() }
func (e *DirError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *DirError) Hint() message.Text {
	return message.New(
		"make the folder writable, or set XDG_STATE_HOME to one that is; no mapping is made that could not be found again")
}

// LockError says that the file system of the journal has no file locks.
type LockError struct {
	Dir string
	Err error
}

func (e *LockError) Text() message.Text {
	return message.New("the file system of %s does not support file locks: %v", e.Dir, e.Err)
}

func (e *LockError) Error() string { return e.Text().String() }
func (e *LockError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *LockError) Hint() message.Text {
	return message.New("set XDG_STATE_HOME to a folder on a local disk")
}

// LostError says that a create may have happened though its answer was lost.
// The journal holds the intent; the manager keeps looking until Close.
type LostError struct {
	ID  string // of the journal entry
	Err error
	// Resolved: the mapping was found and deleted, nothing is left.
	Resolved bool
}

func (e *LostError) Text() message.Text {
	if e.Resolved {
		return message.New("creating the port mapping: %v (the mapping was found and deleted)", e.Err)
	}
	return message.New("creating the port mapping: %v (it may be open; it is being looked for)", e.Err)
}

func (e *LostError) Error() string { return e.Text().String() }
func (e *LostError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *LostError) Hint() message.Text {
	if e.Resolved {
		return message.New("try again")
	}
	return message.New("napter-connect mappings prune deletes what is left over")
}

// GrantError says that the API granted something else than was asked for. The
// mapping was deleted unless Pending.
type GrantError struct {
	What           message.Text
	Asked, Granted string
	Pending        error // why the deletion failed, or nil
}

func (e *GrantError) Text() message.Text {
	s := message.New("the API granted a mapping with another %s: asked for %s, got %s", e.What, e.Asked, e.Granted)
	if e.Pending != nil {
		return message.New("%s; deleting it failed: %s", s, e.Pending)
	}
	return message.New("%s; it was deleted", s)
}

func (e *GrantError) Error() string { return e.Text().String() }
func (e *GrantError) Unwrap() error { return e.Pending }

// Hint says what to do, or "".
func (e *GrantError) Hint() message.Text {
	if e.Pending != nil {
		return message.New("napter-connect mappings prune deletes what is left over")
	}
	return message.Text{}
}

// Problem is a file of the journal that could not be used.
type Problem struct {
	File string
	Err  error
	// Aside is the name that the file has now, or "" when it was left alone.
	Aside string
}

func (p Problem) Text() message.Text {
	if p.Aside != "" {
		return message.New("journal entry %s: %v; set aside as %s", p.File, p.Err, p.Aside)
	}
	return message.New("journal entry %s: %v", p.File, p.Err)
}

func (p Problem) Error() string { return p.Text().String() }
func (p Problem) Unwrap() error { return p.Err }

// Hint says what to do.
func (p Problem) Hint() message.Text {
	if errors.Is(p.Err, errNewer) {
		return message.New("update napter-connect; the entry was left alone")
	}
	return message.New("napter-connect mappings list shows whether a mapping is still open")
}

// status is the HTTP status of an answer of the API, or 0.
func status(err error) int {
	if e, ok := errors.AsType[*client.Error](err); ok {
		return e.Status
	}
	return 0
}

// retryAfter is what the API asked for, or 0.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*client.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// hopeless reports whether asking again can't help: the request itself is
// refused. A token that is not accepted is not that: a login may succeed later.
func hopeless(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	if !ok || e.InvalidToken() {
		return false
	}
	switch e.Status {
	case 404, 408, 409, 425, 429: // a 404 that client passes on is not the API's
		return false
	default:
		return e.Status >= 400 && e.Status < 500
	}
}
