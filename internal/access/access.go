// Package access turns what a person typed for a SIM into an open port mapping,
// and gives it back: target -> SIM -> source -> mapping. It is the one place that
// knows that order. What is done over the mapping is package connect's business.
package access

import (
	"context"
	"net/netip"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/myip"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// Opener opens access. There are two makers: one that does the work in this
// process, and one that asks the keeper.
type Opener interface {
	// Open returns an open mapping, or an error with a hint; then nothing is left
	// open. The mapping lives until Close.
	Open(ctx context.Context, r Request, progress Progress) (Access, error)
}

// Access is an open mapping. The caller closes it once, whatever happens.
type Access interface {
	// Info says where the mapping leads and how long it is open.
	Info() Info
	// Close gives the mapping back, and deletes the mapping if it is ours and nobody
	// else uses it. ctx bounds it: give it a fresh one, not the cancelled one
	// that ended the session.
	Close(ctx context.Context) (lease.Outcome, error)
}

// Request is what to open. It crosses the keeper's socket as JSON.
type Request struct {
	Account profile.Account `json:"account"`
	// Network is what the environment says about outgoing connections.
	Network Network `json:"network"`
	// Target is a SIM ID, an IMSI or a name, as typed.
	Target string `json:"target"`
	// Port is the device's TCP port, 1 to 65535.
	Port int `json:"port"`
	// Service is air, arc or "" for what the SIM has.
	Service string `json:"service,omitempty"`
	// TLS makes Soracom terminate TLS on the public side.
	TLS bool `json:"tls,omitempty"`
	// Sources are who may connect; none means this machine's public IPv4/32.
	Sources []netip.Prefix `json:"sources,omitempty"`
	// Duration is the mapping's longest life, up to 8 h; 0 is 8 h.
	Duration time.Duration `json:"duration,omitempty"`
	// NoReuse makes a new mapping though a fitting one exists.
	NoReuse bool `json:"noReuse,omitempty"`
	// Keep leaves the mapping open at the end; it then ends by its duration.
	Keep bool `json:"keep,omitempty"`
	// Linger delays the deletion, for the next command (keeper only).
	Linger time.Duration `json:"linger,omitempty"`
	// Command is what the user ran, for "in use by" and the journal.
	Command string `json:"command,omitempty"`
	// AskCode asks whoever makes the request for an MFA code.
	AskCode AskCode `json:"-"`
}

// Network is what the environment says about outgoing connections.
type Network struct {
	// IPServices replace the built-in ones when not empty.
	IPServices []myip.Service `json:"ipServices,omitempty"`
	// HTTPSProxy and NoProxy are the proxy variables, for the API only.
	HTTPSProxy string `json:"httpsProxy,omitempty"`
	NoProxy    string `json:"noProxy,omitempty"`
	// UserAgent names the program and its version.
	UserAgent string `json:"userAgent,omitempty"`
	// Lang is the language of the API's messages: en or ja.
	Lang string `json:"lang,omitempty"`
}

// Info describes an open mapping.
type Info struct {
	// Operator is the ID of the operator whose SIM it is.
	Operator string  `json:"operator,omitempty"`
	SIM      SIM     `json:"sim"`
	Mapping  Mapping `json:"mapping"`
	// Source is the address that the mapping lets in.
	Source []netip.Prefix `json:"source"`
	// Agreed names the services that agreed on the address; none when the user
	// gave the range.
	Agreed []string `json:"agreed,omitempty"`
}

// Mapping is the port mapping itself.
type Mapping struct {
	// Addr is what to dial (the API's ipAddress and port).
	Addr netip.AddrPort `json:"addr"`
	// Hostname is what the TLS certificate names.
	Hostname   string `json:"hostname"`
	DevicePort int    `json:"devicePort"`
	TLS        bool   `json:"tls"`
	Service    string `json:"service,omitempty"`
	// Created and Expires are by the API's clock.
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	// Foreign: another user or program made it; it is used and never deleted.
	Foreign bool `json:"foreign,omitempty"`
	// Shared: another command of this user holds it too.
	Shared bool `json:"shared,omitempty"`
}

// Step is a part of the job.
type Step string

// Steps of opening, in the order in which they end when nothing overlaps.
const (
	StepKeeper  Step = "keeper"  // find or start the keeper
	StepLogin   Step = "login"   // authenticate
	StepAddress Step = "address" // learn the public IPv4
	StepSIM     Step = "sim"     // find the SIM
	StepList    Step = "list"    // look for a fitting mapping
	StepMapping Step = "mapping" // create the mapping, or reuse one
	StepDial    Step = "dial"    // TCP to the mapping
	StepSSH     Step = "ssh"     // key exchange and authentication
	StepDelete  Step = "delete"  // give it back
	StepLogout  Step = "logout"
)

// Event is one line of progress.
type Event struct {
	Step Step `json:"step"`
	// Done is false when the step starts, true when it ends.
	Done bool `json:"done"`
	// Detail is a word for people: the address, the SIM's name, "reused".
	Detail message.Text `json:"detail,omitzero"`
	// Err is why the step failed, or nothing.
	Err message.Text `json:"err,omitzero"`
	// At is the time since the job began; Elapsed the step's own time.
	At      time.Duration `json:"at"`
	Elapsed time.Duration `json:"elapsed,omitempty"`
}

// Progress receives events, one at a time, possibly from other goroutines. nil
// is allowed where a Progress is taken.
type Progress func(Event)
