package device

import (
	"context"
	"crypto/subtle"
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// loginGrace is how long a client may take to log in; OpenSSH's default.
const loginGrace = 2 * time.Minute

var errDenied = errors.New("permission denied")

func (d *Device) newConfig() *ssh.ServerConfig {
	o := d.opts
	c := &ssh.ServerConfig{
		ServerVersion: "SSH-2.0-napter_connect_simulator",
		NoClientAuth:  o.NoAuth,
	}
	c.AddHostKey(d.signer())
	if o.Banner != "" {
		c.BannerCallback = func(ssh.ConnMetadata) string { return o.Banner }
	}
	if len(o.AuthorizedKeys) > 0 {
		c.PublicKeyCallback = func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			return allowIf(slices.ContainsFunc(o.AuthorizedKeys, func(k ssh.PublicKey) bool {
				return string(k.Marshal()) == string(key.Marshal())
			}))
		}
	}
	if o.Password != "" && !o.NoPassword {
		c.PasswordCallback = func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return allowIf(d.passwordIs(string(password)))
		}
	}
	if o.Password != "" && !o.NoInteractive {
		c.KeyboardInteractiveCallback = d.interactive
	}
	return c
}

func allowIf(ok bool) (*ssh.Permissions, error) {
	if !ok {
		return nil, errDenied
	}
	return nil, nil
}

func (d *Device) passwordIs(given string) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(d.opts.Password)) == 1
}

// interactive asks what OpenSSH with PAM asks.
func (d *Device) interactive(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
	answers, err := ask("", "", []string{"Password: "}, []bool{false})
	if err != nil {
		return nil, err
	}
	return allowIf(len(answers) == 1 && d.passwordIs(answers[0]))
}

// ServeSSH serves one connection of the device's SSH port. It closes the
// connection and returns when the client is gone and all that ran for it has ended.
func (d *Device) ServeSSH(nc net.Conn) {
	defer func() { _ = nc.Close() }()
	_ = nc.SetDeadline(time.Now().Add(loginGrace)) // where it cannot be set, the peer decides
	conn, channels, requests, err := ssh.NewServerConn(nc, d.config())
	if err != nil {
		return // a client that could not or would not log in, which is its affair
	}
	_ = nc.SetDeadline(time.Time{})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { answer(requests) })
	for ch := range channels {
		switch ch.ChannelType() {
		case "session":
			wg.Go(func() { d.serveSession(ctx, cleanName(conn.User(), "user"), ch) })
		case "direct-tcpip":
			wg.Go(func() { d.serveForward(ctx, ch) })
		default:
			_ = ch.Reject(ssh.UnknownChannelType, "not supported by a simulated device")
		}
	}
}

// answer says yes to keepalives and no to the rest (remote forwarding).
func answer(requests <-chan *ssh.Request) {
	for r := range requests {
		if r.WantReply {
			_ = r.Reply(r.Type == "keepalive@openssh.com", nil)
		}
	}
}
