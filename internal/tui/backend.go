package tui

import (
	"context"
	"net/netip"
	"time"

	"github.com/napter-connect/napter-connect/internal/inventory"
	"github.com/napter-connect/napter-connect/internal/lease"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
)

// Backend is what the UI shows and does. All of its methods but Defaults may
// take long; the UI calls them in commands only.
type Backend interface {
	Directory
	Mapper
	Facts
	Memory
	Starter
}

// Directory gives the SIMs.
type Directory interface {
	// SIMs streams all SIMs: the cached ones at once, then the online ones, then
	// all. It ends with ctx.
	SIMs(ctx context.Context) Stream
	// Search asks the server for a query of two characters or more.
	Search(ctx context.Context, query string) ([]access.SIM, error)
}

// Stream is a list that arrives page by page.
type Stream interface {
	// Next waits for the next page; io.EOF after the last one.
	Next() (Page, error)
}

// Page is a part of the SIMs. SIMs may come more than once; the last one counts.
type Page struct {
	SIMs []access.SIM
	// Cached: names and IDs from the disk, which nothing may be decided by.
	Cached bool
	// Wait is how long the API asked to be left alone before the next page.
	Wait time.Duration
}

// Mapper lists and deletes port mappings.
type Mapper interface {
	Mappings(ctx context.Context) ([]inventory.Mapping, error)
	// Delete deletes the mapping if it is still the one that was listed.
	Delete(ctx context.Context, m inventory.Mapping) error
}

// Facts are what the status line shows.
type Facts interface {
	Account(ctx context.Context) (Account, error)
	Address(ctx context.Context) (Address, error)
}

// Memory is what is known about a SIM beforehand.
type Memory interface {
	// Recent is the last use by SIM ID.
	Recent() (map[string]config.Use, error)
	// Defaults are what the configuration says; no input or output.
	Defaults(s access.SIM) Defaults
	// Copy puts text on the clipboard by the system's own means, if there are
	// any; the terminal is asked besides.
	Copy(text string) error
}

// Starter starts jobs.
type Starter interface {
	// Able says whether a protocol can be used, or why it can't.
	Able(p Protocol) (why string)
	// Start opens access and uses it.
	Start(r Request) Job
}

// Job is one use of a SIM, from the opening of access to its end.
type Job interface {
	// Next waits for the next event. The last one is an Ended.
	Next() JobEvent
	// Cancel ends the job; it gives everything back before its Ended.
	Cancel()
	// Stats are what went through it.
	Stats() Stats
}

// JobEvent is one of Progress, Question, Started, Returned and Ended.
type JobEvent any

// Progress is a step of a job.
type Progress struct{ access.Event }

// Question is something that only the person can answer: a password, or whether
// to trust a host key.
type Question struct {
	// Text is what to know before answering; lines.
	Text   string
	Prompt string
	Secret bool
	// Answer is called once; ok is false when the person gave up.
	Answer func(text string, ok bool)
}

// Started says that the job runs: a shell that has the terminal, or something
// beside the UI.
type Started struct {
	// Beside: the job continues while the UI is used (a forward, a browser).
	Beside bool
	// Local is what listens here, and URL what was opened.
	Local, URL string
	// Problem is why it could not be shown (no display, no viewer), or nil: the
	// address can be copied all the same.
	Problem error
	Info    access.Info
}

// Returned says that a shell is over, and that its terminal comes back: it is to
// be told before that, so that the first key finds the list. Ended follows when
// everything is given back.
type Returned struct{}

// Ended says how a job ended.
type Ended struct {
	// Err is why it failed; a *context.Canceled after Cancel.
	Err error
	// Ran: it got as far as Started. Status is then the shell's exit status.
	Ran    bool
	Status int
	// Mapping is the mapping's address and Outcome what became of it; empty when
	// none was opened.
	Mapping string
	Outcome lease.Outcome
	// Notes are lines that the person should see.
	Notes []string
}

// Stats are what went through a job so far.
type Stats struct {
	Connections int   // open now
	In, Out     int64 // bytes from the device and to it
	// Mapping is the address that is used now, and Expires its end: a forward
	// that lives longer than its mapping opens another.
	Mapping netip.AddrPort
	Expires time.Time
	// Failure is why the last connection that failed did, or nil.
	Failure error
}

// Account is who the UI works for.
type Account struct{ Profile, Coverage, Operator string }

// Address is the public address, and how many of the services agreed on it.
type Address struct {
	Addr          netip.Addr
	Agreed, Asked int
}

// Defaults are what the configuration says about a SIM.
type Defaults struct {
	User, Service string
	Port          int
	Duration      time.Duration
	// Sources are the ranges of config.yaml; none is the public address.
	Sources []netip.Prefix
}

// Protocol is a protocol for which a SIM's port can be opened.
type Protocol string

// Protocols of the form.
const (
	SSH   Protocol = "ssh"
	HTTP  Protocol = "http"
	HTTPS Protocol = "https"
	VNC   Protocol = "vnc"
	RDP   Protocol = "rdp"
	TCP   Protocol = "tcp"
)

// Request is what to connect to, and how. Port 0, User "" and Service "" leave
// the choice to the configuration.
type Request struct {
	SIM      access.SIM
	Protocol Protocol
	Port     int
	User     string
	Service  string
	TLS      bool
	Duration time.Duration
	// Sources are who may connect; none is the public address.
	Sources []netip.Prefix
}
