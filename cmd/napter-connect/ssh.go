package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/cli"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/connect"
	"github.com/napter-connect/napter-connect/internal/console"
	"github.com/napter-connect/napter-connect/internal/environ"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/setup"
	"github.com/napter-connect/napter-connect/internal/sshclient"
	"github.com/napter-connect/napter-connect/internal/sshclient/predict"
)

type sshOptions struct {
	accessFlags
	port                           int
	login, file                    string
	identities, options            []string
	short                          []string // what -a, -c, -m and -e say, as after -o
	local, remote, dynamic         []string
	forwards                       []sshclient.Forward // what local, remote and dynamic say
	forwardAgent, noCommand, noTTY bool
	noStdin, noMux, subsystem      bool
	tty                            int
	predict, stdio, log            string
	target                         string
	command                        []string
}

const sshLong = `Open a shell on the device behind a SIM, or run one command there.

SIM is a SIM ID, an IMSI or the exact name; ssh://[user@]SIM[:port] is one too. The
remote command begins with the first word after the SIM that is no flag. The exit
status is the remote one; 255 for an error of our own. What your ssh_config says for
the SIM's name holds: User, Port (the device's), IdentityFile, IdentitiesOnly,
IdentityAgent and ForwardAgent.

In a shell, Enter ~ . ends the session, Enter ~ ? lists the escapes. On a slow link
what you type shows at once, underlined until the device confirms it.`

const sshExample = `  napter-connect ssh pi@gateway-001
  napter-connect ssh gateway-001 uptime
  napter-connect ssh -p 50022 -i ~/.ssh/field admin@8942310022000012345
  napter-connect ssh -N -L 8080:localhost:80 gateway-001
  tar c config | napter-connect ssh gateway-001 tar x`

