package sshclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/netfault"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
	pause "github.com/napter-connect/napter-connect/internal/wait"
)

const (
	defaultConnectTimeout = 30 * time.Second
	// answerTimeout is how long a device may think about an answer that a person
	// gave: a second factor may wait for a telephone. OpenSSH's server gives up
	// after as long (LoginGraceTime).
	answerTimeout = 2 * time.Minute
)

// errExpired is the cause of a context that the connect timeout ended.
var errExpired = message.Errorf("timed out")

// dialer is one attempt to connect.
type dialer struct {
	cfg     Config
	timeout time.Duration
	clock   *clock
	wire    *wire
	algos   ssh.Algorithms
	hosts   *knownhosts.Keys
	auth    *authenticator
}

// Transport is an authenticated connection on which nothing runs yet.
type Transport struct {
	ssh.Conn
	// Channels and Requests are what the device opens and asks for.
	Channels <-chan ssh.NewChannel
	Requests <-chan *ssh.Request
	// idle says how long nothing has arrived; nil means that somebody else keeps
	// the connection alive.
	idle func() time.Duration
}

// Dial makes a client on a new connection; see Connect.
func Dial(ctx context.Context, c Config) (*Client, error) {
	t, err := Connect(ctx, c)
	if err != nil {
		return nil, err
	}
	return NewClient(t, c), nil
}

// NewClient makes a client on a connection, which is its own from then on.
func NewClient(t *Transport, c Config) *Client {
	return newClient(ssh.NewClient(t.Conn, t.Channels, t.Requests), c, t.idle)
}

// Connect connects, checks the host key and authenticates. The errors that a person
// can do something about are *RefusedError, *TimeoutError, *ClosedError,
// *NotSSHError, *BusyError, *OldProtocolError, *AlgorithmError, *AuthError and those
// of package knownhosts; each has a Hint. When ctx ends,
// so does Connect; afterwards ctx has no effect on the connection.
func Connect(ctx context.Context, c Config) (*Transport, error) {
	algos, err := algorithms(c.Legacy, c.Algorithms)
	if err != nil {
		return nil, err
	}
	d := &dialer{cfg: c, timeout: c.connectTimeout(), algos: algos}
	inner, cancel := context.WithCancelCause(ctx)
	d.clock = newClock(d.timeout, func() { cancel(errExpired) })
	defer d.clock.stop()

	// Neither the keys nor the host keys need the network: read them meanwhile.
	d.auth = newAuthenticator(inner, &d.cfg, d.clock, d.timeout, algos)
	defer d.auth.wait()
	defer cancel(nil) // before the wait: it also lets go of the agent
	loaded := make(chan error, 1)
	go func() {
		var err error
		if d.hosts, err = d.hostKeys(); err != nil {
			cancel(err) // no need to connect
		}
		loaded <- err
	}()

	conn, err := d.connect(inner)
	if errKeys := <-loaded; errKeys != nil {
		if err == nil {
			_ = conn.Close()
		}
		return nil, errKeys
	}
	if err != nil {
		return nil, err
	}
	return d.handshake(inner, conn)
}

// hostKeys reads what is known about the device's host key.
func (d *dialer) hostKeys() (*knownhosts.Keys, error) {
	c := &d.cfg
	o := knownhosts.Options{
		Host: c.host(), Target: c.commandName(), Alias: c.Alias, Port: c.DevicePort, DeviceID: c.DeviceID,
		File: c.KnownHosts, Policy: c.HostKeyPolicy, Pause: d.clock.pause, Debugf: c.Debugf,
	}
	if c.Prompt != nil {
		o.Asker = c.Prompt
	}
	for _, name := range c.HostNames {
		// An address is one of another network's, and hints show the name in a command.
		if _, err := netip.ParseAddr(name); err != nil && hostconfig.SafeName(name) {
			o.Names = append(o.Names, name)
		}
	}
	for _, path := range c.ReadOnlyKnownHosts {
		o.ReadOnly = append(o.ReadOnly, hostconfig.ExpandHome(path))
	}
	return knownhosts.Load(o)
}

func (d *dialer) connect(ctx context.Context) (conn net.Conn, err error) {
	d.cfg.step("dial", false, nil)
	defer func() { d.cfg.step("dial", true, err) }()
	dial := d.cfg.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	for attempt := 1; ; attempt++ {
		conn, err = dial(ctx, "tcp4", d.cfg.Addr)
		if err == nil || attempt >= d.cfg.ConnectionAttempts || pause.For(ctx, time.Second) != nil {
			break
		}
		d.clock.reset(d.timeout)
		d.cfg.debugf("connecting again: %v", err)
	}
	if err != nil {
		return nil, d.dialError(ctx, err)
	}
	return conn, nil
}

