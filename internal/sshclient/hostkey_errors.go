package sshclient

import (
	"fmt"

	"golang.org/x/crypto/ssh"
)

// HostKeyUnknownError says that the device's key is not known and was not
// trusted.
type HostKeyUnknownError struct {
	Host string
	Key  ssh.PublicKey
	// Rejected: the person said no. KnownOnly: the policy forbids new keys.
	Rejected, KnownOnly bool
	// Damaged is the place of a line for this host that can't be read, or "".
	Damaged string

	target string
}

func (e *HostKeyUnknownError) Error() string {
	switch {
	case e.Rejected:
		return fmt.Sprintf("%s: the host key was not accepted", e.Host)
	case e.Damaged != "":
		return fmt.Sprintf("%s: its known host key at %s can't be read", e.Host, e.Damaged)
	}
	return fmt.Sprintf("%s: its host key %s is not known", e.Host, describeKey(e.Key))
}

// Hint says what to do.
func (e *HostKeyUnknownError) Hint() string {
	switch {
	case e.Rejected:
		return "compare the fingerprint with that of the device: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
	case e.Damaged != "":
		return "repair that line, or start anew: napter-connect known-hosts forget " + e.target
	case e.KnownOnly:
		return "connect once with -o StrictHostKeyChecking=ask"
	}
	return "connect once on a terminal to confirm it, or pass -o StrictHostKeyChecking=accept-new"
}

// HostKeyChangedError says that the device shows another key than the known one.
// It is always refused.
type HostKeyChangedError struct {
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
}

func (e *HostKeyChangedError) Error() string {
	text := fmt.Sprintf("%s: the host key has changed: %s is known, the device shows %s",
		e.Host, describeKey(e.Known), describeKey(e.Offered))
	switch {
	case e.DeviceChanged:
		return text + fmt.Sprintf("; the IMEI changed too (%s, now %s): this SIM seems to be in another device", e.KnownDevice, e.Device)
	case e.KnownDevice != "" && e.Device != "":
		return text + "; the IMEI is the same: the device was reinstalled, or somebody intercepts the connection"
	}
	return text + ": the device was replaced or reinstalled, or somebody intercepts the connection"
}

// Hint says what to do.
func (e *HostKeyChangedError) Hint() string {
	if e.ours {
		return "if you know why it changed: napter-connect known-hosts forget " + e.target
	}
	return fmt.Sprintf("if you know why it changed: ssh-keygen -R '%s' -f '%s'", e.entry, e.File)
}

// HostKeyRevokedError says that a known_hosts file revokes the device's key.
type HostKeyRevokedError struct {
	Host string
	Key  ssh.PublicKey
	File string
	Line int
}

func (e *HostKeyRevokedError) Error() string {
	return fmt.Sprintf("%s: its host key %s is revoked by %s:%d", e.Host, describeKey(e.Key), e.File, e.Line)
}

// Hint says what to do.
func (e *HostKeyRevokedError) Hint() string {
	return "the device needs a new host key: do not connect until it has one"
}
