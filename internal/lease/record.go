package lease

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"slices"
	"time"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// State is how far a mapping's life is.
type State string

// States of a journal entry.
const (
	Intent    State = "intent" // asked for, or about to be; the answer is not known
	Live      State = "live"   // open, until its owner deletes it
	StateKept State = "kept"   // open until it expires, as the user wished
)

const (
	version     = 1
	maxFileSize = 64 << 10
)

var (
	errNewer = message.Errorf("written by a newer napter-connect")
	idForm   = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
)

// Owner is the process that answers for an entry, for people to read: whether
// it lives is told by its lock alone.
type Owner struct {
	PID     int       `json:"pid"`
	Program string    `json:"program,omitempty"`
	Command string    `json:"command,omitempty"`
	Started time.Time `json:"started"`
}

type ownerRecord struct {
	ID string `json:"id"` // names the lock file; "" is nobody
	Owner
}

// record is one journal entry as it is on disk.
type record struct {
	Version    int            `json:"version"`
	ID         string         `json:"id"` // the file's name without .json
	State      State          `json:"state"`
	SimID      string         `json:"simId,omitempty"`
	IMSI       string         `json:"imsi,omitempty"`
	Port       int            `json:"port"`
	Service    string         `json:"service,omitempty"`
	TLS        bool           `json:"tls"`
	Sources    []netip.Prefix `json:"sources"`
	Seconds    int            `json:"durationSeconds"`
	Profile    string         `json:"profile,omitempty"`
	Endpoint   string         `json:"endpoint,omitempty"`
	OperatorID string         `json:"operatorId,omitempty"`
	Command    string         `json:"command,omitempty"`
	// Since is when the intent was written, by this machine's clock.
	Since time.Time `json:"since"`
	// Skew is how far the server's clock is ahead of ours, where known.
	Skew *int64 `json:"skewMillis,omitempty"`
	// Deleting: nobody uses the mapping any more.
	Deleting bool `json:"deleting,omitempty"`
	// Mapping is the API's answer; nil in an intent.
	Mapping *client.PortMapping `json:"mapping,omitempty"`
	Owner   ownerRecord         `json:"owner"`
}

func newRecord(id string, s Spec, now time.Time, owner ownerRecord) *record {
	return &record{
		Version: version, ID: id, State: Intent,
		SimID: s.SimID, IMSI: s.IMSI, Port: s.Port, Service: s.Service, TLS: s.TLS,
		Sources: slices.Clone(s.Sources), Seconds: int(s.Duration / time.Second),
		Profile: s.Profile, Endpoint: s.Endpoint, OperatorID: s.OperatorID, Command: s.Command,
		Since: now.Round(0).UTC(), Owner: owner,
	}
}

func (r *record) spec() Spec {
	return Spec{
		SimID: r.SimID, IMSI: r.IMSI, Port: r.Port, Service: r.Service, TLS: r.TLS,
		Sources: slices.Clone(r.Sources), Duration: time.Duration(r.Seconds) * time.Second,
		Profile: r.Profile, Endpoint: r.Endpoint, OperatorID: r.OperatorID, Command: r.Command,
	}
}

// skew is how far the server's clock is ahead of ours, as far as known.
func (r *record) skew() time.Duration {
	if r.Skew == nil {
		return 0
	}
	return time.Duration(*r.Skew) * time.Millisecond
}

// expires is when nothing of this entry can be open any more, by the server's
// clock. For an intent that is the end of a mapping created at the last moment.
func (r *record) expires() time.Time {
	if r.Mapping != nil && r.Mapping.ExpiredTime != 0 {
		return r.Mapping.ExpiredTime.Time()
	}
	d := time.Duration(r.Seconds) * time.Second
	if r.Mapping != nil && r.Mapping.CreatedTime != 0 {
		return r.Mapping.CreatedTime.Time().Add(d)
	}
	return r.Since.Add(r.skew() + d + lostWindow + clockSlack)
}

func (r *record) expired(now time.Time) bool { return !now.Add(r.skew()).Before(r.expires()) }

func decodeRecord(id string, data []byte) (*record, error) {
	var head struct {
		Version int `json:"version"`
	}
	if len(data) == 0 {
		return nil, message.Errorf("empty")
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, message.Errorf("not readable: %w", err)
	}
	if head.Version > version {
		return nil, message.Errorf("version %d: %w", head.Version, errNewer)
	}
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, message.Errorf("not readable: %w", err)
	}
	return &r, r.check(id)
}

// check refuses an entry that is unsafe to act on: a guess could delete
// somebody else's mapping.
func (r *record) check(id string) error {
	switch {
	case r.Version != version:
		return message.Errorf("unknown version %d", r.Version)
	case r.ID != id:
		return message.Errorf("it names another entry")
	case r.State != Intent && r.State != Live && r.State != StateKept:
		return message.Errorf("unknown state %q", r.State)
	case r.SimID == "" && r.IMSI == "":
		return message.Errorf("it names no SIM")
	case !hostport.ValidPort(r.Port):
		return message.Errorf("device port %d is out of range", r.Port)
	case len(r.Sources) == 0:
		return message.Errorf("it names no source")
	case slices.ContainsFunc(r.Sources, func(p netip.Prefix) bool { return !p.IsValid() }):
		return message.Errorf("a source is not a CIDR")
	case r.Seconds < 1:
		return message.Errorf("duration of %d s", r.Seconds)
	case r.Since.IsZero():
		return message.Errorf("it has no time")
	case r.Owner.ID != "" && !idForm.MatchString(r.Owner.ID):
		return message.Errorf("its owner is invalid")
	case r.State == Intent:
		return nil
	case r.Mapping == nil:
		return message.Errorf("it names no mapping")
	}
	_, err := r.Mapping.Addr()
	return err
}
