// Package doctor checks everything that a session depends on, and says what is
// wrong and what to do about it.
package doctor

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/keeper"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/myip"
	"github.com/napter-connect/napter-connect/internal/profile"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshconfig"
)

// Status is how a check ended.
type Status string

// The ends of a check.
const (
	OK Status = "ok"
	// Note: it works, but is worth mentioning.
	Note Status = "note"
	// Failed: something that people need does not work.
	Failed Status = "failed"
	// Skipped: what it builds on failed.
	Skipped Status = "skipped"
)

// Check is one thing that was looked at.
type Check struct {
	// Name is the same in every language and version.
	Name   string
	Status Status
	// Detail is what was found, Hint what to do about it. They may hold untrusted
	// text.
	Detail, Hint message.Text
	Elapsed      time.Duration
}

// MarshalJSON gives it the form that scripts read, in English.
func (c Check) MarshalJSON() ([]byte, error) {
	line := func(t message.Text) string { return safetext.Trim(strings.ReplaceAll(t.String(), "\n", " ")) }
	return json.Marshal(struct {
		Name    string  `json:"name"`
		Status  Status  `json:"status"`
		Detail  string  `json:"detail"`
		Hint    string  `json:"hint,omitempty"`
		Seconds float64 `json:"seconds"`
	}{c.Name, c.Status, line(c.Detail), line(c.Hint), c.Elapsed.Seconds()})
}

// Doctor has what is looked at. Its fields are set once, before Run.
type Doctor struct {
	Version string
	// Dirs are the program's folders, Leases the journal's, KnownHosts the file.
	Dirs               config.Dirs
	Leases, KnownHosts string
	// AgentSocket is SSH_AUTH_SOCK.
	AgentSocket string
	// SSHConfig is the state of what ssh-config has installed; nil where it is not
	// looked at.
	SSHConfig func() (sshconfig.State, error)
	// Account reads the profile; Session is the API as it sees it.
	Account func(context.Context) (profile.Account, error)
	Session func(profile.Account) (*client.Session, error)
	Network access.Network
	Finder  *myip.Finder
	// Keeper is the way to the background process; nil where it is not wanted.
	Keeper *keeper.Keeper
	// Target is the SIM to check, as typed, or "". Probe connects to it.
	Target string
	Probe  func(context.Context, profile.Account) (connect.Probe, error)
	Now    func() time.Time

	account profile.Account
	session *client.Session // nil until the login has worked
}

// finding is what a check says.
type finding struct {
	status Status
	detail message.Text
	hint   message.Text
}

func ok(detail message.Text) finding { return finding{status: OK, detail: detail} }

// because is the finding of an error, with its next step.
func because(s Status, err error) finding {
	return finding{status: s, detail: message.Of(err), hint: message.Hint(err)}
}

// checkLimit bounds one check.
const checkLimit = 30 * time.Second

// Run makes the checks, one after the other, and tells of each when it begins and
// when it has ended, and returns them all. The one that the end of ctx interrupts
// found nothing, and does not count.
func (d *Doctor) Run(ctx context.Context, begin func(name string), done func(Check)) []Check {
	var all []Check
	for _, c := range d.checks() {
		begin(c.name)
		limited, cancel := context.WithTimeout(ctx, checkLimit)
		began := d.Now()
		f := c.look(limited)
		cancel()
		if ctx.Err() != nil {
			break
		}
		check := Check{Name: c.name, Status: f.status, Detail: f.detail, Hint: f.hint, Elapsed: d.Now().Sub(began)}
		done(check)
		all = append(all, check)
	}
	return all
}

type check struct {
	name string
	look func(context.Context) finding
}

// checks are in the order in which one builds on another.
func (d *Doctor) checks() []check {
	list := []check{
		{"program", d.lookAtProgram},
		{"folders", d.lookAtFolders},
		{"journal", d.lookAtJournal},
		{"openssh", d.lookAtOpenSSH},
		{"ssh-config", d.lookAtSSHConfig},
		{"agent", d.lookAtAgent},
		{"host-keys", d.lookAtHostKeys},
		{"keeper", d.lookAtKeeper},
		{"profile", d.lookAtProfile},
		{"proxy", d.lookAtProxy},
		{"address", d.lookAtAddress},
		{"login", d.lookAtLogin},
		{"permissions", d.needsLogin(d.lookAtPermissions)},
		{"clock", d.needsLogin(d.lookAtClock)},
	}
	if d.Target != "" {
		list = append(list, check{"sim", d.needsLogin(d.lookAtSIM)}, check{"connection", d.needsLogin(d.lookAtConnection)})
	}
	return list
}

// needsLogin skips a check when there are no credentials.
func (d *Doctor) needsLogin(look func(context.Context) finding) func(context.Context) finding {
	return func(ctx context.Context) finding {
		if d.session == nil {
			return finding{status: Skipped, detail: message.New("it needs a login")}
		}
		return look(ctx)
	}
}
