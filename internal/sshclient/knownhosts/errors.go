package knownhosts

import (
	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

// UnknownError says that the device's key is not known and was not
// trusted.
type UnknownError struct {
	Host string
	Key  ssh.PublicKey
	// Rejected: the person said no. KnownOnly: the policy forbids new keys.
	Rejected, KnownOnly bool
	// Damaged is the place of a line for this host that can't be read, or "".
	Damaged string

	target string
}

func (e *UnknownError) Text() message.Text {
	switch {
	case e.Rejected:
		return message.New("%s: the host key was not accepted", e.Host)
	case e.Damaged != "":
		return message.New("%s: its known host key at %s can't be read", e.Host, e.Damaged)
	}
	return message.New("%s: its host key %s is not known", e.Host, sshkey.Describe(e.Key))
}

func (e *UnknownError) Error() string { return e.Text().String() }

// Hint says what to do.
func (e *UnknownError) Hint() message.Text {
	switch {
	case e.Rejected:
		return message.New("compare the fingerprint with that of the device: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
	case e.Damaged != "":
		return message.New("repair that line, or start anew: napter-connect known-hosts forget %s", e.target)
	case e.KnownOnly:
		return message.New("connect once with -o StrictHostKeyChecking=ask")
	}
	return message.New("connect once on a terminal to confirm it, or pass -o StrictHostKeyChecking=accept-new")
}

// ChangedError says that the device shows another key than the known one.
// It is always refused.
type ChangedError struct {
	Host           string
	Known, Offered ssh.PublicKey
	File           string // where the known key stands
	Line           int
	// KnownDevice is the device (IMEI) when the key was trusted, Device the one
	// now; "" when not known. DeviceChanged says that both are known and differ.
	KnownDevice, Device string
	DeviceChanged       bool

	ours          bool
	target, entry string
	// alias is set where entry is one of the further names, which may be another
	// host's.
	alias string
}

func (e *ChangedError) Text() message.Text {
	text := message.New("%s: the host key has changed: %s is known, the device shows %s",
		e.Host, sshkey.Describe(e.Known), sshkey.Describe(e.Offered))
	switch {
	case e.DeviceChanged:
		return message.New("%s; the IMEI changed too (%s, now %s): this SIM seems to be in another device", text, e.KnownDevice, e.Device)
	case e.KnownDevice != "" && e.Device != "":
		return message.New("%s; the IMEI is the same: the device was reinstalled, or somebody intercepts the connection", text)
	}
	return message.New("%s: the device was replaced or reinstalled, or somebody intercepts the connection", text)
}

func (e *ChangedError) Error() string { return e.Text().String() }

// Hint says what to do.
func (e *ChangedError) Hint() message.Text {
	if e.ours {
		return message.New("if you know why it changed: napter-connect known-hosts forget %s", e.target)
	}
	if e.alias != "" {
		return message.New("if you know why it changed: ssh-keygen -R '%s' -f '%s'; if that line is of another host: -o HostKeyAlias=%s", e.entry, e.File, e.alias)
	}
	return message.New("if you know why it changed: ssh-keygen -R '%s' -f '%s'", e.entry, e.File)
}

// RevokedError says that a known_hosts file revokes the device's key.
type RevokedError struct {
	Host string
	Key  ssh.PublicKey
	File string
	Line int
}

func (e *RevokedError) Text() message.Text {
	return message.New("%s: its host key %s is revoked by %s:%d", e.Host, sshkey.Describe(e.Key), e.File, e.Line)
}

func (e *RevokedError) Error() string { return e.Text().String() }

// Hint says what to do.
func (e *RevokedError) Hint() message.Text {
	return message.New("the device needs a new host key: do not connect until it has one")
}