func newSSHCommand(a *app, runF func(context.Context, *sshOptions) error) *cobra.Command {
	var o sshOptions
	if runF == nil {
		runF = a.runSSH
	}
	c := &cobra.Command{
		Use: "ssh [flags] [user@]SIM [command...]", Short: "Open a shell on a device, or run a command there",
		Long: sshLong, Example: sshExample,
		Args: func(cmd *cobra.Command, args []string) error {
			a.failure = cli.SSHFailed
			if err := cli.ArgCount(1, -1, message.New("a SIM, and perhaps a command"))(cmd, args); err != nil {
				return err
			}
			return o.read(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runF(cmd.Context(), &o) },
	}
	fs := c.Flags()
	fs.SetInterspersed(false)
	o.register(c)
	fs.IntVarP(&o.port, "port", "p", 0, "the device's SSH `PORT` (default 22)")
	fs.StringVarP(&o.login, "login", "l", "", "user `NAME` on the device")
	fs.StringArrayVarP(&o.identities, "identity", "i", nil, "private key `FILE`; repeatable")
	fs.StringVarP(&o.file, "ssh-config", "F", "", "read the ssh_config `FILE` instead of yours; the word none reads no file")
	fs.StringArrayVarP(&o.options, "option", "o", nil, "ssh_config `OPTION`, such as StrictHostKeyChecking=accept-new; repeatable")
	fs.BoolVarP(&o.forwardAgent, "forward-agent", "A", false, "let the device use your SSH agent")
	fs.BoolFuncP("no-agent", "a", "do not let the device use your SSH agent", func(string) error {
		o.forwardAgent, o.short = false, append(o.short, "ForwardAgent=no") // the last of -A and -a counts
		return nil
	})
	short := func(name, letter, option, usage string) {
		fs.FuncP(name, letter, usage, func(value string) error {
			o.short = append([]string{option + "=" + value}, o.short...) // the last one counts
			return nil
		})
	}
	fs.BoolP("no-x11", "x", false, "do not forward X11; it never is")
	short("ciphers", "c", "Ciphers", "use these ciphers alone: `LIST` is names between commas, the best first")
	short("macs", "m", "MACs", "use these MACs alone: `LIST` is names between commas, the best first")
	short("escape", "e", "EscapeChar", "begin escapes with `CHAR`, ^X or none instead of ~")
	fs.StringArrayVarP(&o.local, "local", "L", nil, "listen here and connect from the device: `SPEC` is [BIND:]PORT:HOST:PORT")
	fs.StringArrayVarP(&o.remote, "remote", "R", nil, "listen on the device and connect from here: `SPEC` is [BIND:]PORT:HOST:PORT")
	fs.StringArrayVarP(&o.dynamic, "dynamic", "D", nil, "be a SOCKS proxy here that connects from the device: `SPEC` is [BIND:]PORT")
	fs.StringVarP(&o.stdio, "stdio", "W", "", "join stdin and stdout with `HOST:PORT`, as the device sees it")
	fs.StringVarP(&o.log, "log", "E", "", "add what this program says to `FILE` instead of stderr")
	fs.BoolVarP(&o.noCommand, "no-command", "N", false, "run no command, only forward ports")
	fs.BoolVarP(&o.noStdin, "no-stdin", "n", false, "read nothing from stdin")
	fs.CountVarP(&o.tty, "tty", "t", "``request a terminal on the device; -tt does so even without one here")
	fs.BoolVarP(&o.noTTY, "no-tty", "T", false, "request no terminal")
	fs.BoolVarP(&o.subsystem, "subsystem", "s", false, "the command is the name of a subsystem, such as sftp")
	fs.BoolVar(&o.noMux, "no-mux", false, "make a connection of its own, not one that your commands share")
	fs.StringVar(&o.predict, "predict", "", "show typed characters at once: `MODE` is auto (slow links), always or never")
	return c
}

// read takes the arguments: the first of what says the same counts, as with OpenSSH.
func (o *sshOptions) read(cmd *cobra.Command, args []string) error {
	d, err := connect.ParseDestination(args[0])
	if err != nil {
		return cli.Misuse(err)
	}
	o.target = d.Target
	login, port := cmp.Or(o.login, d.User), d.Port
	if o.changed("port") {
		port = o.port
	}
	if o.command, err = cli.FlagsAfterFirst(cmd, args); err != nil {
		return err
	}
	o.login = cmp.Or(login, o.login)
	if err := o.check(); err != nil {
		return err
	}
	o.port = cmp.Or(port, o.port)
	return nil
}

// check refuses what no session can have, and reads -L, -R and -D.
func (o *sshOptions) check() (err error) {
	if o.changed("port") {
		if err := access.CheckPort(o.port); err != nil {
			return err
		}
	}
	if modes := config.PredictModes(); o.predict != "" && !slices.Contains(modes, o.predict) {
		return cli.Usagef(message.New("use %s", message.EitherOf(modes)),
			"%s must be %s, not %q", "--predict", message.EitherOf(modes), o.predict)
	}
	if o.stdio != "" {
		if o.stdio, err = sshclient.ParseTarget(o.stdio); err != nil {
			return cli.Misuse(err)
		}
	}
	if o.forwards, err = sshclient.ParseForwards(o.local, o.remote, o.dynamic); err != nil {
		return cli.Misuse(err)
	}
	return nil
}

func (a *app) runSSH(ctx context.Context, o *sshOptions) error {
	stderr := a.err // the device's goes there, log or not
	if o.log != "" {
		if err := a.logTo(o.log); err != nil {
			return err
		}
	}
	s, err := a.setup(ctx)
	if err != nil {
		return err
	}
	so := a.sshDefaults(s, o.file)
	if o.predict != "" {
		so.Session.Predict = predict.Mode(o.predict)
	}
	if so.Request, err = o.request(s); err != nil {
		return err
	}
	so.Request.Target, so.Request.Port = o.target, o.port
	so.Request.Command = "ssh " + o.target
	so.User, so.Identities, so.ForwardAgent = o.login, o.identities, o.forwardAgent
	so.ConfigOptions, so.Forwards, so.NoCommand = slices.Concat(o.short, o.options), o.forwards, o.noCommand
	so.Session.Command, so.Session.Subsystem = strings.Join(o.command, " "), o.subsystem
	if o.noStdin {
		so.Session.Stdin = nil
	}
	so.Session.Stderr, so.Environ = stderr, a.environ()
	so.TTY, so.StdioForward = o.ttyRequest(), o.stdio
	status, err := a.connectSSH(ctx, s, so, o.noKeeper, o.noMux)
	if err == nil && status != 0 {
		err = cli.ExitError(status)
	}
	return err
}

// sshDefaults is what every session has. file is the ssh_config to read in place of
// the user's.
func (a *app) sshDefaults(s *setup.Setup, file string) connect.SSHOptions {
	return connect.SSHOptions{
		LocalUser: environ.User(a.getenv), AgentSocket: a.getenv("SSH_AUTH_SOCK"), ConfigFile: a.sshConfig(file),
		KnownHosts: s.Dirs.KnownHosts(), UserKnownHosts: a.userKnownHosts(), GlobalKnownHosts: a.globalKnownHosts(),
		Tell: func(text message.Text) { a.say("%s", text) }, Quiet: a.quiet,
		Session: sshclient.SessionOptions{
			Stdin: a.in, Stdout: a.out, Stderr: a.err,
			Term: a.getenv("TERM"), Env: environ.Locale(a.environ()),
			Predict: cmp.Or(predict.Mode(s.File.Predict), predict.Auto),
		},
	}
}

// connectSSH runs one session from the terminal's point of view: with progress,
// questions, and a choice when the name means several SIMs.
func (a *app) connectSSH(ctx context.Context, s *setup.Setup, so connect.SSHOptions, noKeeper, noMux bool) (int, error) {
	opener := s.Opener(so.Request.Command, noKeeper)
	defer opener.Close(ctx)
	events, printer, stop := a.progress()
	defer stop()
	con := a.console()
	if con != nil {
		so.Prompt = console.Prompter{Console: con}
		if printer != nil {
			so.Prompt = printer.Prompter(so.Prompt)
		}
	}
	c := a.connector(s, opener)
	c.Progress = events
	if opener.Keeper() != nil && !noMux { // a mapping of one process ends with it
		c.Mux = s.Mux()
	}
	status, err := c.SSH(ctx, so)
	var several *access.AmbiguousError
	if !errors.As(err, &several) || con == nil {
		return status, err
	}
	if printer != nil {
		printer.Stop()
	}
	if so.Request.Target, err = con.PickSIM(ctx, several); err != nil {
		return cli.SSHFailed, err
	}
	return c.SSH(ctx, so)
}

// ttyRequest is what the flags say about a pseudo-terminal.
func (o *sshOptions) ttyRequest() *connect.TTY {
	request := connect.TTY("")
	switch {
	case o.noTTY || o.noCommand:
		request = "no"
	case o.tty >= 2:
		request = "force"
	case o.tty == 1:
		request = "yes"
	}
	return &request
}
