package connect

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"

	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/launch"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
	"github.com/napter-connect/napter-connect/internal/sshmux"
)

// statusOwn is the exit status of an error that is not the remote command's, as
// in OpenSSH.
const statusOwn = 255

// SSHOptions are one embedded SSH session. What the user did not set stays zero:
// then the SIM's rule decides, then ssh_config, then the default.
type SSHOptions struct {
	// Request is what to open. Port 0 and Service "" mean "not given".
	Request access.Request

	User           string
	Identities     []string // -i
	IdentitiesOnly bool
	ForwardAgent   bool // -A
	Legacy         []string
	// HostKeyPolicy other than Ask wins over ssh_config's.
	HostKeyPolicy knownhosts.Policy

	// ConfigFile is -F, ConfigOptions -o, both as typed.
	ConfigFile    string
	ConfigOptions []string
	// LocalUser is the user name when nothing else gives one.
	LocalUser string
	// AgentSocket is SSH_AUTH_SOCK; ssh_config's IdentityAgent wins.
	AgentSocket string
	// KnownHosts is our own file of host keys. The others are believed, unless
	// ssh_config names others in their place.
	KnownHosts                       string
	UserKnownHosts, GlobalKnownHosts []string
	Prompt                           sshclient.Prompter
	// Tell says what the device says before the login where Prompt is nil; may be nil.
	Tell func(message.Text)
	// Quiet says nothing beside errors, as LogLevel QUIET.
	Quiet          bool
	ConnectTimeout time.Duration

	// Lend gives the session the terminal of a UI; see launch.Shell. May be nil.
	Lend func(ctx context.Context, use func() error) error
	// Session is what to run; its Info, Notice and Say are filled in here. Environ is
	// what SendEnv picks from, NAME=value.
	Session sshclient.SessionOptions
	Environ []string
	// TTY decides Session.TTY together with ssh_config; nil leaves it as it is.
	TTY *TTY
	// Forwards are -L, -R and -D; NoCommand is -N: they are all that runs.
	Forwards  []sshclient.Forward
	NoCommand bool
	// StdioForward is -W, host:port: Session's Stdin and Stdout are joined with it, and
	// nothing else runs.
	StdioForward string
}

// sshJob is one run of SSH.
type sshJob struct {
	*Connector
	*access.Recorder
	options SSHOptions
	host    <-chan loadedHost
	// sayUnmet: what ssh_config asks for in vain is said once.
	sayUnmet sync.Once
	client   atomic.Pointer[sshclient.Client]
}

type loadedHost struct {
	hostconfig.Config
	err error
}

// SSH opens access, runs one session and gives the access back, whatever
// happens. status is the remote status when err is nil, and 255 otherwise.
func (c *Connector) SSH(ctx context.Context, o SSHOptions) (status int, err error) {
	j := &sshJob{Connector: c, Recorder: access.NewRecorder(c.Progress, c.Now), options: o}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	j.host = loadHost(ctx, o, cancel)

	request, err := j.request()
	if err != nil {
		return statusOwn, err
	}
	c.warnOfWideSources(request.Sources)
	for {
		status, again, err := j.over(ctx, request)
		if !again {
			return status, err
		}
		j.debugf("%v; opening another mapping", err)
		request.NoReuse = true
	}
}

// over opens access and uses it; again says that the mapping was a stale one.
func (j *sshJob) over(ctx context.Context, r access.Request) (status int, again bool, err error) {
	held, err := j.Opener.Open(ctx, r, j.Recorder.Forward())
	if err != nil {
		return statusOwn, false, causeOf(ctx, err)
	}
	defer j.giveBack(held) //nolint:contextcheck // in a panic too, and with a context of its own
	status, err = j.use(ctx, r, held.Info())
	return status, stale(r, held.Info(), err), err
}

// unsafeName stands for names that must not reach ssh: what ssh_config says about
// all hosts still counts for them.
const unsafeName = "napter-sim"

// loadHost reads ssh_config while access is being opened; a mistake in it ends
// the job.
func loadHost(ctx context.Context, o SSHOptions, cancel context.CancelCauseFunc) <-chan loadedHost {
	loaded := make(chan loadedHost, 1)
	go func() {
		name := access.TargetName(o.Request.Target)
		if !hostconfig.SafeName(name) {
			name = unsafeName
		}
		host, err := hostconfig.Load(ctx, name, o.ConfigFile, o.ConfigOptions)
		if err != nil {
			cancel(err)
		}
		loaded <- loadedHost{host, err}
	}()
	return loaded
}

