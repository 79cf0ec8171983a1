package connect

import (
	"slices"

	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"
)

// TTY is what the command line says about a pseudo-terminal: no (-T), yes (-t), force
// (-tt), or "".
type TTY string

// shell is what runs over the connection, after ssh_config has been heard.
type shell struct {
	options   sshclient.SessionOptions
	forwards  []sshclient.Forward
	noCommand bool
}

// sessionOptions puts together what the command line and ssh_config say, as OpenSSH
// does: the command line wins, and forwards add up.
func (j *sshJob) sessionOptions(host hostconfig.Session) (shell, error) {
	s := shell{options: j.options.Session, noCommand: j.options.NoCommand || host.NoCommand}
	if j.options.StdioForward != "" {
		s.noCommand = true
		return s, nil
	}
	o := &s.options
	switch {
	case host.RemoteCommand == "":
	case o.Command != "":
		return s, message.WithHint(message.Errorf("there is a command, and ssh_config has a RemoteCommand too"),
			"add -o RemoteCommand=none")
	default:
		o.Command = host.RemoteCommand
	}
	if o.Subsystem = o.Subsystem || host.Subsystem; o.Subsystem && o.Command == "" && !s.noCommand {
		return s, message.WithHint(message.Errorf("a subsystem needs a name"), "write it after the SIM: -s gateway-001 sftp")
	}
	if host.StdinNull {
		o.Stdin = nil
	}
	if j.options.TTY != nil {
		o.TTY = wantsTTY(*j.options.TTY, host.RequestTTY, o.Command != "" || s.noCommand, console.IsTerminal(o.Stdin))
		o.Escapes = o.TTY
	}
	o.Escapes, o.EscapeChar = o.Escapes && !host.NoEscapes, host.EscapeChar
	o.Env = slices.Concat(o.Env, host.Send(j.options.Environ), host.SetEnv)
	var err error
	s.forwards, err = forwards(j.options.Forwards, host)
	return s, err
}

// forwards adds those of ssh_config to those of the command line.
func forwards(flags []sshclient.Forward, host hostconfig.Session) ([]sshclient.Forward, error) {
	if host.ClearAllForwardings {
		return nil, nil
	}
	list, err := sshclient.ParseForwards(host.LocalForward, host.RemoteForward, host.DynamicForward)
	if err != nil {
		return nil, message.Errorf("reading ssh_config: %w", err)
	}
	return slices.Concat(flags, list), nil
}

// wantsTTY is OpenSSH's rule: a shell on a terminal gets one, a command does not;
// yes asks for it, force even without a terminal here.
func wantsTTY(flag TTY, config string, command, terminal bool) bool {
	request := string(flag)
	if request == "" {
		request = config
	}
	switch request {
	case "no":
		return false
	case "force":
		return true
	case "yes":
		return terminal
	}
	return terminal && !command
}

// unmet says which options of ssh_config are not honoured: aloud where that changes
// what the user gets.
func (j *sshJob) unmet(host hostconfig.Config) {
	for _, option := range host.Unmet {
		j.notice("ssh_config: %s is not honoured", option)
	}
	for _, option := range host.Ignored {
		j.debugf("ssh_config: %s is not honoured", option)
	}
}