func (d *dialer) handshake(ctx context.Context, conn net.Conn) (t *Transport, err error) {
	d.cfg.step("ssh", false, nil)
	defer func() { d.cfg.step("ssh", true, err) }()
	d.wire = newWire(conn)
	d.auth.wire = d.wire
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()

	check := d.hosts.NewCheck(ctx)
	config := &ssh.ClientConfig{
		Config: ssh.Config{
			KeyExchanges: d.algos.KeyExchanges,
			Ciphers:      d.algos.Ciphers,
			MACs:         d.algos.MACs,
		},
		User:              d.cfg.User,
		HostKeyAlgorithms: withFirst(d.hosts.Algorithms(d.algos.HostKeys)),
		HostKeyCallback:   check.Callback,
		BannerCallback:    d.auth.banner,
		AuthCallback:      d.auth.next,
		ClientVersion:     "SSH-2.0-napter-connect",
	}
	sshConn, channels, requests, err := ssh.NewClientConn(d.wire, d.cfg.Addr, config)
	if err != nil {
		_ = conn.Close()
		return nil, d.handshakeError(ctx, check, err)
	}
	if !stop() { // ctx ended in this instant, and the connection is closed
		_ = sshConn.Close()
		return nil, d.handshakeError(ctx, check, context.Cause(ctx))
	}
	d.wire.settle()
	d.logNegotiated(sshConn)
	d.auth.succeeded()
	t = &Transport{Conn: sshConn, Channels: channels, Requests: requests, idle: d.wire.idle}
	if !d.cfg.NoHostKeyUpdates {
		d.learnHostKeys(ctx, t, check) //nolint:contextcheck // for as long as the connection
	}
	return t, nil
}

func (d *dialer) learnHostKeys(ctx context.Context, t *Transport, check *knownhosts.Check) {
	l := &learner{Conn: t.Conn, check: check, allowed: d.algos.HostKeys, debugf: d.cfg.debugf}
	l.ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	rest := make(chan *ssh.Request)
	go l.filter(t.Requests, rest)
	t.Conn, t.Requests = l, rest
}

func (d *dialer) logNegotiated(conn ssh.Conn) {
	d.cfg.debugf("server is %s", safetext.Trim(string(conn.ServerVersion())))
	if c, ok := conn.(ssh.AlgorithmsConnMetadata); ok {
		a := c.Algorithms()
		d.cfg.debugf("algorithms: kex %s, host key %s, cipher %s / %s", a.KeyExchange, a.HostKey, a.Read.Cipher, a.Write.Cipher)
	}
}

// dialError tells the failures of TCP apart.
func (d *dialer) dialError(ctx context.Context, err error) error {
	if over := d.over(ctx, "connecting"); over != nil {
		return over
	}
	var timeout net.Error
	switch {
	case netfault.Refused(err):
		return &RefusedError{Host: d.cfg.host(), Addr: d.cfg.Addr, Err: err}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &TimeoutError{Host: d.cfg.host(), Stage: "connecting", After: d.timeout}
	}
	return message.Errorf("connecting to %s: %w", d.cfg.host(), err)
}

// over is the error when the time is up or the caller gave up, else nil.
func (d *dialer) over(ctx context.Context, stage string) error {
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return nil
	case errors.Is(cause, errExpired):
		return &TimeoutError{Host: d.cfg.host(), Stage: stage, After: d.timeout}
	default:
		return message.Errorf("connecting to %s: %w", d.cfg.host(), cause)
	}
}

// handshakeError tells the failures of the handshake apart. The library's own
// words hold text of the device, so they are never passed on as they are.
func (d *dialer) handshakeError(ctx context.Context, check *knownhosts.Check, err error) error {
	before, after, banner := d.wire.intro()
	first := safetext.FirstLine(before)
	stage := "waiting for the SSH banner"
	switch {
	case check.Accepted():
		stage = "authenticating"
	case banner:
		stage = "exchanging keys"
	}
	var negotiation *ssh.AlgorithmNegotiationError
	var old *ssh1Error
	switch {
	case check.Err() != nil:
		return check.Err()
	case d.auth.failure() != nil:
		return d.auth.failure()
	}
	over := d.over(ctx, stage)
	switch {
	case over != nil && !errors.Is(context.Cause(ctx), errExpired):
		return over
	case busy(first):
		return &BusyError{Host: d.cfg.host(), Got: first}
	case errors.As(err, &old):
		return &OldProtocolError{Host: d.cfg.host(), Got: safetext.FirstLine([]byte(old.banner))}
	case !banner && first != "":
		return &NotSSHError{Host: d.cfg.host(), Got: first}
	case over != nil:
		return over
	case errors.As(err, &negotiation):
		return newAlgorithmError(d.cfg.host(), negotiation, after).leftOut(after, d.cfg.Algorithms, d.algos)
	case check.Accepted() && isTooManyFailures(err):
		return d.auth.tooMany()
	case d.wire.broke(err):
		return &ClosedError{Host: d.cfg.host(), Stage: stage, Err: err}
	}
	return message.Errorf("%s: %w", d.cfg.host(), &handshakeError{stage: stage, err: err})
}
