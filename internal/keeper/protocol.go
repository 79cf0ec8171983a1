// Package keeper is a background process, one per user, that serves access to
// all of the user's commands: it is to Napter what ssh-agent is to keys. It
// holds, in memory only, API sessions, warm connections, and the leases.
//
// A connection is a hold: a command asks for access over a Unix socket and keeps
// the connection open while it uses the mapping. When the connection ends, by an
// exit or by SIGKILL, the keeper counts one user less, and at none it deletes.
package keeper

import (
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"
	"github.com/napter-connect/napter-connect/internal/message"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/profile"
)

// Protocol is the version of the messages below. It is part of the socket's
// name: an older keeper serves its leases to their end while a newer command
// starts its own beside it.
const Protocol = 2

// maxMessage bounds one message, in bytes.
const maxMessage = 1 << 20

// Operations of a request. Each connection carries one operation; opClose and
// opCode belong to an opOpen or opResume under way.
const (
	opOpen   = "open"
	opResume = "resume"
	opClose  = "close"
	opCode   = "code"
	opToken  = "token"
	opLogout = "logout"
	opStatus = "status"
	opStop   = "stop"
)

// request is a message to the keeper, one JSON object a line.
type request struct {
	Op string `json:"op"`
	// Open is what to open (open), or what was open (resume).
	Open *access.Request `json:"open,omitempty"`
	// Info describes the mapping that is resumed.
	Info *access.Info `json:"info,omitempty"`
	// Account and Network say whose token is wanted (token).
	Account *profile.Account `json:"account,omitempty"`
	Network *access.Network  `json:"network,omitempty"`
	// Refused is the token that the API refused, if any: then a new one is
	// wanted (token).
	Refused *client.Token `json:"refused,omitempty"`
	// Code answers AskCode (code); "" says that there is none.
	Code string `json:"code,omitempty"`
	// Within bounds the wait for a deletion (close, stop).
	Within time.Duration `json:"within,omitempty"`
	// PID and Command tell people who asks.
	PID     int    `json:"pid,omitempty"`
	Command string `json:"command,omitempty"`
}

// response is a message from the keeper. One field is set, or more where that
// makes sense (Outcome and Err).
type response struct {
	Event   *access.Event `json:"event,omitempty"`
	AskCode bool          `json:"askCode,omitempty"` // an MFA code is wanted
	Info    *access.Info  `json:"info,omitempty"`    // open
	Outcome lease.Outcome `json:"outcome,omitempty"` // closed
	Token   *client.Token `json:"token,omitempty"`
	Status  *Status       `json:"status,omitempty"`
	// Stopped says that the keeper ends on purpose: do not start another.
	Stopped bool       `json:"stopped,omitempty"`
	Err     *wireError `json:"error,omitempty"`
	Done    bool       `json:"done,omitempty"`
}

// Status describes a running keeper.
type Status struct {
	Version  string               `json:"version"`
	Protocol int                  `json:"protocol"`
	PID      int                  `json:"pid"`
	Started  time.Time            `json:"started"`
	Memory   uint64               `json:"memory"` // bytes obtained from the system
	Sessions []access.SessionInfo `json:"sessions"`
	Leases   []LeaseInfo          `json:"leases"`
	// Pending counts mappings whose deletion is still being tried.
	Pending int `json:"pending"`
}

// LeaseInfo is one open mapping and who uses it.
type LeaseInfo struct {
	Info  access.Info `json:"info"`
	Users []User      `json:"users"`
}

// User is one command that holds a mapping.
type User struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// Text names the command and its process. The command is untrusted text.
func (u User) Text() message.Text { return message.New("%s (process %d)", u.Command, u.PID) }