// request completes the request with what must be known before the SIM is.
// ssh_config is waited for only when it decides the port.
func (j *sshJob) request() (access.Request, error) {
	r := j.options.Request
	rule := j.rule(access.TargetName(r.Target), nil)
	var host loadedHost
	if r.Port == 0 && rule.Port == 0 {
		if host = j.hostConfig(); host.err != nil {
			return r, host.err
		}
	}
	s := merge(j.options, rule, host.Config)
	r.Port, r.Service = s.port, s.service
	return r, nil
}

// hostConfig waits for ssh_config; it may be called again.
func (j *sshJob) hostConfig() loadedHost {
	host := <-j.host
	again := make(chan loadedHost, 1)
	again <- host
	j.host = again
	return host
}

// use runs the session over an open mapping.
func (j *sshJob) use(ctx context.Context, r access.Request, info access.Info) (int, error) {
	host := j.hostConfig()
	if host.err != nil {
		return statusOwn, host.err
	}
	if host.Quiet {
		quiet := *j.Connector
		quiet.Notice = nil
		j.Connector = &quiet
	}
	j.sayUnmet.Do(func() { j.unmet(host.Config) })
	name := cmp.Or(info.SIM.Name, access.TargetName(r.Target))
	s := merge(j.options, j.rule(name, info.SIM.TagMap()), host.Config)
	shell, err := j.sessionOptions(s.session)
	if err != nil {
		return statusOwn, err
	}
	notices := make(chan message.Text, 8)
	tell := func(text message.Text, session bool) { j.beside(notices, text, session) }
	stop := j.warnBeforeExpiry(info.Mapping.Expires, func(line message.Text) { tell(line, !shell.noCommand) })
	defer stop()
	began := j.now()
	status, connected, err := launch.Shell{
		Config: j.config(ctx, s, info.SIM), Session: j.session(shell.options, s, info, notices), Now: j.Now,
		Forwards: shell.forwards, NoCommand: shell.noCommand, StdioForward: j.options.StdioForward, AllForwards: s.allForwards,
		Lend: j.options.Lend, Tell: tell, Join: j.join(r, s, info),
		Forwarding: j.waitsForForwards,
		Connected:  func(c *sshclient.Client) { j.client.Store(c) },
	}.Run(ctx, info)
	if err == nil || errors.Is(err, sshclient.ErrEscaped) {
		return status, nil // ~. is no failure: the user wanted it
	}
	return statusOwn, j.failed(ctx, r, info, began, connected, err)
}

// beside says something beside the session: a session has the terminal, and shows it
// where it does not disturb. What it has no time for is dropped.
func (j *sshJob) beside(notices chan<- message.Text, text message.Text, session bool) {
	if !session {
		j.notice("%s", text)
		return
	}
	select {
	case notices <- text:
	default:
		j.debugf("%s", text)
	}
}

// join gives the session a connection that it shares with other commands. Where none
// can be shared it makes its own.
func (j *sshJob) join(r access.Request, s loginSettings, info access.Info) func(context.Context, sshclient.Config, bool) (*sshclient.Client, bool, error) {
	if j.Mux == nil {
		return nil
	}
	use := sshmux.Use{Account: r.Account, Info: info, Linger: r.Linger,
		ForwardAgent: j.options.Session.ForwardAgent || s.forwardAgent}
	return func(ctx context.Context, c sshclient.Config, fresh bool) (*sshclient.Client, bool, error) {
		use.Fresh = fresh
		client, shared, err := j.Mux.Dial(ctx, c, use)
		if none, ok := errors.AsType[*sshmux.UnavailableError](err); ok {
			j.debugf("%v", none)
			client, err = sshclient.Dial(ctx, c)
		}
		if shared {
			j.debugf("sharing the connection of another command")
		}
		return client, shared, err
	}
}

