package sshclient

import "golang.org/x/crypto/ssh"

// subsystems makes the command of a session the name of a subsystem. The library can
// ask for one by itself, but then cannot wait for its end.
type subsystems struct{ ssh.Conn }

func (c subsystems) OpenChannel(name string, data []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	channel, requests, err := c.Conn.OpenChannel(name, data)
	if err != nil {
		return nil, nil, err
	}
	return subsystemChannel{channel}, requests, nil
}

type subsystemChannel struct{ ssh.Channel }

// SendRequest sends exec as subsystem: both carry one string.
func (c subsystemChannel) SendRequest(name string, wantReply bool, payload []byte) (bool, error) {
	if name == "exec" {
		name = "subsystem"
	}
	return c.Channel.SendRequest(name, wantReply, payload)
}
