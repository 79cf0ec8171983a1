package launch

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// freshFor is how long a new mapping may refuse connections because it is new.
const freshFor = 30 * time.Second

// Shell is an SSH session over an open mapping.
type Shell struct {
	// Config is the user's side of the connection. What the mapping decides (Addr,
	// Name, Alias, DevicePort, DeviceID, Dial, and HostNames if there are none) is filled in by Run.
	Config  sshclient.Config
	Session sshclient.SessionOptions
	// Forwards are opened before the session. NoCommand runs none: the forwards
	// live until ctx or the connection ends. One that cannot listen is told to
	// Tell, and ends the connection only if AllForwards is set, or if there is
	// nothing else to stay for.
	Forwards    []sshclient.Forward
	NoCommand   bool
	AllForwards bool // ExitOnForwardFailure
	// StdioForward is the host:port that Session's Stdin and Stdout are joined with in
	// place of a session; "" is none.
	StdioForward string
	// Tell says something to the person, during the session or not; may be nil.
	Tell func(text message.Text, session bool)
	// Forwarding is told when the session has ended and connections still go
	// through its forwards: they are waited for. May be nil.
	Forwarding func(connections int)
	// Connected is told of the connection before the session begins; may be nil.
	Connected func(*sshclient.Client)
	// Lend gives the session its terminal and takes it back, for a UI that the
	// terminal belongs to (handover.Terminal.Lend); it calls use once. nil: the
	// session has the terminal already. All that is asked before the session
	// (host key, password) is asked outside of it.
	Lend func(ctx context.Context, use func() error) error
	// Join joins a connection that other commands use, which shared says, or makes one
	// for them; nil is a connection of our own. fresh says that the mapping is so new
	// that it may still refuse connections.
	Join func(ctx context.Context, c sshclient.Config, fresh bool) (client *sshclient.Client, shared bool, err error)
	// Dialer replaces the network; nil is a *net.Dialer.
	Dialer Dialer
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Run connects to the device and runs the session to its end. connected says
// whether the session had begun. See sshclient for the errors.
func (s Shell) Run(ctx context.Context, info access.Info) (status int, connected bool, err error) {
	shared, status, connected, err := s.run(ctx, info)
	if shared && noSession(err) {
		s.Join = nil
		_, status, connected, err = s.run(ctx, info)
	}
	return status, connected, err
}

// noSession reports whether a connection gave no session: the device allows no more on
// one, or it is dead and nobody has noticed. On a new one all begins anew.
func noSession(err error) bool {
	_, full := errors.AsType[*ssh.OpenChannelError](err)
	silent, ok := errors.AsType[*sshclient.TimeoutError](err)
	return full || ok && silent.Stage == "opening a session"
}

func (s Shell) connect(ctx context.Context, info access.Info) (c *sshclient.Client, shared bool, err error) {
	if s.Join != nil {
		return s.Join(ctx, s.config(info), fresh(info.Mapping, s.Now))
	}
	c, err = sshclient.Dial(ctx, s.config(info))
	return c, false, err
}

func (s Shell) run(ctx context.Context, info access.Info) (shared bool, status int, connected bool, err error) {
	c, shared, err := s.connect(ctx, info)
	if err != nil {
		return false, 255, false, err
	}
	defer func() { _ = c.Close() }()
	if s.Connected != nil {
		s.Connected(c)
	}
	var session atomic.Bool
	tell := func(text message.Text) {
		if s.Tell != nil {
			s.Tell(text, session.Load())
		}
	}
	if err := s.forward(ctx, c, tell); err != nil {
		return shared, 255, true, err
	}
	if s.StdioForward != "" {
		return shared, 0, true, c.ForwardStdio(ctx, s.StdioForward, s.Session.Stdin, s.Session.Stdout)
	}
	if s.NoCommand {
		return shared, 0, true, c.Wait(ctx)
	}
	status = 255
	run := func() (err error) {
		session.Store(true)
		defer session.Store(false)
		status, err = c.Run(ctx, s.Session)
		return err
	}
	if s.Lend == nil {
		err = run()
	} else {
		err = s.Lend(ctx, run)
	}
	if err == nil {
		err = s.waitForwards(ctx, c)
	}
	return shared, status, true, err
}

// waitForwards lets what goes through a forward come to its end, as ssh does: a
// download must not be cut because the command that accompanied it is done.
func (s Shell) waitForwards(ctx context.Context, c *sshclient.Client) error {
	if n := c.Forwarding(); n > 0 && s.Forwarding != nil {
		s.Forwarding(n)
	}
	return c.WaitForwards(ctx)
}

func (s Shell) config(info access.Info) sshclient.Config {
	c := s.Config
	c.Addr = info.Mapping.Addr.String()
	c.Name = info.SIM.Label()
	c.Alias = Alias(info.SIM)
	if c.HostNames == nil && info.SIM.Name != "" {
		c.HostNames = []string{info.SIM.Name, info.SIM.Name + ".napter"}
	}
	c.DevicePort = info.Mapping.DevicePort
	c.DeviceID = info.SIM.IMEI
	var dialer Dialer = &net.Dialer{}
	if s.Dialer != nil {
		dialer = s.Dialer
	}
	c.Dial = dialer.DialContext
	if fresh(info.Mapping, s.Now) {
		c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			return dial(ctx, dialer, network, address)
		}
	}
	return c
}

// fresh reports whether a mapping is one of ours that may still be coming up. now
// nil is time.Now.
func fresh(m access.Mapping, now func() time.Time) bool {
	if now == nil {
		now = time.Now
	}
	return !m.Foreign && now().Sub(m.Created) < freshFor
}

// Alias is the name that a device's host key is stored under: the SIM stays when
// the address changes.
func Alias(s access.SIM) string {
	if s.ID == "" {
		return "imsi-" + s.IMSI
	}
	return "sim-" + strings.ToLower(s.ID)
}