// config is the user's side of the connection.
func (j *sshJob) config(ctx context.Context, s loginSettings, sim access.SIM) sshclient.Config {
	o := j.options
	c := sshclient.Config{
		KnownHosts: o.KnownHosts, ReadOnlyKnownHosts: s.knownHosts, HostNames: s.hostNames, NoHostKeyUpdates: s.noKeyUpdates, HostKeyPolicy: s.hostKeys,
		User: s.user, IdentityFiles: s.identities, CertFiles: s.certificates, IdentitiesOnly: s.identitiesOnly,
		AgentSocket: s.agent, Legacy: s.legacy, Algorithms: s.algorithms, Prompt: o.Prompt, Methods: s.login.Methods, PasswordPrompts: s.login.PasswordPrompts,
		ForwardSocket: s.forwardSocket, Tell: o.Tell, Quiet: s.quiet,
		ConnectTimeout: s.timeout, ConnectionAttempts: s.attempts, KeepAlive: s.keepAlive, KeepAliveMax: s.keepAliveMax,
		Debugf: j.Debugf, OnStep: j.steps(),
	}
	if s.login.BatchMode {
		c.Prompt = nil
	}
	if j.Keys != nil && sim.ID != "" {
		if last, err := j.Keys.Get(sim.ID); err == nil {
			c.PreferredKey = last.Key
		}
		c.KeyUsed = func(fingerprint string) { j.remember(ctx, sim, s, fingerprint) }
	}
	return c
}

// remember is for the next time: the key that worked goes first then. A user is
// remembered only if a person chose it, so that what ssh_config and config.yaml say
// then counts.
func (j *sshJob) remember(ctx context.Context, sim access.SIM, s loginSettings, fingerprint string) {
	user := j.options.User
	if user == j.rule(sim.Name, sim.TagMap()).User {
		user = ""
	}
	err := j.Keys.Update(ctx, sim.ID, func(u *config.Use) {
		u.User, u.Port, u.Protocol, u.Key = user, s.port, "ssh", fingerprint
	})
	if err != nil {
		j.debugf("%v", err)
	}
}

// steps turns the SSH client's steps into events.
func (j *sshJob) steps() func(step string, done bool, err error) {
	ends := map[string]func(message.Text, error){}
	return func(step string, done bool, err error) {
		if !done {
			ends[step] = j.Start(access.Step(step))
		} else if end := ends[step]; end != nil {
			end(message.Text{}, err)
		}
	}
}

func (j *sshJob) session(o sshclient.SessionOptions, s loginSettings, info access.Info, notices <-chan message.Text) sshclient.SessionOptions {
	o.Notice, o.Say = notices, j.language().Say
	o.ForwardAgent = o.ForwardAgent || s.forwardAgent
	o.Info = func() message.Text { return j.about(info) }
	return o
}

// waitsForForwards says why the command has not ended with its session.
func (j *sshJob) waitsForForwards(connections int) {
	j.notice("%s", message.Plural(connections, "waiting for %d forwarded connection to end; Ctrl-C ends it",
		"waiting for %d forwarded connections to end; Ctrl-C ends them", connections))
}

// about is the answer to ~I.
func (j *sshJob) about(info access.Info) message.Text {
	m := info.Mapping
	text := message.New("%s via %s, which expires at %s (in %s)",
		info.SIM.Label(), m.Addr, j.clockTime(m.Expires), m.Expires.Sub(j.now()).Round(time.Minute))
	if c := j.client.Load(); c != nil && c.RTT() > 0 {
		return message.New("%s; round trip %s", text, c.RTT().Round(time.Millisecond))
	}
	return text
}

// failed says why a session failed, as far as anybody knows.
func (j *sshJob) failed(ctx context.Context, r access.Request, info access.Info, began time.Time, connected bool, err error) error {
	var dropped *sshclient.DroppedError
	switch {
	case ctx.Err() != nil:
		return causeOf(ctx, err)
	case connected && errors.As(err, &dropped) && expired(info.Mapping, j.now()):
		return &ExpiredError{Expires: info.Mapping.Expires, At: j.clockTime(info.Mapping.Expires), Err: err}
	case connected, stale(r, info, err):
		return err
	}
	return j.explain(ctx, r, info, began, err)
}

// explainLimit is how long a failure waits for its explanation.
const explainLimit = 4 * time.Second

// causeOf prefers what ended ctx (a signal, a bad ssh_config) to the error that
// its end led to.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
