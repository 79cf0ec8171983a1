package main

import (
	"path/filepath"
	"runtime"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/opener"
	"github.com/napter-connect/napter-connect/internal/setup"
)

// connector is what the commands that connect do it with.
func (a *app) connector(s *setup.Setup, o *opener.Opener) *connect.Connector {
	return &connect.Connector{
		Opener: o,
		Rules:  s.File,
		Keys:   config.NewRecent(s.Dirs.State),
		Audit:  func(r access.Request) (launch.AuditLog, error) { return o.Session(r.Account, r.Network) },
		Roots:  a.roots,
		Notice: func(line string) { a.notice("%s", line) },
		Debugf: a.debugf, Signals: a.signals, Now: a.now, Texts: a.texts(),
	}
}

// progress shows the steps while they happen, and after stop, with --timings,
// how long each took.
func (a *app) progress() (events access.Progress, p *connect.Printer, stop func()) {
	o := connect.ShowOptions{To: a.err, Texts: a.texts(), Timings: a.timings}
	if console.IsTerminal(a.err) && !a.quiet && !a.mute {
		o.Line, o.ReadOut = !a.wantsPlain(false), a.wantsPlain(false)
	}
	return connect.Show(o)
}

// userKnownHosts are the files that OpenSSH believes; they are read, never
// written.
func (a *app) userKnownHosts() []string {
	home := a.getenv("HOME")
	if a.demo || home == "" {
		return nil
	}
	return []string{filepath.Join(home, ".ssh", "known_hosts"), filepath.Join(home, ".ssh", "known_hosts2")}
}

// globalKnownHosts are those that all users of this machine believe.
func (a *app) globalKnownHosts() []string {
	if a.demo {
		return nil
	}
	dir := "/etc/ssh"
	if runtime.GOOS == "windows" {
		dir = filepath.Join(a.getenv("ProgramData"), "ssh")
	}
	return []string{filepath.Join(dir, "ssh_known_hosts"), filepath.Join(dir, "ssh_known_hosts2")}
}

// sshConfig is the ssh_config to read: the demo reads none of the user's.
func (a *app) sshConfig(file string) string {
	if file == "" && a.demo {
		return "none"
	}
	return file
}
